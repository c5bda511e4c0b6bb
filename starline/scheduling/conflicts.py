"""What speaks against a visit as it is planned: the facts that the rules need, and the answer to a planner.

What warns is told and stands; what blocks is refused unless the planner says why it is planned all the same, which is
kept with the visit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from starline.staff.rules import ServiceFacts
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
    service = session.get(ServiceType, proposal.service_type_id)
    client = session.get(Client, proposal.client_id)
    assert service is not None and client is not None
    limits = limits_now()
    span = Span(proposal.starts_at, proposal.ends_at, _place(proposal.service_address_id))
    return conflicts(
        span,
        zone=proposal.zone,
        service=service.name,
        person=_person(proposal, service) if proposal.staff_member_id else None,
        client=_receiver(proposal, client, limits),
        limits=limits,
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


def _person(proposal: Proposal, service: ServiceType) -> Person:
    member = session.get(StaffMember, proposal.staff_member_id)
    assert member is not None
    day = proposal.starts_at.astimezone(ZoneInfo(proposal.zone)).date()
    facts = ServiceFacts(name=service.name, disciplines=may_give(service.discipline))
    slots = session.query(AvailabilitySlot).filter_by(staff_member_id=member.id)
    away = session.query(TimeOff).filter_by(staff_member_id=member.id, status=TimeOffStatus.APPROVED)
    return Person(
        name=str(member),
        slots=[slot_of(proposed(one, {})) for one in slots],
        away=[Period(one.starts_on, one.ends_on) for one in away.filter(TimeOff.ends_on >= day)],
        visits=_spans(proposal, Visit.staff_member_id == member.id),
        clearance=compliance.clearances([member.id], facts, day)[member.id],
        excluded_because=_excluded(proposal.client_id, member),
    )


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
        visits=_spans(proposal, Visit.client_id == client.id),
        has_plan=plan is not None,
        planned_minutes=round(line.hours_per_week * 60) if line else None,
        given_minutes=round((session.scalar(given) or 0) / 60) if line else 0,
    )


def _spans(proposal: Proposal, condition: Any) -> list[Span]:
    """The other visits around, that take place."""
    query = (
        select(Visit.starts_at, Visit.ends_at, ServiceAddress.latitude, ServiceAddress.longitude)
        .outerjoin(ServiceAddress, ServiceAddress.id == Visit.service_address_id)
        .where(condition, Visit.status.not_in(VOID), Visit.id.is_distinct_from(proposal.visit_id))
        .where(Visit.starts_at.between(proposal.starts_at - AROUND, proposal.ends_at + AROUND))
    )
    return [
        Span(starts_at, ends_at, (float(latitude), float(longitude)) if latitude and longitude else None)
        for starts_at, ends_at, latitude, longitude in session.execute(query)
    ]


def _place(address_id: UUID | None) -> tuple[float, float] | None:
    address = session.get(ServiceAddress, address_id) if address_id else None
    if address is None or address.latitude is None or address.longitude is None:
        return None
    return float(address.latitude), float(address.longitude)


def _excluded(client_id: UUID, member: StaffMember) -> str | None:
    if member.user_id is None:
        return None
    kind = PreferenceKind.EXCLUDED_CAREGIVER
    wish = (
        session.query(ClientPreference).filter_by(client_id=client_id, kind=kind, caregiver_id=member.user_id).first()
    )
    return wish.reason if wish else None
