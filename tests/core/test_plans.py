"""What people ask all day finds its rows by an index, under row-level security and as the runtime role plans it.

Somebody asks through REST, and PostgreSQL explains each statement that the application sends for it.
"""

from collections.abc import Iterator
from functools import cached_property
from time import sleep
from typing import Any

import pytest
from sqlalchemy import event

from app.core import reading
from app.platform.local import databases
from starline.core import db, tenancy
from starline.core.statements import Statement, answer
from starline.organizations.custom_fields import add_custom_field
from tests.contract.callers import by_token
from tests.isolation.cast import Cast
from tests.isolation.roles import rows

AGENCIES = 6
EACH = 2_000
"""Rows of a table that each agency has."""
NAMES = {
    "first_name": "initcap(left(md5('first' || number), 8))",
    "last_name": "initcap(left(md5('last' || number), 8))",
}
MANY: dict[str, dict[str, str]] = {
    "clients": {"client_number": "1000 + number", **NAMES},
    "staff_members": {"staff_number": "1000 + number", "user_id": "NULL", **NAMES},
    "contacts": {"user_id": "NULL"},
    "care_team_members": {"user_id": "-number"},
    "match_keys": {"key": "'k:' || number"},
}
"""The tables with many rows, and in what their rows differ."""
TABLES = {"clients": "clients", "staff": "staff_members"}
PICKED_BY = {"clients": "contacts/related/client", "staff": "credentials/related/staff_member"}
"""Where somebody picks such a row for another."""

Plan = dict[str, Any]
named = pytest.mark.parametrize("name", list(TABLES))


@pytest.fixture(scope="module")
def cast(cast: Cast, _copy: Any) -> Cast:
    """Harbor with its people, in a database where several agencies have some thousand rows each."""
    others = [f"00000000-0000-7000-8000-{number:012}" for number in range(1, AGENCIES)]
    with databases.superuser(_copy.server, _copy.name) as run:
        run.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        for table in MANY:
            _multiply(run, table, [str(cast.harbor.id), *others])
        run.execute("CHECKPOINT")  # a commit that isn't on the disk yet isn't seen by all
        _clean(run)
        run.execute("ANALYZE")
    return cast


def _clean(run: Any) -> None:
    """Have nearly every row seen by all, as in a database that is at rest. While somebody still reads, it takes a few tries."""
    unseen = (
        "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r' AND relallvisible < 0.9 * relpages"
    )
    for _try in range(20):
        run.execute(f"VACUUM {', '.join(MANY)}")
        run.execute(unseen, (list(MANY),))
        if run.fetchone() == (0,):
            return
        sleep(0.5)
    raise AssertionError("Somebody holds on to rows of this database.")


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Plan]]:
    """The plans of all that is asked from here on."""
    found: list[Plan] = []

    def explain_and_answer(asked: Statement, parameters: Any, **options: Any) -> Any:
        found.append(answer(_Explained(asked.text, asked.constants), parameters, **options)[0][0]["Plan"])
        return answer(asked, parameters, **options)

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT"):
            with connection.connection.cursor() as own:
                own.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                found.append(own.fetchone()[0][0]["Plan"])

    monkeypatch.setattr(reading, "answer", explain_and_answer)
    event.listen(db.engine(), "before_cursor_execute", explain)
    yield found
    event.remove(db.engine(), "before_cursor_execute", explain)


@named
def test_a_list_is_read_in_the_order_of_an_index(cast: Cast, plans: list[Plan], name: str) -> None:
    ask(cast, "Administrator", f"{name}/")
    page = next(node for node in nodes(plans) if node.get("Subplan Name") == "CTE page")
    assert f"ix_{TABLES[name]}_organization_id_last_name_first_name" in indexes([page])
    assert [node for node in nodes([page]) if node["Node Type"] == "Sort"] == []


@named
@pytest.mark.parametrize("query", ["", "?status={}"])
def test_a_list_is_counted_without_its_rows(cast: Cast, plans: list[Plan], name: str, query: str) -> None:
    status = cast.harbor.own[name]["status"]
    assert ask(cast, "Administrator", f"{name}/{query.format(status)}")["count"] > EACH
    counted = {node["Node Type"] for node in nodes(plans) if node.get("Alias") == f"{TABLES[name]}_1"}
    assert counted == {"Index Only Scan"}


@named
def test_a_search_is_a_range_of_each_index(cast: Cast, plans: list[Plan], name: str) -> None:
    assert ask(cast, "Administrator", f"{name}/?search=ab")["count"] > 0
    for column in ("search_name", "search_first_name"):
        assert f"({column})::text >= " in indexes(plans)[f"ix_{TABLES[name]}_organization_id_{column}"]


@named
def test_type_ahead_is_a_range_of_each_index(cast: Cast, plans: list[Plan], name: str) -> None:
    assert len(ask(cast, "Administrator", f"{PICKED_BY[name]}?search=ab")["result"]) > 1
    for column in ("search_name", "search_first_name"):
        assert f"({column})::text >= " in indexes(plans)[f"ix_{TABLES[name]}_organization_id_{column}"]


@named
def test_one_row_is_found_by_its_key(cast: Cast, plans: list[Plan], name: str) -> None:
    ask(cast, "Administrator", f"{name}/{cast.harbor.own[name]['id']}")
    assert "(id = " in indexes(plans)[f"pk_{TABLES[name]}"]


def test_a_search_is_no_record_called_search(cast: Cast) -> None:
    caller = by_token(cast.application, cast.harbor.people["Administrator"])
    assert caller.get("/api/v1/duplicates/search").status_code == 405
    allowed = caller.call("OPTIONS", "/api/v1/duplicates/search").headers["Allow"]
    assert set(allowed.split(", ")) == {"OPTIONS", "POST"}


def test_who_may_be_known_already_is_found_by_the_index_of_keys(cast: Cast, plans: list[Plan]) -> None:
    caller = by_token(cast.application, cast.harbor.people["Administrator"])
    asked = {"first_name": "Ruth", "last_name": "Abernathy", "birth_date": "1941-05-02", "phone": "503-555-0101"}
    answer = caller.post("/api/v1/duplicates/search", json=asked)
    assert answer.status_code == 200, answer.json
    name = next(name for name in indexes(plans) if name.startswith("uq_match_keys"))
    assert "key" in indexes(plans)[name]
    assert {node["Relation Name"] for node in nodes(plans) if node["Node Type"] == "Seq Scan"} & MANY.keys() == set()


@pytest.mark.parametrize(
    ("template", "name"),
    [
        *((template, name) for template in ("Administrator", "Branch office", "Caregiver") for name in TABLES),
        ("Family", "clients"),
    ],
)
def test_no_large_table_is_read_from_end_to_end(cast: Cast, plans: list[Plan], template: str, name: str) -> None:
    queries = ("", "?search=ab", "?order=-id", "?status=active", "?count=exact", str(cast.harbor.own[name]["id"]))
    for path in (*(f"{name}/{query}" for query in queries), PICKED_BY[name], f"{PICKED_BY[name]}?search=ab"):
        plans.clear()
        ask(cast, template, path)
        whole = {node["Relation Name"] for node in nodes(plans) if node["Node Type"] == "Seq Scan"}
        assert whole & MANY.keys() == set(), path
        assert any(f"_{TABLES[name]}" in index for index in indexes(plans)), path


@pytest.mark.parametrize(
    ("query", "index", "condition"),
    [
        ("custom_shirt=size7", "ix_custom_values_value", "(value = "),
        ("custom_shirt.sw=size7", "ix_custom_values_value", "(value >= "),
        ("custom_shirt.in=size7,size8", "ix_custom_values_value", "(value = ANY"),
        ("custom_weight=7", "ix_custom_values_number", "(number = "),
        ("custom_weight.ge=1990", "ix_custom_values_number", "(number >= "),
    ],
)
def test_a_field_of_the_agencys_own_is_filtered_by_an_index(
    own_values: Cast, plans: list[Plan], query: str, index: str, condition: str
) -> None:
    assert ask(own_values, "Administrator", f"clients/?{query}")["count"] > 0
    assert condition in indexes(plans)[index]
    assert {node["Relation Name"] for node in nodes(plans) if node["Node Type"] == "Seq Scan"} & {
        "clients",
        "custom_values",
    } == set()


@pytest.fixture(scope="module")
def own_values(cast: Cast, _copy: Any) -> Cast:
    """The same, with two fields of each agency's own that every client has a value in."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        for label, kind in (("Shirt", "text"), ("Weight", "number")):
            add_custom_field({"subject": "clients", "label": label, "kind": kind}, by=None)
    with databases.superuser(_copy.server, _copy.name) as run:
        for field, word in (("shirt", "'size'"), ("weight", "''")):
            run.execute(
                "INSERT INTO custom_values (organization_id, subject, row_id, field, value, number)"
                f" SELECT organization_id, 'clients', id, '{field}', {word} || client_number - 1000, client_number - 1000"
                " FROM clients WHERE client_number > 1000 ON CONFLICT DO NOTHING"
            )
        run.execute("ANALYZE custom_values")
    return cast


def ask(cast: Cast, template: str, path: str) -> Any:
    response = by_token(cast.application, cast.harbor.people[template]).get(f"/api/v1/{path}")
    assert response.status_code == 200, f"{path}: {response.json}"
    return response.json


def nodes(plans: list[Plan]) -> Iterator[Plan]:
    for plan in plans:
        yield plan
        yield from nodes(plan.get("Plans", []))


def indexes(plans: list[Plan]) -> dict[str, str]:
    """The indexes that are used, with the condition that each is entered by."""
    return {node["Index Name"]: node.get("Index Cond", "") for node in nodes(plans) if "Index Name" in node}


class _Explained(Statement):
    """A statement prepared as ever, whose plan is told when it is run."""

    @cached_property
    def execution(self) -> str:
        return f"EXPLAIN (FORMAT JSON) {Statement(self.text, self.constants).execution}"


def _multiply(run: Any, table: str, agencies: list[str]) -> None:
    """Give each agency rows like one that the table has."""
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    columns = [name for (name,) in rows(run, query, table)]
    changed = {"id": "gen_random_uuid()", "organization_id": "agency::uuid", **MANY[table]}
    values = ", ".join(changed.get(name, f"one.{name}") for name in columns)
    run.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM (SELECT * FROM {table} LIMIT 1) AS one,"
        f" unnest(%s) AS agency, generate_series(1, {EACH}) AS number",
        (agencies,),
    )
