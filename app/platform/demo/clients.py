"""The demo's clients with their homes, families, payers, wishes, notes and histories."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.platform.demo import names
from app.platform.demo.people import Fiction, Person
from starline.clients.coverages import keep_member_id
from starline.clients.identification import keep_numbers
from starline.clients.models import (
    CareTeamMember,
    Client,
    ClientNote,
    ClientPreference,
    ClientStatusChange,
    Contact,
    Coverage,
    ServiceAddress,
)
from starline.clients.vocabulary import ClientStatus, CodeStatus, FallRisk, MaritalStatus, Mobility, TriageLevel
from starline.core.db import session
from starline.core.identifiers import uuid7

Status = ClientStatus
SHARES = (
    (Status.ACTIVE, 68),
    (Status.INQUIRY, 8),
    (Status.ASSESSMENT, 7),
    (Status.DISCHARGED, 7),
    (Status.ON_HOLD, 4),
    (Status.HOSPITALISED, 4),
    (Status.DECEASED, 2),
)
"""Percent of the clients in each status."""

PATHS = {
    Status.INQUIRY: (Status.INQUIRY,),
    Status.ASSESSMENT: (Status.INQUIRY, Status.ASSESSMENT),
    Status.ACTIVE: (Status.INQUIRY, Status.ASSESSMENT, Status.ACTIVE),
    Status.ON_HOLD: (Status.INQUIRY, Status.ASSESSMENT, Status.ACTIVE, Status.ON_HOLD),
    Status.HOSPITALISED: (Status.INQUIRY, Status.ASSESSMENT, Status.ACTIVE, Status.HOSPITALISED),
    Status.DISCHARGED: (Status.INQUIRY, Status.ASSESSMENT, Status.ACTIVE, Status.DISCHARGED),
    Status.DECEASED: (Status.INQUIRY, Status.ASSESSMENT, Status.ACTIVE, Status.HOSPITALISED, Status.DECEASED),
}
REASONS = {
    Status.ON_HOLD: "Staying with family for some weeks",
    Status.HOSPITALISED: "Admitted after a fall",
    Status.DISCHARGED: "Goals met, independent with family support",
    Status.DECEASED: "Passed away in hospital",
}
COORDINATED = (Status.ACTIVE, Status.ON_HOLD, Status.HOSPITALISED)


def load_clients(
    fiction: Fiction, branches: dict[str, UUID], count: int, *, coordinators: Sequence[int], by: int
) -> list[Client]:
    """Make `count` clients and what belongs to each; returned in the order they were made."""
    statuses = [status for status, share in SHARES for _ in range(round(count * share / 100))]
    statuses = (statuses + [Status.ACTIVE] * count)[:count]
    fiction.random.shuffle(statuses)
    offices = list(branches)
    clients = []
    for number, status in enumerate(statuses):
        office = offices[number % len(offices)]
        clients.append(_client(fiction, status, office, branches[office], coordinators, by))
    session.flush()
    return clients


def _client(
    fiction: Fiction, status: ClientStatus, office: str, branch_id: UUID, coordinators: Sequence[int], by: int
) -> Client:
    person = fiction.person()
    steps = _history_dates(fiction, PATHS[status])
    started = next((day for step, day in steps if step is Status.ACTIVE), None)
    client = Client(
        **_particulars(fiction, person),
        **_care(fiction),
        id=uuid7(),
        status=status,
        branch_id=branch_id,
        care_coordinator_id=fiction.pick(coordinators) if status in COORDINATED else None,
        start_of_care_on=started,
    )
    keep_numbers(client, _numbers(fiction))
    session.add(client)
    _add_history(client, steps)
    _add_address(fiction, client, office)
    _add_contacts(fiction, client, person)
    _add_coverages(fiction, client, started or fiction.today)
    _add_notes(fiction, client, by)
    return client


def _numbers(fiction: Fiction) -> dict[str, str | None]:
    return {
        "medicaid_id": f"OR{fiction.random.randrange(10**6):06d}" if fiction.chance(45) else None,
        "medicare_id": f"1EG4TE5MK{fiction.random.randrange(100):02d}" if fiction.chance(75) else None,
        "ssn": fiction.ssn(),
    }


def _particulars(fiction: Fiction, person: Person) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "preferred_name": person.first_name[:3] + "y" if fiction.chance(8) else None,
        "birth_date": fiction.born(58, 97),
        "sex": person.sex,
        "pronouns": "she/her" if person.sex == "female" else "he/him",
        "languages": fiction.languages(),
        "marital_status": fiction.pick(list(MaritalStatus)),
        "veteran_status": "veteran" if person.sex == "male" and fiction.chance(30) else "not_veteran",
        "religion": fiction.maybe(40, names.RELIGIONS),
        "referral_source": fiction.pick(names.REFERRALS),
        "phone": fiction.phone(),
        "mobile_phone": fiction.phone() if fiction.chance(40) else None,
    }


def _care(fiction: Fiction) -> dict[str, Any]:
    return {
        "code_status": fiction.pick((CodeStatus.FULL, CodeStatus.FULL, CodeStatus.DNR, CodeStatus.POLST)),
        "mobility": fiction.pick(list(Mobility)),
        "diet": fiction.maybe(50, names.DIETS),
        "allergies_note": fiction.maybe(45, names.ALLERGIES),
        "fall_risk": fiction.pick(list(FallRisk)),
        "is_elopement_risk": fiction.chance(9),
        "has_pets": fiction.chance(35),
        "is_smoking_home": fiction.chance(12),
        "equipment": fiction.maybe(60, names.EQUIPMENT),
        "triage_level": fiction.pick(list(TriageLevel)),
        "emergency_plan": fiction.maybe(70, names.EMERGENCY_PLANS),
        "caregiver_notes": fiction.maybe(65, names.CAREGIVER_NOTES),
    }


def _history_dates(fiction: Fiction, path: Sequence[ClientStatus]) -> list[tuple[ClientStatus, date]]:
    """The steps with rising dates, the last of them recent when the client has left or paused."""
    span = fiction.random.randint(30, 900) if len(path) > 2 else fiction.random.randint(2, 40)
    day = fiction.today - timedelta(days=span)
    steps = []
    for number, status in enumerate(path):
        steps.append((status, day))
        left = (fiction.today - day).days
        day += timedelta(days=min(left, fiction.random.randint(2, 12) if number < 2 else max(1, left - 9)))
    return steps


def _add_history(client: Client, steps: Sequence[tuple[ClientStatus, date]]) -> None:
    previous = None
    for status, day in steps:
        session.add(
            ClientStatusChange(
                client_id=client.id,
                from_status=previous,
                to_status=status,
                changed_status_on=day,
                reason=REASONS.get(status),
            )
        )
        previous = status


def _add_address(fiction: Fiction, client: Client, office: str) -> None:
    home = ServiceAddress(
        **fiction.address(office),
        id=uuid7(),
        client_id=client.id,
        label="Home",
        is_primary=True,
        access_instructions=fiction.maybe(70, names.ACCESS),
    )
    if fiction.chance(20):
        home.door_code = f"{fiction.random.randrange(10**4):04d}#"
    session.add(home)
    if fiction.chance(10):
        session.add(ServiceAddress(**fiction.address(office), client_id=client.id, label="Daughter's house"))


def _add_contacts(fiction: Fiction, client: Client, person: Person) -> None:
    for order in range(1, fiction.random.randint(1, 3) + 1):
        relative = fiction.person(person.last_name if fiction.chance(60) else None)
        kin = "daughter" if relative.sex == "female" else "son"
        session.add(
            Contact(
                client_id=client.id,
                first_name=relative.first_name,
                last_name=relative.last_name,
                relationship=kin if order == 1 else fiction.pick(("sibling", "neighbor", "friend", "other_family")),
                emergency_order=order,
                phone=fiction.phone(),
                email=f"{relative.first_name}.{relative.last_name}@family.example".lower(),
                is_health_poa=order == 1 and fiction.chance(60),
                is_finance_poa=order == 1 and fiction.chance(40),
                is_guarantor=order == 1,
            )
        )


def _add_coverages(fiction: Fiction, client: Client, since: date) -> None:
    payers = fiction.random.sample(names.PAYERS, 2)
    for priority, payer in zip(("primary", "secondary"), payers, strict=True):
        if priority == "secondary" and not fiction.chance(30):
            continue
        number = f"{payer[:2].upper()}{fiction.random.randrange(10**8):08d}"
        coverage = Coverage(
            id=uuid7(),
            client_id=client.id,
            payer_name=payer,
            priority=priority,
            group_number=f"G{fiction.random.randrange(10**5):05d}" if fiction.chance(50) else None,
            starts_on=since,
        )
        keep_member_id(coverage, {"member_id": number})
        session.add(coverage)


def _add_notes(fiction: Fiction, client: Client, by: int) -> None:
    for kind, body, visibility in fiction.random.sample(names.NOTES, fiction.random.randint(0, 3)):
        written = datetime.combine(fiction.days_ago(1, 90), time(fiction.random.randint(15, 23), 20), UTC)
        session.add(
            ClientNote(
                client_id=client.id,
                kind=kind,
                body=body,
                visibility=visibility,
                is_pinned=fiction.chance(10),
                created_on=written,
                changed_on=written,
                created_by_fk=by,
                changed_by_fk=by,
            )
        )


def load_wishes(fiction: Fiction, clients: Sequence[Client], caregivers: Sequence[int]) -> None:
    """Preferences of about half the clients; a few exclude somebody by name."""
    for client in clients:
        if fiction.chance(45):
            kind, value = fiction.pick(names.WISHES)
            session.add(ClientPreference(client_id=client.id, kind=kind, value=value))
        if fiction.chance(12):
            session.add(
                ClientPreference(
                    client_id=client.id,
                    kind="excluded_caregiver",
                    caregiver_id=fiction.pick(caregivers),
                    reason=fiction.pick(names.EXCLUSIONS),
                )
            )
    session.flush()


def load_care_teams(
    fiction: Fiction, clients: Sequence[Client], *, known: int, known_count: int, caregivers: Sequence[int], nurse: int
) -> None:
    """Assign caregivers by name. `known`, the one with a sign-in, gets the first `known_count` active clients."""
    served = [client for client in clients if client.status in COORDINATED]
    for number, client in enumerate(served):
        people = [(known, "caregiver")] if number < known_count else []
        people += [
            (user_id, "caregiver") for user_id in fiction.random.sample(list(caregivers), min(2, len(caregivers)))
        ]
        if fiction.chance(25):
            people.append((nurse, "nurse"))
        since = max(client.start_of_care_on or fiction.today, fiction.today - timedelta(days=200))
        for user_id, role in people:
            session.add(CareTeamMember(client_id=client.id, user_id=user_id, role=role, starts_on=since))
    session.flush()


def give_portal_access(clients: Sequence[Client], user_id: int, *, first_name: str, last_name: str) -> None:
    """Make the first contact of the first active client the one who signs in as family."""
    client = next(one for one in clients if one.status == Status.ACTIVE)
    contact = session.query(Contact).filter_by(client_id=client.id, emergency_order=1).one()
    contact.user_id = user_id
    contact.first_name, contact.last_name = first_name, last_name
    session.flush()
