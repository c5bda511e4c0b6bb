"""Handing in documents: by the form, by the script and by REST; and what the quota does when several do so at once."""

import io
import threading
from datetime import date
from typing import Any

import pytest

from starline.clients import service as clients
from starline.core import tenancy
from starline.core.audit import AuditEvent
from starline.core.db import session, transaction
from starline.core.errors import Conflict
from starline.core.storage import storage
from starline.files import rules, service
from starline.files.models import FileVersion, StoredFile
from starline.organizations.models import Branch, SubscriptionTier
from tests.contract.callers import Caller, by_cookie, by_token
from tests.files.samples import PDF, SVG, bomb, photo_with_place, picture
from tests.identity.factories import HARBOR, SUMMIT, a_person, an_agency, committed
from tests.isolation.cast import Agency, Person, join


@pytest.fixture(scope="module")
def people(database: str) -> dict[str, Any]:
    """Harbor's administrator, auditor and caregiver; a client there, and one of Summit's."""
    storage.cache_clear()
    found: dict[str, Any] = {}
    for organization_id, slug in ((HARBOR, "harbor"), (SUMMIT, "summit")):
        with committed(organization_id):
            an_agency(organization_id, slug)
            branch = Branch(name="Eastside")
            session.add(branch)
            session.flush()
            values = {"first_name": "Ruth", "last_name": "A", "birth_date": date(1941, 5, 2), "branch_id": branch.id}
            found[f"{slug} client"] = clients.create_client(values, by=None).id
            a_person("somebody")
    agency = Agency(HARBOR, "harbor.localhost")
    for role in ("Administrator", "Auditor", "Caregiver"):
        found[role] = join(agency, role, role)
    return found


@pytest.fixture
def browser(app: Any, people: dict[str, Any]) -> Caller:
    return by_cookie(app, people["Administrator"])


@pytest.fixture
def rest(app: Any, people: dict[str, Any]) -> Caller:
    return by_token(app, people["Administrator"])


def sent(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def place(people: dict[str, Any], slug: str = "harbor") -> str:
    return f"/files/of/clients/{people[f'{slug} client']}"


def handed_in(rest: Caller, people: dict[str, Any], content: bytes = PDF, name: str = "order.pdf", **form: Any) -> Any:
    form = {"owner": "clients", "owner_id": str(people["harbor client"]), "file": sent(content, name), **form}
    return rest.post("/api/v1/files/", data=form)


def test_several_files_come_by_the_plain_form_and_the_bad_one_is_named(browser: Caller, people: dict[str, Any]) -> None:
    files = [sent(PDF, "one.pdf"), sent(SVG, "two.svg"), sent(picture(), "three.png")]
    back = f"/clients/show/{people['harbor client']}?tab=documents"
    answer = browser.post(place(people), data={"files": files, "category": "consent", "back": back})
    assert (answer.status_code, answer.headers["Location"]) == (302, back)
    page = browser.get(back).get_data(as_text=True)
    assert "one.pdf" in page and "three.png" in page and "2 files were uploaded." in page
    assert "two.svg: Web pages and SVG drawings can carry programs" in page
    assert 'src="/files/' in page, "the picture has its thumbnail"


def test_the_script_is_told_a_refusal_as_json(browser: Caller, people: dict[str, Any]) -> None:
    asks = {"Accept": "application/json"}
    good = browser.post(place(people), data={"file": sent(PDF, "a.pdf")}, headers=asks)
    assert good.status_code == 200 and good.json["name"] == "a.pdf"
    bad = browser.post(place(people), data={"file": sent(PDF, "a.png")}, headers=asks)
    assert bad.status_code == 422 and bad.json["message"].startswith("The name says PNG picture")
    assert browser.post(place(people), data={}, headers=asks).json["errors"] == {"file": ["Choose a file first."]}
    part = browser.get(f"{place(people)}?part=list").get_data(as_text=True)
    assert "a.pdf" in part and "<html" not in part


@pytest.mark.parametrize(
    ("content", "name", "status", "sentence"),
    [
        (b"", "empty.pdf", 422, "The file is empty"),
        (SVG, "drawing.svg", 422, "can carry programs"),
        (PDF, "card.png", 422, "the content is a PDF"),
        (bomb(), "zeros.zip", 422, "far more than its size"),
        (PDF + bytes(400_000), "large.pdf", 413, "at most 293 KB"),
    ],
    ids=["empty", "svg", "pdf named png", "zip bomb", "too large"],
)
def test_rest_refuses_what_isnt_taken_with_its_sentence(
    rest: Caller,
    people: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    name: str,
    status: int,
    sentence: str,
) -> None:
    monkeypatch.setitem(rules.ALLOWANCES, SubscriptionTier.STANDARD, rules.Allowance(300_000, 10**9))
    answer = handed_in(rest, people, content, name)
    assert answer.status_code == status and sentence in answer.json["message"]


def test_a_file_lives_its_life_by_rest(rest: Caller, people: dict[str, Any]) -> None:
    made = handed_in(rest, people, category="consent", description="Signed", expires_on="2030-01-31")
    assert made.status_code == 201 and made.headers["Location"] == f"/api/v1/files/{made.json['id']}"
    record, base = made.json["result"], made.headers["Location"]
    assert (record["category"], record["expires_on"], record["size_bytes"]) == ("consent", "2030-01-31", len(PDF))
    newer = rest.post(f"{base}/versions", data={"file": sent(picture(), "scan.png"), "note": "Countersigned"})
    assert newer.status_code == 201 and newer.json["result"]["number"] == 2
    assert [one["number"] for one in rest.get(f"{base}/versions").json["result"]] == [2, 1]
    first = rest.get(f"{base}/link?version=1").json
    assert first["expires_in"] == 300 and rest.get(first["url"]).data == PDF
    assert rest.get(f"{base}/link?version=9").status_code == rest.get(f"{base}/link?version=x").status_code == 404
    assert rest.post(f"{base}/hold", json={"reason": "County audit"}).status_code == 200
    assert rest.post(f"{base}/trash").status_code == 409
    assert rest.post(f"{base}/release", json={}).status_code == 422
    assert rest.post(f"{base}/release", json={"reason": "It is over"}).status_code == 200
    assert rest.post(f"{base}/trash").status_code == 200
    assert (
        rest.get(base).status_code == rest.get(f"{base}/link").status_code == rest.get(first["url"]).status_code == 404
    )
    assert rest.post(f"{base}/restore").status_code == 200 and rest.get(base).json["result"]["name"] == "scan.png"


def test_the_same_request_sent_twice_makes_one_file(rest: Caller, people: dict[str, Any]) -> None:
    form = {"owner": "clients", "owner_id": str(people["harbor client"])}
    same = {"headers": {"Idempotency-Key": "once-and-once-only"}}
    first, again = (rest.post("/api/v1/files/", data={**form, "file": sent(PDF, "once.pdf")}, **same) for _ in range(2))
    assert first.json["id"] == again.json["id"] and again.headers["Idempotency-Replayed"] == "true"
    other = rest.post("/api/v1/files/", data={**form, "file": sent(PDF + b"%", "once.pdf")}, **same)
    assert other.status_code == 422 and other.json["code"] == "key_reused"


def test_files_belong_only_to_records_one_may_see(app: Any, rest: Caller, people: dict[str, Any]) -> None:
    theirs = handed_in(rest, people, owner_id=str(people["summit client"]))
    never = handed_in(rest, people, owner_id="00000000-0000-7000-8000-00000000ffff")
    assert theirs.status_code == never.status_code == 404 and theirs.json["message"] == never.json["message"]
    assert handed_in(rest, people, owner="branches").status_code == 422
    assert handed_in(by_token(app, people["Auditor"]), people).status_code == 403
    assert handed_in(by_token(app, people["Caregiver"]), people).status_code == 404


def test_who_may_not_throw_away_has_no_trash(app: Any, people: dict[str, Any], rest: Caller) -> None:
    file = handed_in(rest, people).json["id"]
    caregiver, auditor = (by_cookie(app, people[name]) for name in ("Caregiver", "Auditor"))
    assert caregiver.get("/trash/").status_code == 403
    assert auditor.post(f"/files/{file}/trash").status_code == auditor.post(f"/files/{file}/hold").status_code == 403
    assert rest.get(f"/api/v1/files/{file}").status_code == 200


def test_a_file_that_somebody_changed_since_is_neither_held_nor_thrown_away(
    people: dict[str, Any], rest: Caller
) -> None:
    file = handed_in(rest, people).json["id"]
    address, why = f"/api/v1/files/{file}", {"reason": "A letter of a lawyer"}
    tag = {"If-Match": rest.get(address).headers["ETag"]}
    held = rest.post(f"{address}/hold", json=why, headers=tag)
    assert held.status_code == 200
    for verb, sent in (("trash", {}), ("release", why)):
        assert rest.post(f"{address}/{verb}", json=sent, headers=tag).status_code == 412, verb
    fresh = {"If-Match": held.headers["ETag"]}
    assert rest.post(f"{address}/release", json=why, headers=fresh).status_code == 200


def test_a_photo_is_cut_shown_in_the_header_and_taken_away(browser: Caller, people: dict[str, Any]) -> None:
    address, page = f"/photos/clients/{people['harbor client']}", f"/clients/show/{people['harbor client']}"
    assert browser.get(address).status_code == 404
    browser.post(address, data={"file": sent(photo_with_place(), "ruth.jpg"), "back": page})
    assert f'src="{address}?v=' in browser.get(page).get_data(as_text=True)
    shown = browser.get(address)
    assert shown.mimetype == "image/jpeg" and b"Exif" not in shown.data
    with committed(HARBOR):
        (seen,) = session.query(AuditEvent).filter_by(request_id=shown.headers["X-Request-ID"])
        assert (seen.action, seen.subject) == ("read", "clients")
        assert [str(one) for one in seen.client_ids] == [str(people["harbor client"])]
    browser.post(address, data={"file": sent(PDF, "ruth.pdf"), "back": page})
    assert "Choose a picture" in browser.get(page).get_data(as_text=True)
    browser.post(address, data={"remove": "yes", "back": page})
    assert browser.get(address).status_code == 404


def test_a_photo_is_seen_and_changed_by_whom_the_record_is_for(app: Any, people: dict[str, Any]) -> None:
    address = f"/photos/clients/{people['harbor client']}"
    caregiver, auditor = (by_cookie(app, people[name]) for name in ("Caregiver", "Auditor"))
    assert caregiver.get(address).status_code == 404
    assert auditor.post(address, data={"file": sent(picture(), "a.png")}).status_code == 403


def test_many_who_hand_in_at_once_stay_within_the_quota(
    people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with committed(HARBOR):
        used = service.used_bytes()
    allowed = rules.Allowance(10_000, used + 3 * len(PDF) + 10)
    monkeypatch.setitem(rules.ALLOWANCES, SubscriptionTier.STANDARD, allowed)
    start, answers = threading.Barrier(8), []

    def hand_in(number: int) -> None:
        person: Person = people["Administrator"]
        with tenancy.acting(HARBOR, person.user_id):
            start.wait()
            try:
                with transaction():
                    client = session.get_one(clients.Client, people["harbor client"])
                    service.store(io.BytesIO(PDF), f"{number}.pdf", owner=client, by=person.user_id)
                answers.append("kept")
            except Conflict as problem:
                answers.append(problem.code)

    threads = [threading.Thread(target=hand_in, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["kept"] * 3 + ["quota"] * 5
    with committed(HARBOR):
        assert service.used_bytes() == used + 3 * len(PDF)
        named = {key for (key,) in session.query(FileVersion.storage_key)}
        assert set(storage().list_keys("documents/")) == named, "what was refused left no bytes"
        assert session.query(StoredFile).count() > 3


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "nameless-part-of-a-form"}], ids=["once", "with a key"])
def test_a_part_of_the_form_without_a_name_is_refused_with_a_sentence(rest: Caller, headers: dict[str, str]) -> None:
    part = b"--x\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n"
    body = part + b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    answer = rest.post("/api/v1/files/", data=body, content_type=kind, headers=headers)
    assert (answer.status_code, sorted(answer.json["errors"])) == (422, ["", "a"])
