"""A signed address opens a file for the person it was made for, and for nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from starline.core import tenancy
from starline.core.storage import key_for, storage
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
        key = storage().put(key_for("documents", "html"), b"<script>1</script>", "text/html")
        address = storage().signed_url(key)
    answer = opened(app, address, HOSTS[HARBOR], "nurse@harbor.example")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"] == "attachment"


def test_a_forged_address_is_not_found(app: Any, address: str) -> None:
    assert opened(app, address[:-3] + "abc", HOSTS[HARBOR], "nurse@harbor.example").status_code == 404


def test_the_developers_outbox_is_closed_outside_of_development(app: Any, people: dict[str, int]) -> None:
    assert opened(app, "/outbox/", HOSTS[HARBOR], "nurse@harbor.example").status_code == 404
