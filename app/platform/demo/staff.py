"""The demo's staff with their credentials, availability, absences and pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.platform.demo import names
from app.platform.demo.people import Fiction
from starline.core.db import User, session
from starline.core.identifiers import uuid7
from starline.staff.models import AvailabilitySlot, Credential, CredentialType, PayRate, StaffMember, TimeOff
from starline.staff.rules import expiry
from starline.staff.service import keep_ssn
from starline.staff.vocabulary import Discipline, StaffStatus, TimeOffKind, TransportMode, Weekday

SHARES = (
    (Discipline.PCA, 30),
    (Discipline.HHA, 24),
    (Discipline.CNA, 14),
    (Discipline.COMPANION, 8),
    (Discipline.LPN, 7),
    (Discipline.RN, 7),
    (Discipline.PT, 3),
    (Discipline.OT, 2),
    (Discipline.MSW, 2),
    (Discipline.ST, 1),
)
"""Percent of the field staff in each discipline."""

POSITIONS = {
    Discipline.PCA: "Personal care aide", Discipline.HHA: "Home health aide", Discipline.CNA: "Nursing assistant",
    Discipline.COMPANION: "Companion", Discipline.LPN: "Practical nurse", Discipline.RN: "Visiting nurse",
    Discipline.PT: "Physical therapist", Discipline.OT: "Occupational therapist", Discipline.ST: "Speech therapist",
    Discipline.MSW: "Social worker",
}  # fmt: skip
HOURLY = {Discipline.RN: 46, Discipline.LPN: 34, Discipline.CNA: 23, Discipline.HHA: 21, Discipline.PCA: 20}
LICENSED = (Discipline.RN, Discipline.LPN, Discipline.PT, Discipline.OT, Discipline.ST)


@dataclass(frozen=True, slots=True)
class OfficePlace:
    """Somebody with a demo sign-in: which user, what they do."""

    user: User
    position: str
    discipline: Discipline


def load_staff(
    fiction: Fiction, branches: Mapping[str, UUID], count: int, *, places: Sequence[OfficePlace], decider: int
) -> list[StaffMember]:
    """Make `count` staff members, those of `places` first, and what belongs to each."""
    kinds = session.query(CredentialType).order_by(CredentialType.name).all()
    offices = list(branches)
    members = [_member(fiction, offices[0], branches[offices[0]], place.discipline, place) for place in places]
    field_count = count - len(places)
    disciplines = [kind for kind, share in SHARES for _ in range(round(field_count * share / 100))]
    disciplines = (disciplines + [Discipline.PCA] * field_count)[:field_count]
    for number, discipline in enumerate(disciplines):
        office = offices[number % len(offices)]
        members.append(_member(fiction, office, branches[office], discipline, None))
    session.flush()
    _supervise(members)
    _change_statuses(fiction, members, len(places))
    for member in members:
        _add_credentials(fiction, member, kinds, decider)
        _add_pay(fiction, member)
        if member.discipline != Discipline.OFFICE:
            _add_availability(fiction, member)
            _add_time_off(fiction, member, decider)
    session.flush()
    return members


def _member(
    fiction: Fiction, office: str, branch_id: UUID, discipline: Discipline, place: OfficePlace | None
) -> StaffMember:
    person = fiction.person()
    first, last = (place.user.first_name, place.user.last_name) if place else (person.first_name, person.last_name)
    member = StaffMember(
        **fiction.address(office),
        id=uuid7(),
        first_name=first,
        last_name=last,
        gender=person.sex,
        birth_date=fiction.born(21, 63),
        hired_on=fiction.days_ago(40, 2600),
        employment_type=fiction.pick(("w2", "w2", "w2", "w2", "contractor_1099", "agency")) if not place else "w2",
        position=place.position if place else POSITIONS[discipline],
        discipline=discipline,
        npi=fiction.npi() if discipline in LICENSED else None,
        branch_id=branch_id,
        user_id=place.user.id if place else None,
        transport_mode=fiction.pick((TransportMode.CAR, TransportMode.CAR, *TransportMode)),
        languages=fiction.languages(),
        skills=sorted(fiction.some(names.SKILLS, 4)),
        phone=fiction.phone(),
        email=place.user.email if place else f"{first}.{last}@staff.example".lower(),
        **_emergency_contact(fiction, last),
    )
    member.texts_agreed_on = fiction.pick((member.hired_on, member.hired_on, None))
    keep_ssn(member, {"ssn": fiction.ssn()})
    session.add(member)
    return member


def _emergency_contact(fiction: Fiction, last_name: str) -> dict[str, Any]:
    relative = fiction.person(last_name)
    return {
        "emergency_contact_name": f"{relative.first_name} {relative.last_name}",
        "emergency_contact_phone": fiction.phone(),
        "emergency_contact_relationship": fiction.pick(("Spouse", "Parent", "Sibling", "Partner")),
    }


def _supervise(members: Sequence[StaffMember]) -> None:
    """Nurses of a branch supervise its aides, as the law of most states has it."""
    nurses: dict[UUID, StaffMember] = {}
    for member in members:
        if member.discipline == Discipline.RN:
            nurses.setdefault(member.branch_id, member)
    for member in members:
        nurse = nurses.get(member.branch_id)
        if nurse and member.discipline in (Discipline.PCA, Discipline.HHA, Discipline.CNA, Discipline.LPN):
            member.supervisor_id = nurse.id


def _change_statuses(fiction: Fiction, members: Sequence[StaffMember], with_sign_in: int) -> None:
    """A few are on leave, a few have left; never one of those who sign in."""
    others = [member for member in members[with_sign_in:] if member.discipline != Discipline.RN]
    for number, member in enumerate(fiction.random.sample(others, len(others) // 11)):
        if number % 2:
            member.status = StaffStatus.LEAVE
        else:
            left = fiction.days_ago(10, 35)
            member.status, member.terminated_on = StaffStatus.TERMINATED, left
            member.termination_reason = fiction.pick(("Moved away", "Returned to school", "Better offer elsewhere"))


def _add_credentials(fiction: Fiction, member: StaffMember, kinds: Sequence[CredentialType], verifier: int) -> None:
    """What the discipline requires, most of it in order: some expire soon, some have, some are missing."""
    for kind in kinds:
        is_required = member.discipline in kind.required_disciplines
        is_optional = not kind.required_disciplines and fiction.chance(40)
        if not (is_required or is_optional) or fiction.chance(4):
            continue
        issued, expires = _validity(fiction, kind.validity_months)
        is_verified = verifier != member.user_id and fiction.chance(95)
        session.add(
            Credential(
                staff_member_id=member.id,
                credential_type_id=kind.id,
                number=f"{kind.name[:2].upper()}-{fiction.random.randrange(10**6):06d}",
                issuer=names.ISSUERS.get(kind.name, "Riverbend Training Center"),
                issued_on=issued,
                expires_on=expires,
                verified_on=min(issued + timedelta(days=3), fiction.today) if is_verified else None,
                verified_by_id=verifier if is_verified else None,
            )
        )


def _validity(fiction: Fiction, months: int | None) -> tuple[date, date | None]:
    if months is None:
        return fiction.days_ago(100, 2000), None
    state = fiction.random.randrange(100)
    if state < 6:
        ends = fiction.days_ago(1, 40)
    elif state < 18:
        ends = fiction.today + timedelta(days=fiction.random.randint(1, min(55, months * 28)))
    else:
        ends = fiction.today + timedelta(days=fiction.random.randint(min(61, months * 15), max(62, months * 28)))
    issued = ends - timedelta(days=round(months * 30.4))
    issued = min(issued, fiction.today)
    return issued, max(ends, issued) if state < 6 else min(ends, max(expiry(issued, months), fiction.today))


def _add_availability(fiction: Fiction, member: StaffMember) -> None:
    starts, ends = fiction.pick(((7, 15), (8, 17), (9, 18), (14, 22), (22, 6)))
    days = list(Weekday)[:5] if fiction.chance(65) else list(Weekday)[2:]
    for day in days:
        session.add(
            AvailabilitySlot(staff_member_id=member.id, weekday=day, starts_time=time(starts), ends_time=time(ends))
        )
    if fiction.chance(15):
        off = fiction.today + timedelta(days=fiction.random.randint(2, 25))
        session.add(AvailabilitySlot(staff_member_id=member.id, on_date=off, is_available=False))


def _add_time_off(fiction: Fiction, member: StaffMember, decider: int) -> None:
    if member.status != StaffStatus.ACTIVE or not fiction.chance(35):
        return
    starts = fiction.today + timedelta(days=fiction.random.randint(-30, 45))
    status = fiction.pick(("requested", "approved", "approved", "declined")) if starts > fiction.today else "approved"
    is_decided = status != "requested" and member.user_id != decider
    asked = datetime.combine(min(starts, fiction.today) - timedelta(days=12), time(17, 5), UTC)
    session.add(
        TimeOff(
            staff_member_id=member.id,
            kind=fiction.pick((TimeOffKind.VACATION, TimeOffKind.VACATION, *TimeOffKind)),
            starts_on=starts,
            ends_on=starts + timedelta(days=fiction.random.randint(0, 9)),
            status=status if is_decided else "requested",
            created_on=asked,
            decided_by_id=decider if is_decided else None,
            decided_at=asked + timedelta(days=1) if is_decided else None,
            decision_note="Too many colleagues are away that week." if status == "declined" and is_decided else None,
        )
    )


def _add_pay(fiction: Fiction, member: StaffMember) -> None:
    base = Decimal(HOURLY.get(member.discipline, 27)) + Decimal(fiction.random.randrange(0, 12)) / 4
    raised = fiction.days_ago(30, 360)
    if member.hired_on < raised - timedelta(days=180):
        yesterday = raised - timedelta(days=1)
        old = base - Decimal("1.25")
        session.add(PayRate(staff_member_id=member.id, rate_amount=old, starts_on=member.hired_on, ends_on=yesterday))
    else:
        raised = member.hired_on
    session.add(PayRate(staff_member_id=member.id, rate_amount=base, starts_on=raised))
    if member.discipline in LICENSED and fiction.chance(60):
        visit = Decimal(55 + fiction.random.randrange(0, 30))
        session.add(
            PayRate(staff_member_id=member.id, service_code="G0299", rate_amount=visit, unit="visit", starts_on=raised)
        )
