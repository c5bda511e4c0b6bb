"""The watch over visits: who has not come, who has not left, and who is told of it, each once.

The exception that is opened for it says who was told: schedulers at first, administrators where it goes on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from starline.clients.models import Client
from starline.core import clock, events
from starline.core.db import session
from starline.core.language import N_
from starline.identity import notices
from starline.notifications.service import notify_all, people_who_may
from starline.organizations.settings import policy
from starline.scheduling.evv_vocabulary import UNDECIDED, ExceptionKind
from starline.scheduling.models import Visit, VisitException
from starline.scheduling.verification import review
from starline.scheduling.vocabulary import PLANNED, VisitStatus
from starline.services.models import ServiceType

LOOK_BACK = timedelta(days=14)
"""Visits that ended earlier were looked at while they were younger."""
LATE = N_("Nobody has clocked in: %(client)s, %(caregiver)s, planned at %(time)s.")
STILL_LATE = N_("Still nobody has clocked in: %(client)s, %(caregiver)s, planned at %(time)s.")
NOT_OUT = N_("%(caregiver)s has not clocked out at %(client)s; planned until %(time)s.")
NOBODY = "–"
AWAITED = (ExceptionKind.MISSING_IN, ExceptionKind.MISSING_OUT, ExceptionKind.MISSING)


def look(now: datetime | None = None) -> int:
    """Open what is missing and tell who should know; how many visits were told of. A second run tells nobody again."""
    moment = now or clock.now()
    for visit in _overdue(moment):
        review(visit)
    return sum(_tell(one, moment) for one in _untold())


def _overdue(now: datetime) -> Sequence[Visit]:
    """Visits that should have begun or ended some minutes ago and of which that isn't known yet."""
    chosen = policy("scheduling_policy")
    begin, end = (timedelta(minutes=chosen[name]) for name in ("late_alert_minutes", "missing_out_minutes"))
    known = select(VisitException.visit_id).where(
        VisitException.kind.in_(AWAITED), VisitException.status.in_(UNDECIDED)
    )
    given_up = select(VisitException.visit_id).where(VisitException.kind == ExceptionKind.MISSING)
    due = or_(
        and_(Visit.status.in_(PLANNED), Visit.starts_at <= now - begin, Visit.id.not_in(known)),
        and_(Visit.status == VisitStatus.IN_PROGRESS, Visit.ends_at <= now - end, Visit.id.not_in(known)),
        and_(Visit.status == VisitStatus.COMPLETED, Visit.clocked_in_at.is_(None), Visit.id.not_in(known)),
        and_(Visit.status.in_(PLANNED), Visit.ends_at <= now - timedelta(days=1), Visit.id.not_in(given_up)),
    )
    query = select(Visit).join(ServiceType, ServiceType.id == Visit.service_type_id).where(due)
    query = query.where(ServiceType.requires_evv, Visit.starts_at > now - LOOK_BACK, Visit.starts_at <= now)
    return list(session.scalars(query.order_by(Visit.starts_at).with_for_update(of=Visit, skip_locked=True)))


def _untold() -> Sequence[VisitException]:
    """What is missing and was not told to all who are to be told."""
    waits = or_(
        VisitException.told_at.is_(None),
        and_(VisitException.kind == ExceptionKind.MISSING_IN, VisitException.escalated_at.is_(None)),
    )
    query = select(VisitException).where(
        VisitException.kind.in_((ExceptionKind.MISSING_IN, ExceptionKind.MISSING_OUT)),
        VisitException.status.in_(UNDECIDED),
        waits,
    )
    return list(session.scalars(query.order_by(VisitException.id).with_for_update(of=VisitException)))


def _tell(one: VisitException, now: datetime) -> bool:
    visit, has_told = one.visit, False
    branch_id = session.scalar(select(Client.branch_id).where(Client.id == visit.client_id))
    if one.told_at is None:
        is_late = one.kind == ExceptionKind.MISSING_IN
        people = people_who_may("edit", "Visits", branch_id=branch_id)
        _notify(people, one, "visit:late" if is_late else "visit:not_ended", LATE if is_late else NOT_OUT)
        one.told_at, has_told = now, True
        events.record("visit:late" if is_late else "visit:not_ended", visit)
    patience = timedelta(minutes=policy("scheduling_policy")["late_escalation_minutes"])
    if one.kind == ExceptionKind.MISSING_IN and one.escalated_at is None and visit.starts_at <= now - patience:
        _notify(notices.administrator_ids(), one, "visit:still_late", STILL_LATE)
        one.escalated_at, has_told = now, True
        events.record("visit:still_late", visit)
    session.flush()
    return has_told


def _notify(people: Iterable[int], one: VisitException, kind: str, sentence: str) -> None:
    visit = one.visit
    planned = visit.local_start if one.kind == ExceptionKind.MISSING_IN else visit.local_end
    notify_all(
        people,
        kind,
        sentence,
        link=f"/visits/show/{visit.id}?tab=evv",
        key=f"{kind}:{one.id}",
        client=str(visit.client),
        caregiver=str(visit.staff_member or NOBODY),
        time=planned.time(),
    )
