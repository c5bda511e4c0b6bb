"""What speaks against a visit as it is planned: the facts that the rules need, and the answer to a planner.

What warns is told and stands; what blocks is refused unless the planner says why it is planned all the same, which is
kept with the visit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from starline.clients.models import Client, ClientPreference, ServiceAddress
from starline.clients.vocabulary import PreferenceKind
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.periods import Period
from starline.core.rows import proposed
from starline.organizations.settings import WEEK_STARTS, policy
from starline.scheduling.models import Visit
from starline.scheduling.rules.conflicts import (
    Effect,
    Finding,
    Limits,
    Person,
    Receiver,
    Rule,
    Span,
    conflicts,
    week_of,
)
from starline.scheduling.vocabulary import VOID
from starline.services.models import PlanService, ServiceType
from starline.services.plans import plan_of
from starline.services.rules import may_give
from starline.staff import compliance
from starline.staff.availability import slot_of
from starline.staff.models import AvailabilitySlot, StaffMember, TimeOff
from starline.staff.rules import ServiceFacts, Slot
from starline.staff.vocabulary import TimeOffStatus

AROUND = timedelta(days=8)
"""So far from a visit others matter: the whole week it belongs to, and the days beside it."""
HOURS = {"flsa_40": (None, 40), "california_attendant": (9, 45), "california_domestic": (8, 40)}
"""Hours a day and a week after which work is overtime, by the agency's rule."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A visit that somebody would plan; `visit_id` where it is there already and would be changed."""

    client_id: UUID
    service_type_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    staff_member_id: UUID | None = None
    service_address_id: UUID | None = None
    visit_id: UUID | None = None


def check(proposal: Proposal) -> list[Finding]:
    """Everything that speaks against it, what blocks first."""
    if proposal.staff_member_id is None:
        return look_at(proposal).against(None)
    return look_at(proposal, [proposal.staff_member_id]).against(proposal.staff_member_id)


@dataclass(frozen=True, slots=True)
class Look:
    """A proposal with the facts of its client and of the people who might go: any of them is held against the rules
    without asking the database again."""

    span: Span
    zone: str
    service: str
    client: Receiver
    limits: Limits
    people: Mapping[UUID, Person]

    def against(self, staff_member_id: UUID | None) -> list[Finding]:
        """Everything that speaks against sending this one, or against the visit where nobody is meant."""
        return conflicts(
            self.span,
            zone=self.zone,
            service=self.service,
            person=self.people[staff_member_id] if staff_member_id else None,
            client=self.client,
            limits=self.limits,
        )


def look_at(proposal: Proposal, staff_ids: Collection[UUID] = ()) -> Look:
    """The facts of the proposal and of all these people, in as many statements as for one."""
    service = session.get(ServiceType, proposal.service_type_id)
    client = session.get(Client, proposal.client_id)
    assert service is not None and client is not None
    limits = limits_now()
    return Look(
        span=Span(proposal.starts_at, proposal.ends_at, _place(proposal.service_address_id)),
        zone=proposal.zone,
        service=service.name,
        client=_receiver(proposal, client, limits),
        limits=limits,
        people=_people(proposal, service, staff_ids) if staff_ids else {},
    )


def refuse_blocked(findings: Sequence[Finding], override_reason: str | None) -> list[str]:
    """Raise `Conflict` with every sentence that blocks, unless it is overridden; the rules that were."""
    blocking = [one for one in findings if one.effect is Effect.BLOCK]
    final = [one for one in blocking if one.is_final]
    if final or (blocking and not (override_reason or "").strip()):
        sentences = [one.sentence for one in final or blocking]
        way_out = [] if final else [_("To plan it all the same, say why.")]
        told = {"staff_member_id": sentences} if final else {"override_reason": [*sentences, *way_out]}
        raise Conflict(" ".join([*sentences, *way_out]), errors=told, code="conflicts")
    return [one.rule.value for one in blocking]


def proposal_of(visit: Visit, values: Mapping[str, Any]) -> Proposal:
    """The visit as it will be once `values` are set."""
    new = proposed(visit, values)
    names = ("client_id", "service_type_id", "starts_at", "ends_at", "staff_member_id", "service_address_id")
    return Proposal(**{name: new[name] for name in names}, zone=visit.time_zone, visit_id=visit.id)


def limits_now() -> Limits:
    """What the agency has set."""
    chosen = policy("scheduling_policy")
    daily, weekly = HOURS[chosen["overtime_rule"]]
    return Limits(
        effects={rule: Effect(chosen[f"when_{rule.value}"]) for rule in Rule if f"when_{rule.value}" in chosen},
        daily_minutes=daily * 60 if daily else None,
        weekly_minutes=weekly * 60,
        rest_minutes=chosen["rest_hours"] * 60,
        speed_kmh=chosen["travel_speed"],
        first_weekday=WEEK_STARTS[chosen["week_start"]],
    )


def _people(proposal: Proposal, service: ServiceType, staff_ids: Collection[UUID]) -> dict[UUID, Person]:
    day = proposal.starts_at.astimezone(ZoneInfo(proposal.zone)).date()
    facts = ServiceFacts(name=service.name, disciplines=may_give(service.discipline))
    members = {one.id: one for one in session.scalars(select(StaffMember).where(StaffMember.id.in_(staff_ids)))}
    assert len(members) == len(set(staff_ids)), "whoever is proposed works here"
    cleared = compliance.clearances(members, facts, day)
    slots, away, visits = _slots(members), _absences(members, day), _visits_of_people(proposal, members)
    unwanted = _excluded(proposal.client_id)
    return {
        key: Person(
            name=str(member),
            slots=slots[key],
            away=away[key],
            visits=visits[key],
            clearance=cleared[key],
            excluded_because=unwanted.get(member.user_id) if member.user_id else None,
        )
        for key, member in members.items()
    }


def _slots(staff_ids: Collection[UUID]) -> dict[UUID, list[Slot]]:
    found: dict[UUID, list[Slot]] = defaultdict(list)
    for one in session.scalars(select(AvailabilitySlot).where(AvailabilitySlot.staff_member_id.in_(staff_ids))):
        found[one.staff_member_id].append(slot_of(proposed(one, {})))
    return found


def _absences(staff_ids: Collection[UUID], day: date) -> dict[UUID, list[Period]]:
    """Granted ones that aren't over on the day."""
    found: dict[UUID, list[Period]] = defaultdict(list)
    query = select(TimeOff.staff_member_id, TimeOff.starts_on, TimeOff.ends_on).where(
        TimeOff.staff_member_id.in_(staff_ids), TimeOff.status == TimeOffStatus.APPROVED, TimeOff.ends_on >= day
    )
    for key, starts_on, ends_on in session.execute(query):
        found[key].append(Period(starts_on, ends_on))
    return found


def _receiver(proposal: Proposal, client: Client, limits: Limits) -> Receiver:
    day = proposal.starts_at.astimezone(ZoneInfo(proposal.zone)).date()
    plan = plan_of(client.id, on=day)
    line = (
        session.query(PlanService).filter_by(plan_id=plan.id, service_type_id=proposal.service_type_id).first()
        if plan
        else None
    )
    week = week_of(day, limits.first_weekday)
    given = select(func.coalesce(func.sum(func.extract("epoch", Visit.ends_at - Visit.starts_at)), 0)).where(
        Visit.client_id == client.id,
        Visit.service_type_id == proposal.service_type_id,
        Visit.status.not_in(VOID),
        Visit.occurs_on.between(week.starts_on, week.ends_on),
        Visit.id.is_distinct_from(proposal.visit_id),
    )
    return Receiver(
        name=str(client),
        status=client.status,
        visits=[span for _whose, span in _spans(proposal, Visit.client_id, Visit.client_id == client.id)],
        has_plan=plan is not None,
        planned_minutes=round(line.hours_per_week * 60) if line else None,
        given_minutes=round((session.scalar(given) or 0) / 60) if line else 0,
    )


def _visits_of_people(proposal: Proposal, staff_ids: Collection[UUID]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for whose, span in _spans(proposal, Visit.staff_member_id, Visit.staff_member_id.in_(staff_ids)):
        found[whose].append(span)
    return found


def _spans(proposal: Proposal, whose: Any, condition: Any) -> Iterator[tuple[UUID, Span]]:
    """The other visits around, that take place, each with the value of the column `whose`."""
    query = (
        select(whose, Visit.starts_at, Visit.ends_at, ServiceAddress.latitude, ServiceAddress.longitude)
        .outerjoin(ServiceAddress, ServiceAddress.id == Visit.service_address_id)
        .where(condition, Visit.status.not_in(VOID), Visit.id.is_distinct_from(proposal.visit_id))
        .where(Visit.starts_at.between(proposal.starts_at - AROUND, proposal.ends_at + AROUND))
    )
    for key, starts_at, ends_at, latitude, longitude in session.execute(query):
        yield key, Span(starts_at, ends_at, (float(latitude), float(longitude)) if latitude and longitude else None)


def _place(address_id: UUID | None) -> tuple[float, float] | None:
    address = session.get(ServiceAddress, address_id) if address_id else None
    if address is None or address.latitude is None or address.longitude is None:
        return None
    return float(address.latitude), float(address.longitude)


def _excluded(client_id: UUID) -> dict[int, str]:
    """Whom the client does not want, by their sign-in, and why."""
    query = select(ClientPreference.caregiver_id, ClientPreference.reason).where(
        ClientPreference.client_id == client_id,
        ClientPreference.kind == PreferenceKind.EXCLUDED_CAREGIVER,
        ClientPreference.caregiver_id.is_not(None),
    )
    return {user_id: reason or "" for user_id, reason in session.execute(query) if user_id is not None}
