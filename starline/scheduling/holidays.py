"""The agency's holidays."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from starline.core import events
from starline.core.db import session
from starline.core.rows import assign
from starline.scheduling.making import realign
from starline.scheduling.models import Holiday, VisitSeries
from starline.scheduling.vocabulary import OnHolidays


def add_holiday(values: Mapping[str, Any], *, by: int | None) -> Holiday:
    """Keep a day on which more is paid; series that pause on holidays lose their untouched visits of that day."""
    holiday = Holiday(**values)
    session.add(holiday)
    session.flush()
    _realign_pausing()
    events.record("holiday:added", holiday)
    return holiday


def update_holiday(holiday: Holiday, values: Mapping[str, Any], *, by: int | None) -> Holiday:
    assign(holiday, values)
    session.flush()
    _realign_pausing()
    events.record("holiday:updated", holiday)
    return holiday


def remove_holiday(holiday: Holiday, *, by: int | None) -> None:
    """Let it be a day as others: series that paused have their visits back, where it is still to come."""
    events.record("holiday:removed", holiday)
    session.delete(holiday)
    session.flush()
    _realign_pausing()


def _realign_pausing() -> None:
    query = select(VisitSeries).where(VisitSeries.on_holidays == OnHolidays.SKIP)
    for series in session.scalars(query.order_by(VisitSeries.id).with_for_update()).all():
        realign(series)
