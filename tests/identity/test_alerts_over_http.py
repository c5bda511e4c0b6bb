"""What leaves by the screens and by REST is what raises an alert: records read, values revealed, files opened, the trail."""

import io
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from starline.core import db, tenancy
from starline.files import opening, service
from starline.identity import alerts, passwords
from starline.identity.alerts import AlertSeverity, SecurityAlert
from starline.organizations.models import OrganizationSettings
from tests.files.samples import PDF
from tests.identity.conftest import Browser, Web
from tests.identity.factories import HARBOR, PASSWORD, committed
from tests.organizations.factories import a_client, a_user, acting_for

SEEN, TAKEN = 100, 10
"""The lowest limits that an agency may set."""


@pytest.fixture(scope="module")
def clients(database: str) -> list[UUID]:
    """One client more than may be seen in an hour without an alert."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        limits = {"mass_export_rows": SEEN, "mass_openings": TAKEN}
        db.session.query(OrganizationSettings).one().security_policy = limits
        return [a_client(last_name=f"Abernathy {number:03}", ssn="123-45-6789").id for number in range(SEEN + 1)]


@dataclass(frozen=True)
class Person:
    """An administrator of whom nothing is known yet, who asks by programs."""

    id: int
    script: Browser

    @property
    def alert(self) -> tuple[str, int, AlertSeverity] | None:
        """What this minute's watch says of them."""
        with committed(HARBOR):
            alerts.watch()
            found = db.session.scalars(select(SecurityAlert).where(SecurityAlert.user_id == self.id)).one_or_none()
            return (found.kind, found.count, found.severity) if found else None

    def read(self, page: int) -> None:
        answer = self.script.get(f"/api/v1/clients/?page={page}&page_size=50&order=last_name")
        assert answer.status_code == 200 and answer.json["result"]

    def reveal(self, client_id: UUID) -> None:
        answer = self.script.post(f"/api/v1/clients/{client_id}/reveal/ssn", json={"reason": "The payer asks"})
        assert answer.status_code == 200 and "123" in answer.json["result"]["ssn"]


@pytest.fixture
def person(app: Any, clients: list[UUID]) -> Person:
    name = f"administrator{next(_numbers)}"
    with committed(HARBOR):
        user = a_user(name, "Administrator")
        user.password = passwords.hashed(PASSWORD)
        db.session.flush()
        found = Person(user.id, Web(app).at("harbor.localhost"))
    answer = found.script.post("/api/v1/auth/login", json={"email": f"{name}@harbor.example", "password": PASSWORD})
    found.script.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.json['access_token']}"
    return found


_numbers = count(1)


def test_records_that_are_read_again_are_counted_once(person: Person) -> None:
    for page in (1, 2, 1, 2, 1):
        person.read(page)
    assert person.alert is None
    person.read(3)
    assert person.alert == ("mass_export", SEEN + 1, AlertSeverity.WARNING)


def test_a_record_is_one_record_however_it_was_seen(person: Person, clients: list[UUID]) -> None:
    for page in (1, 2):
        person.read(page)
    in_page = min(clients)
    assert person.script.get(f"/api/v1/clients/{in_page}").status_code == 200
    person.reveal(in_page)
    assert person.alert is None
    assert person.script.get(f"/api/v1/clients/{max(clients)}").status_code == 200
    assert person.alert == ("mass_export", SEEN + 1, AlertSeverity.WARNING)


def test_values_that_are_revealed_raise_an_alert_long_before_records_that_are_read(
    person: Person, clients: list[UUID]
) -> None:
    for client_id in [*clients[:TAKEN], clients[0]]:
        person.reveal(client_id)
    assert person.alert is None
    person.reveal(clients[TAKEN])
    assert person.alert == ("mass_export", TAKEN + 1, AlertSeverity.WARNING)
    for client_id in clients[TAKEN : 5 * TAKEN]:
        person.reveal(client_id)
    assert person.alert == ("mass_export", 5 * TAKEN, AlertSeverity.CRITICAL)


def test_reading_much_doesnt_make_little_of_what_was_taken(person: Person, clients: list[UUID]) -> None:
    for client_id in clients[: 5 * TAKEN]:
        person.reveal(client_id)
    assert person.alert == ("mass_export", 5 * TAKEN, AlertSeverity.CRITICAL)
    for page in (1, 2, 3):
        person.read(page)
    assert person.alert == ("mass_export", SEEN + 1, AlertSeverity.CRITICAL)


def test_files_that_are_opened_raise_an_alert(person: Person, clients: list[UUID]) -> None:
    with committed(HARBOR):
        owner = a_client(last_name="Okonkwo")
        files = [service.store(io.BytesIO(PDF), f"Order {one}.pdf", owner=owner, by=None) for one in range(TAKEN + 1)]
    with tenancy.acting(HARBOR, user_id=person.id), db.transaction():
        addresses = [service.link(opening.find_version(one)) for one in files]
    for address in [*addresses[:TAKEN], addresses[0]]:
        assert person.script.get(address).data == PDF
    assert person.alert is None
    assert person.script.get(addresses[TAKEN]).data == PDF
    assert person.alert == ("mass_export", TAKEN + 1, AlertSeverity.WARNING)


def test_an_exported_trail_counts_for_the_clients_that_it_names(person: Person) -> None:
    person.read(1)
    assert person.alert is None
    assert person.script.get("/audit/export?format=csv").status_code == 200
    assert person.alert is not None and person.alert[1] >= 50
