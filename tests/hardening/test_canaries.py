"""Secrets and notes are written through the product here, on every road and by mistake too; the run's end looks for them.

What the end of the run looks at is in `tests/canaries.py`; that its eyes are open is shown here.
"""

import logging
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.platform.local import databases
from starline.clients.models import Client, ServiceAddress
from starline.core import db, outbox, tenancy
from starline.core.identifiers import uuid7
from starline.identity import passwords
from starline.scheduling.models import VisitRecord
from tests import canaries
from tests.clients.factories import an_active_client
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import send, sign_in
from tests.organizations.factories import HARBOR, a_client, a_staff_member, a_user, acting_for, branch_id
from tests.scheduling.factories import a_visit, at

SSN, MEMBER, DOOR, MEDICAID, MEDICARE = canaries.SECRETS[:5]


IDS = {"medicaid_id": MEDICAID, "medicare_id": MEDICARE}


@pytest.fixture(scope="module", autouse=True)
def ids(database: str) -> dict[str, Any]:
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_user("ada", "Administrator").password = passwords.hashed(PASSWORD)
        return {"client_id": str(a_client().id), "branch_id": str(branch_id())}


@pytest.fixture
def browser(app: Any) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, "ada")
    return found


@pytest.fixture
def token(app: Any) -> dict[str, str]:
    given = {"email": "ada@harbor.example", "password": PASSWORD}
    answer = app.test_client().post("/api/v1/auth/login", json=given, base_url="http://harbor.localhost")
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def _client(ids: dict[str, Any], **more: Any) -> dict[str, Any]:
    values = {"first_name": "Ida", "last_name": "QX7NOTE", "birth_date": "1940-02-03", "branch_id": ids["branch_id"]}
    written = dict.fromkeys(("diet", "allergies_note", "equipment", "emergency_plan", "caregiver_notes"), canaries.BODY)
    return {**values, "ssn": SSN, **IDS, **written, **more}


def test_secrets_that_were_saved_stand_nowhere_in_the_clear(
    app: Any, ids: dict[str, Any], token: dict[str, str], browser: Any, pytestconfig: pytest.Config
) -> None:
    made = browser.post("/api/v1/clients/", json=_client(ids), headers=token)
    assert made.status_code == 201, made.text
    changed = browser.patch(
        f"/api/v1/clients/{made.json['id']}", json={"medicaid_id": f"{MEDICAID}-2"}, headers={**token, "If-Match": "*"}
    )
    assert changed.status_code == 200 and changed.json["result"]["diet"] == canaries.BODY, changed.text
    later = {"caregiver_notes": f"{canaries.BODY} later", "diet": None}
    assert browser.patch(f"/api/v1/clients/{made.json['id']}", json=later, headers=token).status_code == 200
    address = {"client_id": ids["client_id"], "line1": "1 Elm St", "city": "Quincy", "state": "MA"}
    address |= {"postal_code": "02169", "label": "Home", "door_code": DOOR}
    address["access_instructions"] = f"{canaries.BODY}: key under the mat"
    assert browser.post("/api/v1/service_addresses/", json=address, headers=token).status_code == 201
    cover = {
        "client_id": ids["client_id"],
        "payer_name": "MassHealth",
        "priority": "primary",
        "starts_on": "2026-01-01",
    }
    assert browser.post("/api/v1/coverages/", json={**cover, "member_id": MEMBER}, headers=token).status_code == 201
    with tenancy.acting(HARBOR), db.transaction():
        assert db.session.query(ServiceAddress).filter(ServiceAddress.line1 == "1 Elm St").one().door_code == DOOR
    with _everything(pytestconfig) as cursor:
        assert canaries.in_database(cursor, canaries.SECRETS) == []
        # Its eyes are open: a name isn't encrypted, and a part of the number is kept to be shown.
        assert "clients QX7NOTE" in canaries.in_database(cursor, ["QX7NOTE"])
        assert "clients 9999" in canaries.in_database(cursor, ["9999"])


def test_what_people_write_about_care_is_kept_sealed_at_each_change(
    ids: dict[str, Any], token: dict[str, str], browser: Any, pytestconfig: pytest.Config
) -> None:
    of_incident = ["description", "involved", "injuries", "immediate_action", "investigation", "corrective_action"]
    texts = {
        "client_notes": {"body": canaries.BODY},
        "incidents": dict.fromkeys(of_incident, canaries.BODY),
        "hospitalisations": dict.fromkeys(("reason", "note"), canaries.BODY),
    }
    a_fall = {"kind": "fall", "severity": "minor", "occurred_at": "2026-11-01T08:00:00Z", "place": "Bath"}
    a_stay = {"admitted_on": "2026-10-01", "discharged_on": "2026-10-05"}
    more = {"incidents": {**a_fall, "due_on": "2026-11-08"}, "hospitalisations": a_stay}
    for name, given in texts.items():
        key = {**token, "Idempotency-Key": f"a key for {name}"}
        values = {"client_id": ids["client_id"], **more.get(name, {}), **given}
        made = browser.post(f"/api/v1/{name}/", json=values, headers=key)
        assert made.status_code == 201 and all(made.json["result"][one] == given[one] for one in given), made.text
        for again in (" and later", " in the end"):
            later = {one: f"{text}{again}" for one, text in given.items()}
            changed = browser.patch(f"/api/v1/{name}/{made.json['id']}", json=later, headers=token)
            assert changed.status_code == 200 and all(changed.json["result"][one] == later[one] for one in later)
        page = browser.get(f"/{name}/show/{made.json['id']}").text
        assert all(f"{text} and later" in page for text in given.values()), "the record's history tells it"
    step = {"client_id": ids["client_id"], "to_status": "discharged", "reason": canaries.BODY}
    assert browser.post("/api/v1/client_status_changes/", json=step, headers=token).status_code == 201
    with _everything(pytestconfig) as cursor:
        assert canaries.in_database(cursor, canaries.SECRETS) == []


def test_an_answer_kept_for_a_repeated_request_holds_nothing_in_the_clear(
    app: Any, token: dict[str, str], browser: Any, pytestconfig: pytest.Config
) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        visit = a_visit(
            an_active_client(), staff_member_id=a_staff_member().id, starts_at=at(-2, 9), ends_at=at(-2, 11)
        )
        visit_id, happened_at = visit.id, visit.ends_at.isoformat()
    noted = {"event_id": str(uuid7()), "happened_at": happened_at, "note": f"{canaries.OF_VISIT}: clean and dry"}
    driven = {"event_id": str(uuid7()), "happened_at": happened_at, "miles": "4.5"}
    for name, sent in (("note", noted), ("mileage", driven)):
        path, keyed = f"/api/v1/visits/{visit_id}/{name}", {**token, "Idempotency-Key": f"canary {name}"}
        told, again = (browser.post(path, json=sent, headers=keyed) for _time in range(2))
        assert told.status_code == 200 and canaries.OF_VISIT in told.json["result"]["note"], told.text
        assert again.data == told.data and again.headers["Idempotency-Replayed"] == "true"
    with tenancy.acting(HARBOR), db.transaction():
        record = db.session.query(VisitRecord).filter_by(visit_id=visit_id).one()
        assert canaries.OF_VISIT in (record.note or "")
    with _everything(pytestconfig) as cursor:
        assert canaries.in_database(cursor, canaries.SECRETS) == []
        assert "idempotent_requests canary note" in canaries.in_database(cursor, ["canary note"]), "its eyes are open"


def test_what_is_refused_is_not_written_down_either(
    app: Any, browser: Any, ids: dict[str, Any], token: dict[str, str]
) -> None:
    wrong = _client(ids, birth_date="QX7NOTE", ssn=f"{SSN}-{DOOR}", nothing_like_this=MEMBER)
    assert browser.post("/api/v1/clients/", json=wrong, headers=token).status_code == 422
    assert browser.post("/api/v1/clients/", data=f'{{"ssn": "{SSN}"', headers=token).status_code == 422
    for query in (f"search={SSN}", f"last_name={DOOR}", f"nothing={MEMBER}", f"q=({SSN}", f"order={DOOR}"):
        browser.get(f"/api/v1/clients/?{query}", headers=token)
    for path in (f"/api/v1/clients/{SSN}", f"/clients/show/{DOOR}", f"/{MEMBER}", f"/set-password/{MEMBER}"):
        assert browser.get(path).status_code in (302, 404)
    send(browser, "/clients/add", first_name="Ida", last_name="QX7NOTE", ssn=f"{SSN}0", **IDS)
    known = {"first_name": "Ida", "last_name": "QX7NOTE", **IDS}
    assert browser.post("/api/v1/duplicates/search", json=known, headers=token).status_code == 200
    for number in (SSN, MEMBER, MEDICAID):
        assert browser.post("/api/v1/search/numbers", json={"number": number}, headers=token).status_code == 200
        send(browser, "/search/numbers", number=number)
    browser.post("/csp-report", json={"csp-report": {"blocked-uri": f"https://x/{MEMBER}", "document-uri": DOOR}})
    sign_in(Web(app).at("harbor.localhost"), SSN)
    browser.get("/api/v1/clients/", headers={"Authorization": f"Bearer {MEMBER}"})


def test_a_failing_view_does_not_write_down_what_it_held(
    app: Any, browser: Any, ids: dict[str, Any], token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_resource: Any, values: Any) -> Any:
        raise ValueError(f"{values['ssn']} {MEMBER} {DOOR} {MEDICAID} {MEDICARE} QX7NOTE")

    monkeypatch.setattr("app.core.rest.create_row", broken)
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    try:
        answer = browser.post("/api/v1/clients/", json=_client(ids), headers=token)
    finally:
        app.testing, app.config["PROPAGATE_EXCEPTIONS"] = True, None
    assert answer.status_code == 500 and not any(word in answer.text for word in canaries.WORDS)


def test_the_watch_sees_a_word_in_a_log(tmp_path: Path) -> None:
    watch = canaries.Watch(tmp_path, "gw7")
    watch.begin()
    try:
        logging.getLogger("starline.somewhere").info("the code is %s", "QX7PLANTED")
    finally:
        watch.end()
    (finding,) = canaries.in_files(tmp_path, ["QX7PLANTED"])
    assert finding.startswith("gw7.jsonl:1 holds QX7PLANTED")


def test_the_watch_sees_a_word_in_what_a_child_process_says(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    from tests import conftest

    canaries.watch_children(tmp_path)
    try:
        with canaries.log_of_child("worker") as log:
            log.write(b"the code is QX7PLANTED\n")
    finally:
        canaries.watch_children(pytestconfig.stash[conftest._WATCH].folder)
    (finding,) = canaries.in_files(tmp_path, ["QX7PLANTED"])
    assert finding.startswith("worker-") and "holds QX7PLANTED" in finding


def test_the_watch_sees_a_word_in_a_mail_an_archive_and_a_temporary_file(tmp_path: Path) -> None:
    watch = canaries.Watch(tmp_path / "watch", "gw7")
    watch.end()
    (tmp_path / "own" / "mail").mkdir(parents=True)
    (tmp_path / "own" / "mail" / "1.json").write_text('{"subject": "QX7PLANTED"}')
    with zipfile.ZipFile(tmp_path / "own" / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("clients.csv", "QX7PLANTED " * 9)
    with tempfile.NamedTemporaryFile() as left:
        left.write(b"QX7PLANTED")
        left.flush()
        watch.look_into_files(tmp_path / "own", ["QX7PLANTED"])
        named = {"1.json", "all.zip", Path(left.name).name}
    watch.look_into_files(tmp_path / "own", ["QX7PLANTED"])
    findings = canaries.in_files(tmp_path / "watch", [])
    assert sorted(findings) == sorted(f"the file {name} holds QX7PLANTED" for name in named), "each is told once"


def test_the_watch_sees_a_word_in_any_table(tmp_path: Path, ids: dict[str, Any], pytestconfig: pytest.Config) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        db.session.get_one(Client, UUID(ids["client_id"])).religion = "QX7PLANTED"
    watch = canaries.Watch(tmp_path, "gw7")
    watch.end()
    with _everything(pytestconfig) as cursor:
        watch.look_into_database(cursor, ["QX7PLANTED"])
    findings = canaries.in_files(tmp_path, [])
    assert "a row in the clear: clients QX7PLANTED" in findings


def test_the_watch_sees_a_word_in_a_queue(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        outbox.enqueue("identity.nothing", note="QX7PLANTED")
    watch = canaries.Watch(tmp_path, "gw7")
    watch.end()
    with _everything(pytestconfig) as cursor:
        watch.look_into_queues(cursor, ["QX7PLANTED"])
    assert canaries.in_files(tmp_path, []) == ["1 rows of outbox_messages hold a secret: QX7PLANTED"]


def _everything(config: pytest.Config) -> Any:
    """A cursor that sees everybody's rows in this test's database, as a dump would hold them."""
    from tests import conftest

    return databases.superuser(config.stash[conftest._SERVER], config.stash[conftest._NAME])
