"""Whose number this is: answered to who may reveal such numbers, within their scope and agency, and always on record."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from starline.clients import coverages
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, SUMMIT, a_client, a_staff_member, a_user, acting_for

SSN, MEDICAID, MEMBER = "212-54-8890", "AB-774-1209", "CA 1234-5678"
PEOPLE = {"ada": "Administrator", "bill": "Biller", "hugo": "Human resources", "nora": "Nurse"}
PROGRAMS: dict[str, str] = {}
"""The token of each, once they have signed in."""


@pytest.fixture(scope="module")
def ids(database: str) -> dict[str, str]:
    """At Harbor a client, a colleague with the client's number, and the client's coverage; the same client at Summit."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name, role in PEOPLE.items():
            a_user(name, role).password = passwords.hashed(PASSWORD)
        client = a_client(ssn=SSN, medicaid_id=MEDICAID)
        given = {"client_id": client.id, "payer_name": "MassHealth", "starts_on": date(2026, 1, 1)}
        coverage = coverages.add_coverage({**given, "member_id": MEMBER}, by=None)
        found = {"clients": client.id, "coverages": coverage.id, "staff": a_staff_member(ssn=SSN).id}
    with acting_for(SUMMIT, "summit"), db.transaction():
        found["theirs"] = a_client(ssn=SSN, medicaid_id=MEDICAID).id
    return {name: str(one) for name, one in found.items()}


def browser(app: Any, name: str) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, name)
    return found


def asked(app: Any, name: str, number: Any) -> Any:
    program, known = Web(app).at("harbor.localhost"), PROGRAMS
    if name not in known:
        given = {"email": f"{name}@harbor.example", "password": PASSWORD}
        known[name] = program.post("/api/v1/auth/login", json=given).json["access_token"]
    headers = {"Authorization": f"Bearer {known[name]}"}
    return program.post("/api/v1/search/numbers", json={"number": number}, headers=headers)


def found_by(app: Any, name: str, number: Any) -> set[tuple[str, str]]:
    answer = asked(app, name, number)
    assert answer.status_code == 200, answer.text
    return {(one["type"], one["id"]) for one in answer.json["result"]}


def told() -> list[AuditEvent]:
    with tenancy.acting(HARBOR), db.transaction():
        query = select(AuditEvent).where(AuditEvent.organization_id == HARBOR, AuditEvent.action == "looked_up")
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


@pytest.mark.parametrize(
    ("name", "number", "seen"),
    [
        ("ada", "212548890", {"clients", "staff"}),
        ("ada", " 212 54 8890 ", {"clients", "staff"}),
        ("ada", "ab7741209", {"clients"}),
        ("ada", "ca12345678", {"coverages"}),
        ("ada", "212548891", set()),
        ("ada", "8890", set()),
        ("hugo", SSN, {"staff"}),
        ("bill", SSN, set()),
        ("bill", MEMBER, {"coverages"}),
    ],
)
def test_a_number_is_found_whole_where_it_may_be_revealed(
    app: Any, ids: dict[str, str], name: str, number: str, seen: set[str]
) -> None:
    assert found_by(app, name, number) == {(kind, ids[kind]) for kind in seen}


def test_who_may_reveal_none_may_look_none_up(app: Any, ids: dict[str, str]) -> None:
    nora = browser(app, "nora")
    before = len(told())
    assert asked(app, "nora", SSN).status_code == 403
    assert (
        nora.get("/search/numbers").status_code == 403 and send(nora, "/search/numbers", number=SSN).status_code == 403
    )
    assert "/search/numbers" not in nora.get("/search").text
    assert len(told()) == before


def test_every_look_is_kept_with_what_was_found_and_never_the_number(app: Any, ids: dict[str, str]) -> None:
    before = len(told())
    found_by(app, "ada", MEMBER)
    found_by(app, "hugo", "000")
    kept = {one.subject: one for one in told()[before : before + 3]}
    assert set(kept) == {"clients", "coverages", "staff_members"}
    assert kept["coverages"].changes == {"fields": "member_id", "found": 1}
    assert [str(one) for one in kept["coverages"].client_ids or []] == [ids["clients"]]
    assert (kept["clients"].changes or {})["found"] == 0 and kept["clients"].client_ids is None
    (vain,) = told()[before + 3 :]
    assert (vain.subject, vain.changes) == ("staff_members", {"fields": "ssn", "found": 0})
    assert not any("5678" in str(one.changes) for one in told())


def test_a_person_finds_the_record_on_the_page(app: Any, ids: dict[str, str]) -> None:
    ada = browser(app, "ada")
    assert 'href="/search/numbers"' in ada.get("/search").text
    page = send(ada, "/search/numbers", number=MEMBER)
    assert f'href="/coverages/show/{ids["coverages"]}"' in page.text and "Ruth Abernathy" in page.text
    assert "5678" not in page.text, "what was typed is not sent back"
    assert "No record that you may see" in send(ada, "/search/numbers", number="000").text
    for wrong in ("", "--", "1" * 61):
        assert send(ada, "/search/numbers", number=wrong).status_code == 422
        assert asked(app, "ada", wrong).status_code == 422
    assert asked(app, "ada", 212548890).status_code == 422
