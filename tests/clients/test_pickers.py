"""A picker names clients, so what it offers is on record like any other reading."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, a_client, a_user, acting_for


@pytest.fixture(scope="module")
def ruth(database: str) -> str:
    """A client, and people who sign in: human resources read files and no clients; a nurse reads no accounts."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name, role in (("noor", "Human resources"), ("tess", "Nurse"), ("bo", "Biller")):
            a_user(name, role).password = passwords.hashed(PASSWORD)
        return str(a_client().id)


def test_the_clients_a_picker_offers_are_audited(app: Any, ruth: str) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)
        keys = {a_client(first_name=name).id for name in ("Rose", "Rosa")}
        a_client(first_name="Ida", last_name="Zimmer")
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    offered = browser.get("/api/v1/contacts/related/client?search=abern").json["result"]
    assert {one["id"] for one in offered} == {ruth, *(str(key) for key in keys)}
    with tenancy.acting(HARBOR), db.transaction():
        query = select(AuditEvent).where(AuditEvent.action == "read", AuditEvent.subject == "clients")
        newest = db.session.scalars(query.order_by(AuditEvent.id.desc())).first()
        assert newest is not None and set(newest.client_ids or []) == {UUID(ruth), *keys}


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("noor", "files/related/client", 403),
        ("noor", "files/related/staff_member", 200),
        ("tess", "files/related/client", 200),
        ("tess", "clients/related/care_coordinator", 200),
        ("bo", "clients/related/care_coordinator", 200),
        ("bo", "client_preferences/related/caregiver", 403),
        ("tess", "service_plans/related/approved_by", 403),
    ],
)
def test_a_picker_names_what_one_may_read_or_has_a_form_for(
    app: Any, ruth: str, who: str, path: str, status: int
) -> None:
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, who)
    answer = browser.get(f"/api/v1/{path}?search=a")
    assert answer.status_code == status
    assert ("result" in answer.json) is (status == 200)


def test_a_list_offers_no_filter_by_what_one_may_not_pick(app: Any, ruth: str) -> None:
    pages = {}
    for who in ("noor", "tess"):
        browser = Web(app).at("harbor.localhost")
        sign_in(browser, who)
        answer = browser.get(f"/files/list/?client={ruth}")
        assert answer.status_code == 200
        pages[who] = answer.text
    assert "files/related/client" not in pages["noor"] and "Abernathy" not in pages["noor"]
    assert "files/related/staff_member" in pages["noor"]
    assert "files/related/client" in pages["tess"] and "Abernathy" in pages["tess"]
