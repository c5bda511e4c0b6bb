"""An export holds every row once, however many statements it takes, and each statement is on record."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import sheets
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, a_client, a_user, acting_for


def readings() -> int:
    with tenancy.acting(HARBOR), db.transaction():
        query = select(func.count()).where(AuditEvent.action == "read", AuditEvent.subject == "clients")
        return int(db.session.scalar(query) or 0)


def test_every_row_is_exported_once(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "EXPORT_ROWS", 3)
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)
        for number in range(8):
            a_client(first_name=f"Client{number}", last_name="=Same")
    browser = Web(app).at("harbor.localhost")
    sign_in(browser, "ada")
    before = readings()
    text = browser.get("/clients/download?status=inquiry").text.removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert sorted(line["First name"] for line in lines) == [f"Client{number}" for number in range(8)]
    assert {line["Last name"] for line in lines} == {"'=Same"}
    assert readings() == before + 3
