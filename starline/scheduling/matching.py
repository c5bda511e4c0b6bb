"""Who could take an open visit: everybody who works, ranked, in as many statements as for one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from starline.clients.models import ClientPreference
from starline.clients.vocabulary import PreferenceKind
from starline.core.db import session
from starline.scheduling.conflicts import Look, look_at, proposal_of
from starline.scheduling.models import CalledOutVisit, CallOut, Visit
from starline.scheduling.rules.conflicts import OF_CLIENTS, Effect, Finding, Limits
from starline.scheduling.rules.matching import (
    Barred,
    Candidate,
    Prospect,
    Wishes,
    called_out,
    elsewhere,
    minutes_of_week,
    rank,
    way_to,
)
from starline.scheduling.vocabulary import VisitStatus, VoidReason
from starline.services.rules import may_give
from starline.staff.models import StaffMember
from starline.staff.vocabulary import Discipline, StaffStatus

REMEMBERED = timedelta(days=90)
KEPT = (VisitStatus.IN_PROGRESS, VisitStatus.COMPLETED, VisitStatus.VERIFIED, VisitStatus.BILLED)
FAILED = (VoidReason.CAREGIVER_DID_NOT_COME, VoidReason.CAREGIVER_CALLED_OUT)


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one visit. `against` speaks against it whoever goes."""

    visit: Visit
    candidates: list[Candidate]
    barred: list[Barred]
    limits: Limits
    against: list[Finding] = field(default_factory=list)

    @property
    def blocked_because(self) -> list[str]:
        """Why nobody could go as it stands, unless the office has said why it is planned all the same."""
        return [
            one.sentence
            for one in self.against
            if one.effect is Effect.BLOCK and one.rule.value not in self.visit.overridden
        ]


@dataclass(frozen=True, slots=True)
class _History:
    with_client: int = 0
    last_visit_on: date | None = None
    kept: int = 0
    failed: int = 0


def match(visit: Visit, *, among: Collection[UUID] | None = None, within: ColumnElement[bool] | None = None) -> Match:
    """The caregivers for a visit, apart from who has it now: all who work here, or those `among` or `within`."""
    members = _members(visit, among, within)
    look = look_at(proposal_of(visit, {"staff_member_id": None}), [one.id for one in members])
    wishes, wanted = _wishes(visit.client_id)
    histories, away = _histories(visit), _away(visit.local_start.date())
    prospects = [
        _prospect(one, visit, look, histories[one.id], is_wanted=one.user_id in wanted, is_away=one.id in away)
        for one in members
    ]
    candidates, barred = rank(prospects, wishes, look.limits)
    against = [one for one in look.against(None) if one.rule in OF_CLIENTS]
    return Match(visit, candidates, barred, look.limits, against)


def _members(visit: Visit, among: Collection[UUID] | None, within: ColumnElement[bool] | None) -> list[StaffMember]:
    query = select(StaffMember).where(
        StaffMember.status == StaffStatus.ACTIVE,
        StaffMember.discipline != Discipline.OFFICE,
        StaffMember.id.is_distinct_from(visit.staff_member_id),
    )
    if among is not None:
        query = query.where(StaffMember.id.in_(among))
    if within is not None:
        query = query.where(within)
    return list(session.scalars(query.order_by(StaffMember.id)))


def _prospect(
    member: StaffMember, visit: Visit, look: Look, history: _History, *, is_wanted: bool, is_away: bool
) -> Prospect:
    person = look.people[member.id]
    home = (float(member.latitude), float(member.longitude)) if member.latitude and member.longitude else None
    kilometres, is_from_visit = way_to(look.span, person, home, look.zone)
    findings, busy = look.against(member.id), elsewhere(look.span, person, look.zone)
    return Prospect(
        id=member.id,
        name=person.name,
        week_minutes=minutes_of_week(look.span, person, look.zone, look.limits),
        kilometres=kilometres,
        is_from_visit=is_from_visit,
        visits_with_client=history.with_client,
        last_visit_on=history.last_visit_on,
        is_wanted=is_wanted,
        languages=_small(member.languages),
        gender=member.gender or "",
        skills=_small(member.skills),
        kept=history.kept,
        failed=history.failed,
        is_of_discipline=member.discipline in may_give(visit.service_type.discipline),
        findings=(*([busy] if busy else []), *([called_out(person.name)] if is_away else []), *findings),
    )


def _wishes(client_id: UUID) -> tuple[Wishes, set[int]]:
    """What the client wishes for, and the sign-ins of those they asked for."""
    said: dict[PreferenceKind, set[str]] = defaultdict(set)
    wanted: set[int] = set()
    query = select(ClientPreference.kind, ClientPreference.value, ClientPreference.caregiver_id)
    for kind, value, user_id in session.execute(query.where(ClientPreference.client_id == client_id)):
        if kind == PreferenceKind.WANTED_CAREGIVER and user_id is not None:
            wanted.add(user_id)
        elif value:
            said[kind] |= _small([value])
    kinds = (PreferenceKind.LANGUAGE, PreferenceKind.GENDER, PreferenceKind.SKILL)
    return Wishes(*(frozenset(said[kind]) for kind in kinds)), wanted


def _histories(visit: Visit) -> dict[UUID, _History]:
    """What each caregiver did with this client and how they kept their visits, in two statements."""
    since = visit.occurs_on - REMEMBERED
    took_place, is_recent, is_here = (
        Visit.status.in_(KEPT),
        Visit.occurs_on >= since,
        Visit.client_id == visit.client_id,
    )
    query = (
        select(
            Visit.staff_member_id,
            func.count().filter(is_here, took_place, is_recent),
            func.max(Visit.occurs_on).filter(is_here, took_place),
            func.count().filter(took_place, is_recent),
            func.count().filter(Visit.void_reason.in_(FAILED), is_recent),
        )
        .where(Visit.staff_member_id.is_not(None), Visit.starts_at < visit.starts_at, is_recent | is_here)
        .group_by(Visit.staff_member_id)
    )
    found: dict[UUID, _History] = defaultdict(_History)
    left = _called_out(since, visit.occurs_on)
    for key, with_client, last, kept, failed in session.execute(query):
        assert key is not None
        found[key] = _History(with_client, last, kept, failed + left.pop(key, 0))
    for key, number in left.items():
        found[key] = _History(failed=number)
    return found


def _away(day: date) -> set[UUID]:
    """Who has called out for the day."""
    query = select(CallOut.staff_member_id).where(CallOut.undone_at.is_(None), CallOut.first_on <= day)
    return set(session.scalars(query.where(CallOut.last_on >= day)))


def _called_out(since: date, until: date) -> dict[UUID, int]:
    """How many visits each has left by calling out, which keep no trace of them."""
    query = (
        select(CallOut.staff_member_id, func.count())
        .join(CalledOutVisit, CalledOutVisit.call_out_id == CallOut.id)
        .where(CallOut.undone_at.is_(None), CalledOutVisit.occurs_on.between(since, until))
        .group_by(CallOut.staff_member_id)
    )
    return dict(session.execute(query).all())


def _small(words: Collection[str]) -> frozenset[str]:
    return frozenset(one.strip().lower() for one in words if one.strip())
