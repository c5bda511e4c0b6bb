"""What the agency tolerates at the clock, from which day on.

After each change the visits of the days that it is about are judged anew, by a job; what somebody has approved stays
approved as long as it has the same size.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from starline.core import clock, events, outbox
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.problems import Problems
from starline.core.rows import assign, proposed
from starline.scheduling.models import EvvTolerance

if TYPE_CHECKING:
    from starline.organizations.founding import Founding

A_DAY = timedelta(days=1)
FIRST = date(2020, 1, 1)
"""A new agency's row holds for whatever visits of the past it brings along."""


@events.subscribe("organization:created")
def add_first_tolerance(founding: "Founding") -> None:
    """The row that a new agency begins with, inside the transaction that makes it."""
    if not founding.is_platform:
        session.add(EvvTolerance(valid_from=FIRST))
        session.flush()


def add_tolerance(values: Mapping[str, Any], *, by: int | None) -> EvvTolerance:
    _check(values)
    row = EvvTolerance(**values)
    session.add(row)
    session.flush()
    events.record("evv_tolerance:added", row)
    _judge_anew(row.valid_from)
    return row


def update_tolerance(row: EvvTolerance, values: Mapping[str, Any], *, by: int | None) -> EvvTolerance:
    _check(proposed(row, values))
    before = row.valid_from
    assign(row, values)
    session.flush()
    events.record("evv_tolerance:changed", row)
    _judge_anew(min(before, row.valid_from))
    return row


def remove_tolerance(row: EvvTolerance, *, by: int | None) -> None:
    """Take away a row that was written by mistake. One for the whole agency always stays."""
    others = select(EvvTolerance.id).where(EvvTolerance.branch_id.is_(None), EvvTolerance.id != row.id)
    if row.branch_id is None and session.scalar(others.limit(1)) is None:
        raise Conflict("This is the only rule for the whole agency; add the other one first.")
    events.record("evv_tolerance:removed", row)
    _judge_anew(row.valid_from)
    session.delete(row)
    session.flush()


def _judge_anew(since: date) -> None:
    """Have the visits of these days judged by what holds now; of days to come there are none."""
    if since <= clock.today() + A_DAY:  # somewhere it has begun already
        outbox.enqueue("scheduling.review_visits", since=since.isoformat())


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if not 10 <= values.get("geofence_metres", 150) <= 5000:
        problems.add("geofence_metres", "The geofence is between 10 and 5000 metres.")
    for name in ("early_minutes", "late_minutes"):
        if not 0 <= values.get(name, 15) <= 240:
            problems.add(name, "Give a number of minutes up to 240.")
    problems.refuse()
