"""The portal's pages, as a browser without a script has them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson

from starline.core import db
from starline.organizations.calendar import today
from starline.scheduling.models import ClockEvent
from starline.staff.models import StaffMember
from tests.portal.conftest import Own, in_harbor

Open = Callable[[str], Any]


def test_my_day_has_one_next_action_and_clocking_works_by_its_form(browser: Open, people: dict[str, Own]) -> None:
    own, maria = people["maria"], browser("maria")
    page = maria.get("/my").text
    assert "Ruth Abernathy" in page and "12 Elm St, Portland" in page and "Help with bathing" in page
    event_id = page.split('data-act="clock_in"')[1].split('name="event_id" value="')[1].split('"')[0]
    path = f"/my/visits/{own.visit_id}"
    for _again in range(2):
        answer = maria.post(f"{path}/acts", path, kind="clock_in", event_id=event_id)
        assert answer.status_code == 302, answer.text
    with in_harbor():
        assert db.session.query(ClockEvent).filter_by(visit_id=UUID(own.visit_id)).count() == 1
    assert "In progress" in maria.get(path).text
    wrong = maria.post(f"{path}/acts", path, kind="note", event_id="0190f000-0000-7000-8000-0000000000ff", text=" ")
    assert wrong.status_code == 422 and "Write a note of 1 to 4000 characters." in wrong.text


def test_the_door_code_is_on_the_page_once_it_was_asked_for(browser: Open, people: dict[str, Own]) -> None:
    maria, path = browser("maria"), f"/my/visits/{people['maria'].visit_id}"
    assert "4711#" not in maria.get(path).text
    shown = maria.post(f"{path}/door", path)
    assert "4711#" in shown.text and shown.headers["Cache-Control"] == "no-store"


def test_others_visits_are_not_found(browser: Open, people: dict[str, Own]) -> None:
    maria = browser("maria")
    for other in (people["jo"].visit_id, people["sam"].visit_id, "0190f000-0000-7000-8000-0000000000ff", "x"):
        assert maria.get(f"/my/visits/{other}").status_code == 404, other


def test_every_page_comes_up(browser: Open) -> None:
    jo = browser("jo")
    for path in ("/my", "/my/schedule", "/my/messages", "/my/me"):
        assert jo.get(path).status_code == 200, path
    assert jo.post("/my/language", "/my/me", locale="es").status_code == 302
    assert 'lang="es"' in jo.get("/my/me").text
    assert jo.post("/my/language", "/my/me", locale="xx").status_code == 422


def test_somebody_agrees_to_be_texted_and_takes_it_back(browser: Open, people: dict[str, Own]) -> None:
    own, maria = people["maria"], browser("maria")
    with in_harbor():
        _member(own).phone = None
    assert "no telephone number in your file" in maria.get("/my/me").text
    assert maria.post("/my/texts", "/my/me", agrees="yes").status_code == 422
    with in_harbor():
        _member(own).phone = "503-555-0144"
    assert "503-555-0144" in maria.get("/my/me").text
    for agrees in ("yes", "yes", "no"):
        assert maria.post("/my/texts", "/my/me", agrees=agrees).status_code == 302
        with in_harbor():
            expected = today(_member(own).branch_id) if agrees == "yes" else None
            assert _member(own).texts_agreed_on == expected


def _member(own: Own) -> StaffMember:
    return db.session.query(StaffMember).filter_by(user_id=own.user_id).one()


def test_a_stranger_is_led_to_the_sign_in_page(client: Any, people: dict[str, Own]) -> None:
    answer = client.get("/my/schedule", base_url="http://harbor.localhost")
    assert answer.status_code == 401 and "/login?next=%2Fmy%2Fschedule" in answer.text


def test_what_a_browser_keeps_names_nobody(browser: Open) -> None:
    maria = browser("maria")
    shell = maria.get("/my/shell").text
    assert not {"Maria", "Reyes", "Abernathy", "Elm St"} & set(shell.replace("<", " ").split()), "a name"
    assert 'data-user=""' in shell and "csrf_token" in shell and 'name="csrf_token" value=""' in shell


def test_the_worker_stands_at_the_root_and_may_load_our_files_only(browser: Open) -> None:
    maria = browser("maria")
    for path, is_module in (("/service-worker.js", False), ("/service-worker.js?module", True)):
        answer = maria.get(path)
        assert answer.mimetype == "text/javascript" and answer.headers["Service-Worker-Allowed"] == "/"
        assert answer.headers["Cache-Control"] == "no-cache"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "connect-src 'self'" in policy and "unsafe" not in policy
        assert ("import { sendFromWorker }" in answer.text) is is_module
    kept = orjson.loads(answer.text.split("const FILES = ")[1].split(";\n")[0])
    assert len(kept) > 15
    for path in kept:
        assert maria.get(path).status_code == 200, path
        assert not path.startswith("/my"), "only files, no page"


def test_the_installed_app_is_the_agencys(browser: Open) -> None:
    told = browser("maria").get("/my/manifest.webmanifest").json
    assert told["name"] == "Harbor Care" and told["start_url"] == "/my" and told["display"] == "standalone"
    assert {one["purpose"] for one in told["icons"]} == {"any", "maskable"}
