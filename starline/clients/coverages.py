"""Who pays, in which order and when. Two payers never hold the same priority on the same day."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.clients import matching
from starline.clients.identification import ending_of
from starline.clients.models import Coverage
from starline.clients.service import locked_client
from starline.clients.vocabulary import Subscriber
from starline.core import events
from starline.core.crypto import index_of
from starline.core.db import session
from starline.core.language import _
from starline.core.periods import Period
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed


def add_coverage(values: Mapping[str, Any], *, by: int | None) -> Coverage:
    client = locked_client(values["client_id"])
    _check(values, except_for=None)
    coverage = Coverage(**_without_member_id(values))
    session.add(coverage)
    keep_member_id(coverage, values)
    session.flush()
    if coverage.member_id_hash:
        matching.keep_up(client)
    events.record("coverage:added", coverage)
    return coverage


def update_coverage(coverage: Coverage, values: Mapping[str, Any], *, by: int | None) -> Coverage:
    """Change or end a coverage. It stays on record: claims of its days refer to it."""
    client, known_by = locked_client(coverage.client_id), coverage.member_id_hash
    if values.get("client_id", coverage.client_id) != coverage.client_id:
        raise invalid("client_id", "A coverage stays with its client; end it here and add one to the other client.")
    _check(proposed(coverage, values), except_for=coverage.id)
    assign(coverage, _without_member_id(values))
    keep_member_id(coverage, values)
    session.flush()
    if coverage.member_id_hash != known_by:
        matching.keep_up(client)
    events.record("coverage:updated", coverage)
    return coverage


def keep_member_id(coverage: Coverage, values: Mapping[str, Any]) -> None:
    """Seal the member id that `values` gives, with its ending and its index; one that is given empty goes."""
    if "member_id" in values:
        given = values["member_id"]
        coverage.member_id = given
        coverage.member_id_last4 = ending_of(given)
        coverage.member_id_hash = index_of(given)


def _check(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    problems = Problems()
    period = Period(values["starts_on"], values.get("ends_on"))
    if period.ends_on and period.ends_on < period.starts_on:
        problems.add("ends_on", "The last covered day can't come before the first.")
    problems.refuse()
    priority = values.get("priority") or "primary"
    same = session.query(Coverage).filter_by(client_id=values["client_id"], priority=priority)
    for other in same.order_by(Coverage.starts_on):
        if other.id != except_for and period.overlaps(Period(other.starts_on, other.ends_on)):
            problems.add(
                "starts_on",
                _(
                    "%(payer)s is the %(priority)s payer %(what)s. End that coverage first, or choose another "
                    "priority.",
                    payer=other.payer_name,
                    priority=priority,
                    what=Period(other.starts_on, other.ends_on),
                ),
            )
    if values.get("subscriber", Subscriber.SELF) != Subscriber.SELF and not values.get("subscriber_name"):
        problems.add("subscriber_name", "Name the person whose insurance it is.")
    problems.refuse()


def _without_member_id(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "member_id"}
