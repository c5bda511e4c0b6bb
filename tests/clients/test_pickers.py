"""A picker names clients, so what it offers is on record like any other reading."""

from typing import Any

from sqlalchemy import select

from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, a_client, a_user, acting_for


def test_the_clients_a_picker_offers_are_audited(app: Any) -> None:
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)
        keys = {a_client(first_name=name).id for name in ("Ruth", "Rosa")}
        a_client(first_name="Ida", last_name="Zimmer")
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    offered = browser.get("/api/v1/contacts/related/client?search=abern").json["result"]
    assert {one["id"] for one in offered} == {str(key) for key in keys}
    with tenancy.acting(HARBOR), db.transaction():
        query = select(AuditEvent).where(AuditEvent.action == "read", AuditEvent.subject == "clients")
        newest = db.session.scalars(query.order_by(AuditEvent.id.desc())).first()
        assert newest is not None and set(newest.client_ids or []) == keys
