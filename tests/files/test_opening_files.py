"""A signed address opens a file for the person it was made for, and for nobody else."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from starline.clients import service as clients
from starline.core import clock, tenancy
from starline.core.audit import AuditEvent
from starline.core.db import session, transaction
from starline.core.storage import key_for, storage
from starline.files import keeping, opening, service
from starline.files.models import FileVersion, StoredFile
from starline.identity import roles
from starline.organizations.models import Branch
from tests.files.samples import PDF
from tests.identity.factories import HARBOR, PASSWORD, SUMMIT, a_person, an_agency, committed

HOSTS = {HARBOR: "http://harbor.localhost", SUMMIT: "http://summit.localhost"}


@pytest.fixture(scope="module")
def people(database: str) -> dict[str, int]:
    """Two nurses at Harbor and one at Summit: their ids by e-mail."""
    storage.cache_clear()
    found = {}
    for organization_id, slug, names in ((HARBOR, "harbor", ("nurse", "second")), (SUMMIT, "summit", ("nurse",))):
        with committed(organization_id):
            an_agency(organization_id, slug)
            for name in names:
                found[f"{name}@{slug}.example"] = a_person(name).id
    return found


@pytest.fixture
def address(people: dict[str, int]) -> Iterator[str]:
    """Where Harbor's first nurse opens a photo."""
    with tenancy.acting(HARBOR, user_id=people["nurse@harbor.example"]):
        key = storage().put(key_for("photos", "png"), b"a photo", "image/png")
        yield storage().signed_url(key)


def opened(app: Any, address: str, host: str, email: str | None) -> Any:
    client: FlaskClient = app.test_client()
    headers = {}
    if email:
        body = {"email": email, "password": PASSWORD}
        answer = client.post("/api/v1/auth/login", json=body, base_url=host)
        headers["Authorization"] = f"Bearer {answer.get_json()['access_token']}"
    return client.get(address, base_url=host, headers=headers)


def test_the_person_it_was_made_for_sees_the_file(app: Any, address: str) -> None:
    answer = opened(app, address, HOSTS[HARBOR], "nurse@harbor.example")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"a photo", "image/png")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("host", "email"),
    [(HOSTS[HARBOR], "second@harbor.example"), (HOSTS[SUMMIT], "nurse@summit.example"), (HOSTS[HARBOR], None)],
)
def test_nobody_else_does(app: Any, address: str, host: str, email: str | None) -> None:
    answer = opened(app, address, host, email)
    assert answer.status_code == (404 if email else 401) and b"a photo" not in answer.data


def test_what_could_carry_a_script_is_offered_for_download(app: Any, people: dict[str, int]) -> None:
    with tenancy.acting(HARBOR, user_id=people["nurse@harbor.example"]):
        key = storage().put(key_for("letters", "html"), b"<script>1</script>", "text/html")
        address = storage().signed_url(key)
    answer = opened(app, address, HOSTS[HARBOR], "nurse@harbor.example")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_forged_address_is_not_found(app: Any, address: str) -> None:
    assert opened(app, address[:-3] + "abc", HOSTS[HARBOR], "nurse@harbor.example").status_code == 404


def test_the_developers_outbox_is_closed_outside_of_development(app: Any, people: dict[str, int]) -> None:
    assert opened(app, "/outbox/", HOSTS[HARBOR], "nurse@harbor.example").status_code == 404


# --- Documents of records: looked at anew when their address is used


@pytest.fixture
def document(people: dict[str, int]) -> StoredFile:
    """A client's document that Harbor's nurses may see."""
    with committed(HARBOR):
        branch = session.query(Branch).filter_by(name="Eastside").one_or_none() or Branch(name="Eastside")
        session.add(branch)
        session.flush()
        named = {"first_name": "Ruth", "last_name": "Abernathy", "birth_date": date(1941, 5, 2), "branch_id": branch.id}
        client = clients.create_client(named, by=None)
        return service.store(io.BytesIO(PDF), "Order für Ruth.pdf", owner=client, by=None)


def minted(file: StoredFile, user_id: int) -> str:
    with tenancy.acting(HARBOR, user_id=user_id), transaction():
        return service.link(opening.find_version(file))


def nurse_opens(app: Any, address: str, name: str = "nurse") -> Any:
    return opened(app, address, HOSTS[HARBOR], f"{name}@harbor.example")


def test_a_document_is_sent_under_its_name_and_its_opening_is_recorded(
    app: Any, people: dict[str, int], document: StoredFile
) -> None:
    nurse = people["nurse@harbor.example"]
    answer = nurse_opens(app, minted(document, nurse))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert "filename*=UTF-8''Order%20f%C3%BCr%20Ruth.pdf" in answer.headers["Content-Disposition"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"].replace("style-src 'unsafe-inline'", "")
    with committed(HARBOR):
        kept = session.query(AuditEvent).filter_by(action="opened", subject_id=str(document.id)).one()
        assert (kept.actor_id, kept.client_ids, kept.changes) == (nurse, [document.client_id], {"version": 1})


def test_a_documents_address_opens_for_nobody_else_and_not_for_long(
    app: Any, people: dict[str, int], document: StoredFile
) -> None:
    address = minted(document, people["nurse@harbor.example"])
    assert nurse_opens(app, address, "second").status_code == 404
    assert opened(app, address, HOSTS[SUMMIT], "nurse@summit.example").status_code == 404
    assert opened(app, address, HOSTS[HARBOR], None).status_code == 401
    with clock.frozen(clock.now() - timedelta(seconds=301)):
        old = minted(document, people["nurse@harbor.example"])
    assert nurse_opens(app, old).status_code == 404
    assert nurse_opens(app, address).status_code == 200


def _throw_away(file: StoredFile) -> None:
    keeping.trash_file(session.get_one(StoredFile, file.id), by=None)


def _find_a_virus(file: StoredFile) -> None:
    session.query(FileVersion).filter_by(file_id=file.id).update({"status": "quarantined", "finding": "A virus"})


def _take_permission(file: StoredFile) -> None:
    role = roles.role_of(roles.BY_NAME["Nurse"])
    role.permissions = [one for one in role.permissions if one.view_menu.name != "Clients"]
    session.flush()


@pytest.mark.parametrize(("change", "status"), [(_throw_away, 404), (_find_a_virus, 403), (_take_permission, 404)])
def test_an_address_is_worth_no_more_than_what_its_holder_may_see_now(
    app: Any, people: dict[str, int], document: StoredFile, change: Any, status: int
) -> None:
    nurse = people["nurse@harbor.example"]
    address = minted(document, nurse)
    assert nurse_opens(app, address).status_code == 200
    with committed(HARBOR):
        change(document)
    answer = nurse_opens(app, address)
    assert answer.status_code == status and PDF not in answer.data


def test_bytes_that_no_row_names_are_served_to_nobody(app: Any, people: dict[str, int]) -> None:
    with tenancy.acting(HARBOR, user_id=people["nurse@harbor.example"]):
        key = storage().put(key_for("documents", "pdf"), PDF, "application/pdf")
        address = storage().signed_url(key)
    assert nurse_opens(app, address).status_code == 404
