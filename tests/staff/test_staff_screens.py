"""What human resources, schedulers and caregivers do on the staff screens. Over HTTP."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from starline.core import db, tenancy
from starline.identity import passwords
from starline.staff import applicants
from starline.staff.models import Applicant, Credential, StaffMember
from starline.staff.vocabulary import ApplicantStage
from tests.organizations.factories import (
    HARBOR,
    a_credential_type,
    a_staff_member,
    a_user,
    acting_for,
    branch_id,
    days,
    today,
)

PASSWORD = "seven lanterns over quiet water"
PEOPLE = (("noor", "Human resources"), ("marcus", "Scheduler"), ("imani", "Caregiver"), ("omar", "Caregiver"))
# One red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def staff(database: str) -> dict[str, str]:
    """Ids by word: two caregivers' files, the type that is asked of them, an applicant with an offer."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        people = {name: a_user(name, role) for name, role in PEOPLE}
        for one in people.values():
            one.password = passwords.hashed(PASSWORD)
        files = {name: a_staff_member(first_name=name.title(), user_id=people[name].id) for name in ("imani", "omar")}
        kind = a_credential_type()
        applicant = applicants.take_in(_APPLICANT | {"branch_id": branch_id()}, by=None)
        for stage in ("screening", "interview", "offer"):
            applicants.move_applicant(applicant, to=ApplicantStage(stage), by=None)
        db.session.flush()
        return {name: str(one.id) for name, one in {**files, "kind": kind, "applicant": applicant}.items()}


_APPLICANT = {
    "first_name": "Lucia",
    "last_name": "Moreno",
    "email": "lucia@people.example",
    "discipline": "hha",
    "position": "Home health aide",
}


@pytest.fixture
def browser(app: Any, staff: dict[str, str]) -> Open:
    """Opens pages as somebody, in a browser that stays signed in."""
    signed_in: dict[str, Any] = {}

    def open_(who: str, path: str, data: Any = None, **options: Any) -> Any:
        if who not in signed_in:
            client = app.test_client()
            page = client.get("/login", base_url=BASE).get_data(as_text=True)
            login = {"email": f"{who}@harbor.example", "password": PASSWORD, "csrf_token": _token(page)}
            assert client.post("/login", data=login, base_url=BASE).status_code == 302
            signed_in[who] = client
        client = signed_in[who]
        if data is None:
            return client.get(path, base_url=BASE, **options)
        page = client.get("/me", base_url=BASE).get_data(as_text=True)
        return client.post(path, data={**data, "csrf_token": _token(page)}, base_url=BASE, **options)

    return open_


BASE = "http://harbor.localhost"


def _token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_the_matrix_is_for_the_office_and_not_for_caregivers(browser: Open, staff: dict[str, str]) -> None:
    for who in ("noor", "marcus"):
        page = browser(who, "/compliance/")
        assert page.status_code == 200 and "Imani Okafor" in _text(page) and "Missing" in _text(page)
    assert browser("imani", "/compliance/").status_code == 403
    assert browser("imani", "/hiring/").status_code == 403


def test_the_matrix_is_filtered_by_its_address(browser: Open, staff: dict[str, str]) -> None:
    assert "Omar" not in _text(browser("noor", "/compliance/?search=imani"))
    assert "Nobody matches" in _text(browser("noor", "/compliance/?discipline=rn"))
    assert "Imani" in _text(browser("noor", "/compliance/?state=blocked"))
    assert browser("noor", "/compliance/?branch=x&page=-3&state=zzz").status_code == 200


def test_the_matrix_leaves_as_a_file_for_who_may_export(browser: Open, staff: dict[str, str]) -> None:
    sheet = _text(browser("noor", "/compliance/download?format=csv"))
    assert "Imani Okafor" in sheet and "CPR of Imani Okafor is missing." in sheet
    book = browser("noor", "/compliance/download?format=xlsx&discipline=hha")
    with zipfile.ZipFile(io.BytesIO(book.data)) as packed:
        assert b"Imani Okafor" in packed.read("xl/worksheets/sheet1.xml")
    assert browser("marcus", "/compliance/download").status_code == 403
    assert browser("noor", "/compliance/download?format=exe").status_code == 422


def test_a_caregiver_hands_in_and_human_resources_lift_the_block_in_two_clicks(
    browser: Open, staff: dict[str, str]
) -> None:
    assert "be given visits" in _text(browser("imani", "/me/credentials"))
    given = {"credential_type_id": staff["kind"], "issued_on": days(-2).isoformat(), "number": "CP-77"}
    refused = browser("imani", "/me/credentials", dict(given))
    assert refused.status_code == 422 and "a photo or a scan" in _text(refused)
    form = {**given, "scan": (io.BytesIO(PNG), "card.png")}
    assert browser("imani", "/me/credentials", form, content_type="multipart/form-data").status_code == 302
    assert "Being looked at" in _text(browser("imani", "/me/credentials"))
    credential = _credential(staff["imani"])
    assert (credential.number, credential.verified_on, credential.staff_member_id) == (
        "CP-77",
        None,
        UUID(staff["imani"]),
    )
    work = _text(browser("noor", "/compliance/expiring"))
    assert f"/credentials/{credential.id}/scan" in work and f"/credentials/{credential.id}/verify" in work
    assert f"/credentials/{credential.id}/verify" not in _text(browser("marcus", "/compliance/expiring"))
    scan = browser("noor", f"/credentials/{credential.id}/scan")
    assert scan.status_code == 302 and scan.headers["Location"].startswith("/files/")
    assert browser("omar", f"/credentials/{credential.id}/scan").status_code == 404
    assert browser("imani", f"/credentials/{credential.id}/verify", {}).status_code == 403
    done = browser("noor", f"/credentials/{credential.id}/verify?back=/compliance/expiring", {})
    assert (done.status_code, done.headers["Location"]) == (302, "/compliance/expiring")
    assert "be given visits" not in _text(browser("imani", "/me/credentials"))
    assert "expired" not in _text(browser("noor", f"/staff/show/{staff['imani']}?tab=compliance"))


def test_an_applicant_goes_over_the_board_to_the_staff(browser: Open, staff: dict[str, str]) -> None:
    board = _text(browser("noor", "/hiring/"))
    assert "Lucia Moreno" in board and f"/hiring/{staff['applicant']}/move" in board
    path = f"/hiring/{staff['applicant']}"
    assert browser("noor", f"{path}/move", {"stage": "hired"}).headers["Location"] == f"{path}/hire"
    assert browser("noor", f"{path}/move", {"stage": "rejected"}).headers["Location"] == f"{path}/reject"
    assert browser("noor", f"{path}/reject", {"reason": ""}).status_code == 422
    refused = browser("noor", f"{path}/hire", {"hired_on": "soon", "employment_type": "w2"})
    assert refused.status_code == 422 and "first day of work" in _text(refused)
    terms = {"hired_on": today().isoformat(), "employment_type": "w2", "hourly_rate": "21.5", "is_invited": "1"}
    hired = browser("noor", f"{path}/hire", terms)
    assert hired.status_code == 302 and hired.headers["Location"].startswith("/staff/show/")
    assert browser("noor", hired.headers["Location"]).status_code == 200
    with tenancy.acting(HARBOR), db.transaction():
        applicant = db.session.get_one(Applicant, UUID(staff["applicant"]))
        member = db.session.get_one(StaffMember, applicant.staff_member_id)
        assert (applicant.stage, str(member), member.user_id is not None) == ("hired", "Lucia Moreno", True)


def test_a_week_is_typed_saved_and_shown(browser: Open, staff: dict[str, str]) -> None:
    path = f"/staff/{staff['omar']}/week"
    refused = browser("noor", path, {"monday": "mornings"})
    assert refused.status_code == 422 and "mornings" in _text(refused)
    assert browser("noor", path, {"monday": "08:00-12:00, 22:00-06:00"}).status_code == 302
    shown = _text(browser("noor", f"/staff/show/{staff['omar']}?tab=week"))
    assert "08:00-12:00, 22:00-06:00" in shown
    assert (
        browser("noor", f"/staff/{staff['omar']}/exception", {"day": days(9).isoformat(), "hours": ""}).status_code
        == 302
    )
    assert days(9).strftime("%m/%d/%Y") in _text(browser("noor", f"/staff/show/{staff['omar']}?tab=week"))
    assert browser("imani", path).status_code == 403


def test_the_monthly_look_is_kept_for_the_ticked_people(browser: Open, staff: dict[str, str]) -> None:
    assert "Never checked" in _text(browser("noor", "/compliance/exclusions"))
    form = {"ids": [staff["imani"], staff["omar"]], "source": "oig"}
    assert browser("noor", "/compliance/exclusions", form).status_code == 302
    assert "Imani Okafor" not in _text(browser("noor", "/compliance/exclusions"))
    assert browser("marcus", "/compliance/exclusions", form).status_code == 403


def test_programs_ask_who_may_be_sent(app: Any, staff: dict[str, str]) -> None:
    client = app.test_client()
    login = {"email": "marcus@harbor.example", "password": PASSWORD}
    token = client.post("/api/v1/auth/login", json=login, base_url=BASE).json["access_token"]
    ask = {"base_url": BASE, "headers": {"Authorization": f"Bearer {token}"}}
    answer = client.get(f"/api/v1/compliance/clearance?staff_member_id={staff['omar']}", **ask)
    assert [one["answer"] for one in answer.json["result"]] == ["no"]
    assert "CPR of Omar Okafor is missing." in answer.json["result"][0]["reasons"]
    assert client.get("/api/v1/compliance/clearance", **ask).status_code == 422
    lines = client.get("/api/v1/compliance/?search=omar", **ask).json
    assert lines["count"] == 1 and lines["result"][0]["credentials"][0]["state"] == "missing"


def _credential(member: str) -> Credential:
    with tenancy.acting(HARBOR), db.transaction():
        return db.session.query(Credential).filter_by(staff_member_id=UUID(member)).one()
