"""What people do with clients on screens: entering one, moving one, intake, incidents on paper, making one of two."""

import re
from typing import Any
from uuid import UUID

import pytest

from starline.clients.models import Client, ClientMerge, DuplicatePair, Hospitalisation, Referral
from starline.clients.vocabulary import ClientStatus
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from starline.organizations import preferences
from tests.clients.factories import a_home, a_referral, an_active_client, an_incident
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, a_client, a_user, acting_for, branch_id

TYPED = {"first_name": "Peggy", "last_name": "Abernathy", "birth_date": "1941-05-02", "sex": "female"}


@pytest.fixture(scope="module")
def known(database: str) -> dict[str, Any]:
    """The ids of a few rows."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        for name, role in (("ada", "Administrator"), ("paula", "Nurse"), ("josie", "Caregiver")):
            a_user(name, role).password = passwords.hashed(PASSWORD)
        client = an_active_client(first_name="Margaret", allergies_note="Penicillin", code_status="dnr")
        address = a_home(client, line1="9 Oak Ave")
        address.door_code = "4711#"
        db.session.flush()
        return {
            "client": client.id,
            "address": address.id,
            "branch": branch_id(),
            "referral": a_referral().id,
            "wanted": a_referral(first_name="Opal", last_name="Vance").id,
            "incident": an_incident(client).id,
        }


@pytest.fixture
def browser(app: Any, known: dict[str, Any]) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, "ada")
    return found


def _post(browser: Any, path: str, **fields: str) -> Any:
    """Press a button that stands on another page."""
    return send(browser, path, page="/intake/", **fields)


def _stored(model: Any, key: Any) -> Any:
    with tenancy.acting(HARBOR), db.transaction():
        return db.session.get(model, key)


def test_the_page_says_what_nobody_may_overlook_and_has_a_timeline(browser: Any, known: dict[str, Any]) -> None:
    shown = browser.get(f"/clients/show/{known['client']}").text
    for words in ("Do not resuscitate", "Allergies: Penicillin", "1 open incident", "12 Elm St, Portland"):
        assert words in shown
    told = browser.get(f"/clients/show/{known['client']}?tab=timeline").text
    assert [part for part in ("Status: Active", "Incident: Fall", "Slipped on the mat.") if part not in told] == []


def test_somebody_known_is_shown_before_a_second_record_is_made(browser: Any, known: dict[str, Any]) -> None:
    typed = {**TYPED, "branch_id": str(known["branch"])}
    asked = send(browser, "/clients/add", **typed)
    assert "You may know this person already" in asked.text
    assert f"/clients/show/{known['client']}" in asked.text
    with tenancy.acting(HARBOR), db.transaction():
        assert db.session.query(Client).filter_by(first_name="Peggy").count() == 0
    made = send(browser, "/clients/add", **typed, known=str(known["client"]))
    assert made.status_code == 302
    with tenancy.acting(HARBOR), db.transaction():
        twin = db.session.query(Client).filter_by(first_name="Peggy").one()
        assert db.session.query(DuplicatePair).filter_by(second_client_id=twin.id).one().score >= 70


def test_a_number_that_was_typed_is_asked_for_again_where_the_form_comes_back(browser: Any, known: Any) -> None:
    typed = {**TYPED, "branch_id": str(known["branch"]), "medicaid_id": "AB7741209"}
    asked = send(browser, "/clients/add", **typed)
    assert "You may know this person already" in asked.text and "AB7741209" not in asked.text
    assert asked.text.count("Type this again") == 1
    refused = send(browser, "/clients/add", **{**typed, "birth_date": "2090-01-01"})
    assert "lies in the future" in refused.text and "Type this again" in refused.text


def test_a_status_is_changed_after_its_consequences_were_told(browser: Any, known: dict[str, Any]) -> None:
    path = f"/clients/{known['client']}/status"
    assert "Choose the new status" in browser.get(path).text
    assert "A hospital stay begins" in browser.get(f"{path}?to=hospitalised").text
    refused = send(browser, path, to="hospitalised", on="", reason="")
    assert refused.status_code == 422 and "reason" in refused.text
    send(browser, path, to="hospitalised", reason="Stroke", facility="Providence")
    assert _stored(Client, known["client"]).status == ClientStatus.HOSPITALISED
    with tenancy.acting(HARBOR), db.transaction():
        assert db.session.query(Hospitalisation).one().facility == "Providence"
    assert "In Providence since" in browser.get(f"/clients/show/{known['client']}").text
    send(browser, path, to="active")
    assert _stored(Client, known["client"]).status == ClientStatus.ACTIVE


def test_a_card_moves_or_leads_to_what_its_stage_asks_for(browser: Any, known: dict[str, Any]) -> None:
    key = known["referral"]
    assert "Lena Quist" in browser.get("/intake/").text
    _post(browser, f"/intake/{key}/stage", stage="contacted")
    assert _stored(Referral, key).stage == "contacted"
    asked = _post(browser, f"/intake/{key}/stage", stage="lost")
    assert asked.headers["Location"].endswith(f"/intake/{key}/move?stage=lost")
    assert "Lost because" in browser.get(asked.headers["Location"]).text
    refused = send(browser, f"/intake/{key}/move", stage="lost", lost_reason="")
    assert refused.status_code == 422 and "Say why it was lost" in refused.text
    send(browser, f"/intake/{key}/move", stage="lost", lost_reason="no_staff", lost_note="No nurse in Salem")
    assert _stored(Referral, key).lost_reason == "no_staff"
    assert "No staff" in browser.get("/intake/figures").text


def test_a_change_of_the_board_changes_its_mark(browser: Any, known: dict[str, Any]) -> None:
    before = browser.get("/intake/pulse").json["mark"]
    assert browser.get("/intake/pulse").json["mark"] == before
    with tenancy.acting(HARBOR), db.transaction():
        a_referral(first_name="Ivo")
    assert browser.get("/intake/pulse").json["mark"] != before


def test_a_referral_becomes_a_client(browser: Any, known: dict[str, Any]) -> None:
    key = known["wanted"]
    to_form = _post(browser, f"/intake/{key}/stage", stage="won")
    assert to_form.headers["Location"].endswith(f"/intake/{key}/client")
    form = browser.get(f"/intake/{key}/client")
    with tenancy.acting(HARBOR), db.transaction():
        (seen,) = db.session.query(AuditEvent).filter_by(request_id=form.headers["X-Request-ID"])
        assert (seen.action, seen.subject, seen.subject_id) == ("read", "referrals", str(key))
    assert send(browser, f"/intake/{key}/client", birth_date="").status_code == 422
    made = send(browser, f"/intake/{key}/client", birth_date="1938-09-09")
    client = UUID(made.headers["Location"].rpartition("/")[2])
    assert _stored(Referral, key).client_id == client
    assert "Opal Vance" in browser.get(f"/clients/show/{client}").text


def test_somebody_without_the_right_finds_no_intake(app: Any, known: dict[str, Any]) -> None:
    caregiver = Web(app).at("harbor.localhost")
    sign_in(caregiver, "josie")
    for path in ("/intake/", "/intake/figures", "/intake/pulse", f"/intake/{known['referral']}/client"):
        assert caregiver.get(path).status_code == 403, path
    assert "/intake/" not in caregiver.get("/").text


def test_an_incident_is_printed(browser: Any, known: dict[str, Any]) -> None:
    answer = browser.get(f"/incidents/{known['incident']}/report")
    assert answer.mimetype == "application/pdf" and answer.get_data().startswith(b"%PDF")


def test_two_records_become_one_and_the_old_page_leads_on(browser: Any, known: dict[str, Any]) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        kept, gone = a_client(first_name="Walter"), a_client(first_name="Walt", phone="503-555-0161")
        ids = kept.id, gone.id
        pair = db.session.query(DuplicatePair).filter_by(second_client_id=gone.id, first_client_id=kept.id).one().id
    page = browser.get(f"/duplicates/show/{pair}").text
    assert "Side by side" in page and "503-555-0161" in page
    assert re.search(rf'value="phone\.{ids[1]}" checked', page), "what only the other knows is suggested"
    _post(browser, f"/duplicates/{pair}/merge", kept=str(ids[0]), take=f"phone.{ids[1]}")
    assert browser.get(f"/clients/show/{ids[1]}").headers["Location"] == f"/clients/show/{ids[0]}"
    listed = browser.get("/clients/list/?first_name.sw=Wal").text
    assert f"/clients/show/{ids[0]}" in listed and f"/clients/show/{ids[1]}" not in listed
    with tenancy.acting(HARBOR), db.transaction():
        merge = db.session.query(ClientMerge).filter_by(merged_client_id=ids[1]).one()
        assert merge.merged_by_id is not None
    _post(browser, f"/client_merges/{merge.id}/undo")
    assert browser.get(f"/clients/show/{ids[1]}").status_code == 200
    assert _stored(Client, ids[0]).phone is None


def test_a_door_code_asks_why_where_the_agency_wants_it(browser: Any, known: dict[str, Any]) -> None:
    path = f"/service_addresses/{known['address']}/reveal/door_code"
    assert send(browser, path, reason="").status_code == 422
    with tenancy.acting(HARBOR), db.transaction():
        preferences.update_settings({"client_policy": {"reveal_needs_reason": False}}, by=None)
    assert "4711#" in send(browser, path, reason="").text
    with tenancy.acting(HARBOR), db.transaction():
        seen = db.session.query(AuditEvent).filter_by(action="reveal", subject="service_addresses").all()
        assert [one.reason for one in seen] == [None]
