"""What somebody earns. One rate per service on any day; a raise ends the old rate and adds a new one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.core import events
from starline.core.db import session
from starline.core.language import _
from starline.core.periods import Period
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.staff.models import PayRate
from starline.staff.service import locked_staff_member


def add_pay_rate(values: Mapping[str, Any], *, by: int | None) -> PayRate:
    locked_staff_member(values["staff_member_id"])
    _check(values, except_for=None)
    rate = PayRate(**values)
    session.add(rate)
    session.flush()
    events.record("pay_rate:added", rate)
    return rate


def update_pay_rate(rate: PayRate, values: Mapping[str, Any], *, by: int | None) -> PayRate:
    """Correct or end a rate. It stays on record: hours of its days were paid by it."""
    locked_staff_member(rate.staff_member_id)
    if values.get("staff_member_id", rate.staff_member_id) != rate.staff_member_id:
        raise invalid("staff_member_id", "A rate stays with its person; add one to the other person.")
    _check(proposed(rate, values), except_for=rate.id)
    assign(rate, values)
    session.flush()
    events.record("pay_rate:updated", rate)
    return rate


def _check(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    problems = Problems()
    if values["rate_amount"] <= 0:
        problems.add("rate_amount", "Give an amount above zero.")
    period = Period(values["starts_on"], values.get("ends_on"))
    if period.ends_on and period.ends_on < period.starts_on:
        problems.add("ends_on", "The last day can't come before the first.")
    problems.refuse()
    service = values.get("service_code") or None
    for other in session.query(PayRate).filter_by(staff_member_id=values["staff_member_id"], service_code=service):
        held = Period(other.starts_on, other.ends_on)
        if other.id != except_for and period.overlaps(held):
            named = service or "base"
            raise invalid(
                "starts_on",
                _(
                    "The %(named)s rate of %(amount)s holds %(held)s. End it the day before first.",
                    named=named,
                    amount=other.rate_amount,
                    held=held,
                ),
            )
