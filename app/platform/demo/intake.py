"""The demo's referrals in every stage, incidents in every state, stays in hospital, and two records of one person."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.platform.demo.people import Fiction
from starline.clients import matching
from starline.clients.identification import keep_numbers
from starline.clients.models import (
    Client,
    ClientStatusChange,
    Hospitalisation,
    Incident,
    IncidentNotification,
    Referral,
    ReferralStep,
)
from starline.clients.pipeline import OPEN, Stage
from starline.clients.vocabulary import ClientStatus
from starline.core.db import session

STAGES = (
    *([Stage.NEW] * 4 + [Stage.CONTACTED] * 4 + [Stage.ASSESSMENT_SCHEDULED] * 3),
    *([Stage.ASSESSED] * 2 + [Stage.WON] * 7 + [Stage.LOST] * 6),
)
SOURCES = (
    ("hospital", "Riverbend Medical Center"),
    ("hospital", "Saint Orla Hospital"),
    ("physician", "Dr. Fenwick"),
    ("facility", "Maple Court Rehabilitation"),
    ("family", None),
    ("website", None),
    ("community", "Senior Center Eastside"),
)
NEEDS = (
    "Help with bathing and dressing after a hip replacement",
    "Company and meals, four afternoons a week",
    "Overnight care while the daughter travels",
    "Medication reminders, early dementia",
)
SERVICES = ("Personal care", "Companionship", "Respite", "Skilled nursing")
PAYERS = ("Medicaid waiver", "Private pay", "VA Community Care", "Long-term care insurance")
LOSSES = ("chose_another_agency", "too_expensive", "outside_area", "not_reached", "went_to_facility", "no_staff")
STEPS = ("Call back", "Send the brochure", "Confirm the assessment", "Ask for the physician's order")
FACILITIES = ("Riverbend Medical Center", "Saint Orla Hospital", "Maple Court Rehabilitation")

INCIDENTS: tuple[tuple[str, str, str, str, str | None], ...] = (
    (
        "fall",
        "moderate",
        "Bathroom",
        "Slipped on the wet floor while turning to the towel rack.",
        "Bruise on the left hip",
    ),
    ("medication_error", "minor", "Kitchen", "The evening tablets were found in the box at noon the next day.", None),
    (
        "skin_breakdown",
        "serious",
        "Bedroom",
        "Redness over the heel that didn't fade after an hour.",
        "Stage 1, left heel",
    ),
    ("wandered_off", "critical", "Front door", "Left the house in slippers; a neighbor brought the client back.", None),
    ("property_damage", "near_miss", "Living room", "A lamp fell while furniture was moved; nobody was near it.", None),
    ("fall", "minor", "Garden path", "Stumbled over the hose; the aide held the arm.", None),
)
FOUND = "No grab bar within reach; the mat had worn smooth."
CHANGED = "Grab bar ordered, mat replaced, transfers shown again to the team."


def load_intake(
    fiction: Fiction, branches: dict[str, UUID], clients: Sequence[Client], *, owners: Sequence[int]
) -> None:
    """Referrals in all stages. The won ones became the newest of the clients who are served."""
    served = [one for one in clients if one.start_of_care_on]
    served.sort(key=lambda one: one.start_of_care_on or fiction.today, reverse=True)
    joined = iter(served)
    stages = STAGES if len(clients) > 50 else STAGES[::4]
    for stage in stages:
        client = next(joined, None) if stage is Stage.WON else None
        if stage is Stage.WON and client is None:
            continue
        _referral(fiction, stage, branches[fiction.pick(list(branches))], client, fiction.pick(list(owners)))
    session.flush()


def load_incidents(fiction: Fiction, clients: Sequence[Client], *, investigator: int, reporters: Sequence[int]) -> None:
    """A few incidents: two closed, two under investigation, the rest waiting, one of them overdue."""
    served = [one for one in clients if one.status == ClientStatus.ACTIVE]
    for number, (kind, severity, place, description, injuries) in enumerate(INCIDENTS[: max(2, len(served) // 8)]):
        status = ("closed", "closed", "investigating", "investigating", "reported", "reported")[number]
        day = fiction.days_ago(3, 25) if status == "closed" else fiction.days_ago(1, 9)
        at = datetime.combine(day, time(16 + number, 20), UTC)
        is_closed = status == "closed"
        incident = Incident(
            client_id=fiction.pick(served).id,
            kind=kind,
            severity=severity,
            occurred_at=at,
            place=place,
            description=description,
            injuries=injuries,
            immediate_action="Client checked from head to foot, supervisor called.",
            is_reportable=severity == "critical",
            status=status,
            due_on=day + timedelta(days=7),
            investigator_id=investigator if status != "reported" else None,
            investigation=FOUND if is_closed else None,
            corrective_action=CHANGED if is_closed else None,
            closed_at=at + timedelta(days=2) if is_closed else None,
            created_by_fk=fiction.pick(list(reporters)),
            created_on=at,
        )
        session.add(incident)
        for party, minutes in (("supervisor", 15), ("family", 40)):
            told = at + timedelta(minutes=minutes)
            session.add(IncidentNotification(incident_id=incident.id, party=party, notified_at=told, channel="phone"))
    session.flush()


def load_stays(fiction: Fiction, clients: Sequence[Client]) -> None:
    """The stay of everybody who is in hospital or died there, and some that are over."""
    for client in clients:
        steps = session.query(ClientStatusChange).filter_by(client_id=client.id).all()
        admitted = max((one.changed_status_on for one in steps if one.to_status == "hospitalised"), default=None)
        if admitted:
            last = max(one.changed_status_on for one in steps)
            is_over = client.status != ClientStatus.HOSPITALISED
            _stay(fiction, client, "Admitted after a fall", admitted, last if is_over else None)
        elif client.status == ClientStatus.ACTIVE and fiction.chance(8) and client.start_of_care_on:
            came_home = fiction.days_ago(20, 60)
            _stay(fiction, client, "Pneumonia", came_home - timedelta(days=4), came_home)
    session.flush()


def load_twins(fiction: Fiction, clients: Sequence[Client]) -> None:
    """The same two people entered a second time, a little differently; then what the nightly look finds."""
    originals = [one for one in clients if one.status == ClientStatus.ACTIVE][3:5]
    inquiries = [one for one in clients if one.status == ClientStatus.INQUIRY][: len(originals)]
    for number, (original, twin) in enumerate(zip(originals, inquiries, strict=False)):
        twin.last_name, twin.birth_date, twin.sex = original.last_name, original.birth_date, original.sex
        twin.first_name = original.first_name if number else f"{original.first_name}y"
        twin.phone = original.phone
        keep_numbers(twin, {"medicaid_id": None, "medicare_id": None})
    session.flush()
    matching.sweep()


def _referral(fiction: Fiction, stage: Stage, branch_id: UUID, client: Client | None, owner: int) -> None:
    person = fiction.person()
    source, named = fiction.pick(SOURCES)
    received = datetime.combine(fiction.days_ago(1, 12) if stage in OPEN else fiction.days_ago(6, 60), time(17), UTC)
    if client is not None and client.start_of_care_on:
        began = datetime.combine(client.start_of_care_on, time(17), UTC)
        received = min(began, datetime.combine(fiction.today, time(17), UTC)) - timedelta(
            days=fiction.random.randint(4, 16)
        )
    way = (
        OPEN[: OPEN.index(stage) + 1] if stage in OPEN else (*OPEN, stage) if stage is Stage.WON else (*OPEN[:2], stage)
    )
    moved = [received + timedelta(days=2 * number) for number in range(len(way))]
    referral = Referral(
        first_name=client.first_name if client else person.first_name,
        last_name=client.last_name if client else person.last_name,
        birth_date=client.birth_date if client else fiction.born(60, 95),
        phone=fiction.phone(),
        contact_name=f"{fiction.person().first_name} {person.last_name}",
        contact_relationship=fiction.pick(("daughter", "son", "spouse")),
        contact_phone=fiction.phone(),
        source=source,
        source_name=named,
        payer_name=fiction.pick(PAYERS),
        services_wanted=[fiction.pick(SERVICES)],
        needs=fiction.pick(NEEDS),
        branch_id=branch_id,
        owner_id=owner,
        received_at=received,
        stage=stage,
        stage_since=moved[-1],
        created_on=received,
        **_ending(fiction, stage, client, moved[-1]),
    )
    session.add(referral)
    for number, to in enumerate(way):
        previous = way[number - 1] if number else None
        step = {"from_stage": previous, "to_stage": to, "moved_at": moved[number], "moved_by_id": owner}
        session.add(ReferralStep(referral_id=referral.id, **step))


def _way_to(stage: Stage) -> tuple[Stage, ...]:
    """The stages that such a referral has been in; a lost one got no further than a call."""
    if stage in OPEN:
        return OPEN[: OPEN.index(stage) + 1]
    return (*OPEN, stage) if stage is Stage.WON else (*OPEN[:2], stage)


def _ending(fiction: Fiction, stage: Stage, client: Client | None, at: datetime) -> dict[str, Any]:
    """What only referrals of the stage have."""
    if stage is Stage.LOST:
        return {"lost_reason": fiction.pick(LOSSES)}
    if client is not None:
        return {"client_id": client.id, "won_on": at.date()}
    ahead = datetime.combine(fiction.today + timedelta(days=fiction.random.randint(1, 5)), time(18), UTC)
    due = fiction.today + timedelta(days=fiction.random.randint(-2, 4))
    return {
        "next_step": fiction.pick(STEPS),
        "next_step_on": due,
        "assessment_at": ahead if stage is Stage.ASSESSMENT_SCHEDULED else at if stage is Stage.ASSESSED else None,
    }


def _stay(fiction: Fiction, client: Client, reason: str, admitted: Any, came_home: Any) -> None:
    session.add(
        Hospitalisation(
            client_id=client.id,
            facility=fiction.pick(FACILITIES),
            reason=reason,
            admitted_on=admitted,
            discharged_on=came_home,
            status_before=ClientStatus.ACTIVE,
        )
    )
