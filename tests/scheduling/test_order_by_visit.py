"""A list in the order of its visits: what a visit is called takes its client, which is looked up for the page alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

import app.scheduling.evv_resources
from app.core.query import Shape, statement
from app.core.resource import registry
from starline.core import tenancy
from starline.core.db import session
from starline.scheduling.evv_vocabulary import ClockKind
from starline.scheduling.models import ClockEvent
from tests.scheduling.evv_factories import a_shift

MANY = 3_000
assert app.scheduling.evv_resources


@pytest.mark.parametrize("order", ["visit", "-visit"])
def test_only_the_visits_of_the_page_are_named(harbor: Any, order: str) -> None:
    for name in ("maria", "noor"):
        _multiply(a_shift(name).clock(ClockKind.IN))
    asked = statement(registry["ClockEvents"], Shape(columns=("kind", "visit"), order=(order,), count="none"))
    page = next(node for node in _nodes([_plan(asked)]) if node.get("Subplan Name") == "CTE page")
    sorting = [node for node in _nodes([page]) if "Sort" in node["Node Type"]]
    read = {node["Relation Name"] for node in _nodes(sorting) if "Relation Name" in node}
    assert read == {"clock_events", "visits"}, f"{page['Actual Total Time']} ms"


def _multiply(event: ClockEvent) -> None:
    """Give the visit many events, as no visit has, in place of many visits with one each."""
    anew = {"id": "gen_random_uuid()", "event_id": "gen_random_uuid()", "standing": "'beside'"}
    names = [one.name for one in ClockEvent.__table__.c if one.computed is None]
    values = ", ".join(anew.get(name, f"one.{name}") for name in names)
    made = f"SELECT {values} FROM clock_events AS one, generate_series(1, :many) WHERE one.id = :id"
    session.execute(text(f"INSERT INTO clock_events ({', '.join(names)}) {made}"), {"many": MANY, "id": event.id})


def _plan(asked: Any) -> Any:
    version = session.scalar(text("SELECT value FROM organization_versions"))
    given = {
        "organization_id": str(tenancy.current_organization_id()),
        "version": version,
        "page_size": 50,
        "offset": 0,
    }
    with session.connection().connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.text}", {**asked.constants, **given})
        return cursor.fetchone()[0][0]["Plan"]


def _nodes(plans: list[Any]) -> Iterator[Any]:
    for plan in plans:
        yield plan
        yield from _nodes(plan.get("Plans", []))
