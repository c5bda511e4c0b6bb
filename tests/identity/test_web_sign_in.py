"""Signing in with a browser, and a person's own pages."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from starline.core import clock, db, mail
from starline.core.db import User
from starline.core.outbox import OutboxMessage
from starline.identity import invitations, roles, second_factor, tasks, users
from starline.identity.models import SignInAttempt, UserSession
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, OTHER_PASSWORD, PASSWORD, a_person, committed


@pytest.fixture
def browser(web: Web) -> Any:
    """A browser at Harbor's address."""
    client = web.at("harbor.localhost")
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
    return client


def send(browser: Any, path: str, *, page: str | None = None, **fields: str) -> Any:
    """Fill in the form of `page` and send it to `path`."""
    shown = browser.get(page or path)
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
    assert found, f"no form on {page or path}: {shown.status_code} {shown.text[-600:]}"
    return browser.post(path, data={"csrf_token": found[1], **fields})


def sign_in(browser: Any, name: str, password: str = PASSWORD, **fields: str) -> Any:
    return send(browser, "/login", email=f"{name}@harbor.example", password=password, **fields)


def new_person(name: str, role: str = "Nurse") -> int:
    with committed(HARBOR):
        return int(a_person(name, role).id)


def with_second_factor(name: str) -> tuple[pyotp.TOTP, list[str]]:
    with committed(HARBOR), clock.frozen(clock.now() - timedelta(minutes=2)):
        user = a_person(name)
        app = pyotp.TOTP(second_factor.enrol(user).secret)
        codes = second_factor.confirm(user, app.at(clock.now()))
        assert codes is not None
        return app, codes


def outcomes(name: str) -> list[str]:
    with committed(HARBOR):
        query = select(SignInAttempt.outcome).join(User, User.id == SignInAttempt.user_id)
        found = query.where(User.email == f"{name}@harbor.example").order_by(SignInAttempt.id)
        return [str(one) for one in db.session.scalars(found)]


def is_signed_in(browser: Any) -> bool:
    return bool(browser.get("/me/sessions").status_code == 200)


def test_the_right_password_signs_in_and_goes_where_one_wanted_to(browser: Any) -> None:
    new_person("ann")
    answer = sign_in(browser, "ann", next="/clients/list/?page=2")
    assert answer.status_code == 302 and answer.location == "/clients/list/?page=2"
    assert is_signed_in(browser) and outcomes("ann") == ["succeeded"]


def test_a_wrong_password_is_answered_401_with_the_form_and_recorded(browser: Any) -> None:
    new_person("bea")
    answer = sign_in(browser, "bea", "wrong")
    assert answer.status_code == 401 and "is not right" in answer.text and "bea@harbor.example" in answer.text
    assert not is_signed_in(browser) and outcomes("bea") == ["wrong_password"]


def test_a_form_without_the_pages_token_is_refused(browser: Any) -> None:
    new_person("cem")
    answer = browser.post("/login", data={"email": "cem@harbor.example", "password": PASSWORD})
    assert answer.status_code == 400 and not is_signed_in(browser) and outcomes("cem") == []


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/a\nb", ""]
)
def test_after_signing_in_nobody_is_sent_to_another_site(browser: Any, path: str) -> None:
    answer = sign_in(browser, "nurse", next=path)
    assert answer.status_code == 302 and answer.location == "/"


def test_the_cookie_holds_the_session_and_nothing_of_the_person(browser: Any, app: Any) -> None:
    sign_in(browser, "nurse")
    with browser.session_transaction() as cookie:
        assert set(cookie) - {"csrf_token", "_fresh", "_flashes"} == {"session_id"}
    kept = browser.get_cookie("session", domain="harbor.localhost")
    assert kept.http_only and kept.same_site == "Lax"


def test_a_cookie_planted_before_signing_in_is_replaced(browser: Any) -> None:
    with browser.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(browser, "nurse")
    with browser.session_transaction() as cookie:
        assert "planted" not in cookie


def test_a_session_of_one_agency_is_worth_nothing_at_the_other(browser: Any, web: Web) -> None:
    sign_in(browser, "nurse")
    with browser.session_transaction() as cookie:
        session_id = cookie["session_id"]
    other = web.at("summit.localhost")
    with other.session_transaction() as cookie:
        cookie["session_id"] = session_id
    assert other.get("/me/sessions").status_code in (302, 401)


def test_signing_out_ends_the_session_on_the_server_too(browser: Any) -> None:
    new_person("dan")
    sign_in(browser, "dan")
    with browser.session_transaction() as cookie:
        session_id = cookie["session_id"]
    assert send(browser, "/logout", page="/me").status_code == 302
    assert not is_signed_in(browser)
    with browser.session_transaction() as cookie:
        cookie["session_id"] = session_id
    assert not is_signed_in(browser)


def test_a_disabled_persons_next_click_fails(browser: Any) -> None:
    user_id = new_person("eve")
    sign_in(browser, "eve")
    assert is_signed_in(browser)
    with committed(HARBOR):
        users.disable(db.session.get_one(User, user_id), by=None)
    assert not is_signed_in(browser)


def test_an_idle_browser_is_signed_out(browser: Any) -> None:
    new_person("fay")
    sign_in(browser, "fay")
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert not is_signed_in(browser)


def test_the_code_follows_the_password(browser: Any) -> None:
    app, _codes = with_second_factor("gus")
    answer = sign_in(browser, "gus", next="/staff/list/")
    assert answer.location == "/login/second-factor" and not is_signed_in(browser)
    assert send(browser, "/login/second-factor", code="000000").status_code == 401
    answer = send(browser, "/login/second-factor", code=app.at(clock.now()))
    assert answer.location == "/staff/list/" and is_signed_in(browser)
    assert outcomes("gus") == ["code_required", "wrong_code", "succeeded"]


def test_a_code_page_without_a_password_before_leads_back(browser: Any) -> None:
    assert browser.get("/login/second-factor").location == "/login"
    assert browser.get("/login/recovery").location == "/login"


def test_ten_minutes_after_the_password_the_code_comes_too_late(browser: Any) -> None:
    with_second_factor("hal")
    sign_in(browser, "hal")
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert browser.get("/login/second-factor").location == "/login"


def test_a_recovery_code_signs_in_and_tells_how_many_are_left(browser: Any) -> None:
    _app, codes = with_second_factor("ida")
    sign_in(browser, "ida")
    answer = send(browser, "/login/recovery", code=codes[3])
    assert answer.status_code == 302 and "9 recovery codes left" in browser.get("/me").text


def test_a_remembered_device_is_not_asked_again_but_still_for_the_password(browser: Any) -> None:
    app, _codes = with_second_factor("jon")
    sign_in(browser, "jon")
    answer = send(browser, "/login/second-factor", code=app.at(clock.now()), remember_device="y")
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("remembered_device")]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    send(browser, "/logout", page="/me")
    assert sign_in(browser, "jon", "wrong").status_code == 401
    assert sign_in(browser, "jon").location == "/" and is_signed_in(browser)


def test_whoever_must_have_a_second_factor_sets_it_up_on_the_way_in(browser: Any) -> None:
    with committed(HARBOR):
        roles.role_of(roles.BY_NAME["Auditor"]).requires_second_factor = True
        user_id = a_person("kim", "Auditor").id
    assert sign_in(browser, "kim").location == "/enrol" and not is_signed_in(browser)
    page = browser.get("/enrol").text
    assert "data:image/svg+xml" in page
    secret = re.search(r'<code id="secret">([A-Z2-7]+)</code>', page)
    assert secret
    assert send(browser, "/enrol", code="000000").status_code == 422
    answer = send(browser, "/enrol", code=pyotp.TOTP(secret[1]).at(clock.now()))
    assert answer.status_code == 200 and len(re.findall(r"<li>[a-z0-9]{5}-[a-z0-9]{5}</li>", answer.text)) == 10
    assert is_signed_in(browser)
    with committed(HARBOR):
        assert second_factor.unused_recovery_codes(user_id) == 10


def test_a_second_factor_that_becomes_required_is_asked_of_who_is_signed_in(browser: Any) -> None:
    new_person("lea", "API")
    sign_in(browser, "lea")
    assert browser.get("/clients/list/").status_code == 200
    with committed(HARBOR):
        roles.role_of(roles.BY_NAME["API"]).requires_second_factor = True
    assert browser.get("/clients/list/").status_code in (302, 403)
    assert browser.get("/enrol").status_code == 200


def test_a_person_sets_up_renews_and_removes_the_second_factor(browser: Any) -> None:
    new_person("max")
    sign_in(browser, "max")
    secret = re.search(r'<code id="secret">([A-Z2-7]+)</code>', browser.get("/enrol").text)
    assert secret
    send(browser, "/enrol", code=pyotp.TOTP(secret[1]).at(clock.now()))
    page = "/me/second-factor"
    assert send(browser, "/recovery-codes", page=page, current_password="wrong").status_code == 302
    assert "<li>" in send(browser, "/recovery-codes", page=page, current_password=PASSWORD).text
    send(browser, "/me/second-factor/remove", page=page, current_password=PASSWORD)
    assert browser.get(page).location == "/enrol"


def test_the_sessions_page_lists_devices_and_ends_them(browser: Any, web: Web) -> None:
    new_person("nia")
    sign_in(browser, "nia")
    other = web.at("harbor.localhost")
    other.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) Version/18 Safari/604"
    sign_in(other, "nia")
    page = browser.get("/me/sessions").text
    assert "Firefox on Windows" in page and "Safari on iPhone" in page and "Signed in" in page
    (address,) = re.findall(r'action="(/me/sessions/[0-9a-f-]{36})"', page)
    send(browser, address, page="/me/sessions")
    assert not is_signed_in(other) and is_signed_in(browser)


def test_signing_out_everywhere_else_keeps_this_browser(browser: Any, web: Web) -> None:
    new_person("oda")
    sign_in(browser, "oda")
    other = web.at("harbor.localhost")
    sign_in(other, "oda")
    send(browser, "/me/sessions/others", page="/me/sessions")
    assert not is_signed_in(other) and is_signed_in(browser)


def test_nobody_ends_somebody_elses_session(browser: Any, web: Web) -> None:
    new_person("pia")
    sign_in(browser, "pia")
    with committed(HARBOR):
        foreign = db.session.scalars(
            select(UserSession.id).join(User, User.id == UserSession.user_id).where(User.email != "pia@harbor.example")
        ).first()
    if foreign is None:
        sign_in(web.at("harbor.localhost"), "nurse")
        with committed(HARBOR):
            foreign = db.session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first()
    assert send(browser, f"/me/sessions/{foreign}", page="/me/sessions").status_code == 404


def test_the_password_page_asks_for_the_present_one_and_for_a_good_new_one(browser: Any) -> None:
    new_person("quin")
    sign_in(browser, "quin")
    new = {"password": OTHER_PASSWORD, "password_again": OTHER_PASSWORD}
    assert send(browser, "/me/password", current_password="wrong", **new).status_code == 422
    assert outcomes("quin")[-1] == "wrong_password"
    differing = send(browser, "/me/password", current_password=PASSWORD, **{**new, "password_again": "other"})
    assert differing.status_code == 422 and "not the same" in differing.text
    weak = send(browser, "/me/password", current_password=PASSWORD, password="short", password_again="short")
    assert weak.status_code == 422 and "12 characters" in weak.text
    assert send(browser, "/me/password", current_password=PASSWORD, **new).status_code == 302
    assert is_signed_in(browser)


def test_a_person_changes_their_profile_and_asks_for_a_new_e_mail(browser: Any) -> None:
    user_id = new_person("rob")
    sign_in(browser, "rob")
    fields = {"first_name": "Robert", "last_name": "Ng", "phone": "", "locale": "es", "time_zone": "America/Chicago"}
    answer = send(browser, "/me", email="robert@harbor.example", current_password=PASSWORD, **fields)
    assert answer.status_code == 302, answer.text
    with committed(HARBOR):
        rob = db.session.get_one(User, user_id)
        assert (rob.first_name, rob.locale, rob.email) == ("Robert", "es", "rob@harbor.example")
    taken = send(browser, "/me", email="nurse@harbor.example", current_password=PASSWORD, **fields)
    assert taken.status_code == 409 and "Robert" in taken.text


def last_link(purpose: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of the link in the newest mail, written as the worker would write it."""
    sent: list[mail.Message] = []
    monkeypatch.setattr(mail, "send", sent.append)
    with committed(HARBOR):
        asked = select(OutboxMessage).where(OutboxMessage.task == "identity.answer_reset_request")
        for message in db.session.scalars(asked):
            tasks.answer_reset_request(**message.arguments)
        query = select(OutboxMessage).where(OutboxMessage.task == "identity.send_link")
        newest = db.session.scalars(query.order_by(OutboxMessage.id.desc())).first()
        assert newest is not None
        tasks.send_link(**newest.arguments)
    found = re.search(rf"/{purpose}/[\w-]+", sent[0].text)
    assert found
    return found[0]


def test_an_invitation_opens_the_account_once(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with committed(HARBOR):
        values = {"email": "sue@harbor.example", "first_name": "Sue", "last_name": "Li", "roles": []}
        invitations.invite(values, by=None)
    path = last_link("invitation", monkeypatch)
    assert "Welcome, Sue" in browser.get(path).text
    assert send(browser, path, password="sue", password_again="sue").status_code == 422
    assert send(browser, path, password=PASSWORD, password_again=PASSWORD).location == "/login"
    assert browser.get(path).status_code == 404
    assert sign_in(browser, "sue").status_code == 302 and is_signed_in(browser)


def test_a_forgotten_password_is_replaced_through_the_mail(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    new_person("tom")
    known = send(browser, "/forgot", email="tom@harbor.example")
    path = last_link("reset", monkeypatch)
    unknown = send(browser, "/forgot", email="nobody@harbor.example")
    assert known.status_code == unknown.status_code == 200
    assert re.sub("nonce-?[^ ]*", "", known.text) == re.sub("nonce-?[^ ]*", "", unknown.text)
    send(browser, path, password=OTHER_PASSWORD, password_again=OTHER_PASSWORD)
    assert sign_in(browser, "tom", OTHER_PASSWORD).status_code == 302


def test_a_new_e_mail_address_counts_once_confirmed(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with committed(HARBOR):
        invitations.request_email_change(a_person("uma"), "uma.new@harbor.example")
    path = last_link("email", monkeypatch)
    browser.get(path)
    assert sign_in(browser, "uma.new").status_code == 401
    send(browser, path)
    assert sign_in(browser, "uma.new").status_code == 302


def test_a_made_up_link_leads_nowhere(browser: Any) -> None:
    for path in ("/reset/made-up", "/invitation/made-up", "/email/made-up"):
        assert browser.get(path).status_code == 404


def test_the_plain_host_finds_the_agency_by_e_mail_or_asks_for_it(web: Web) -> None:
    plain = web.at("localhost")
    page = plain.get("/login").text
    assert 'name="password"' not in page and 'name="organization"' not in page
    found = send(plain, "/login", email="somebody@harbor.example")
    assert found.status_code == 302 and re.match(r"http://harbor\.localhost(:\d+)?/login$", found.location)
    asked = send(plain, "/login", email="somebody@private.example")
    assert 'name="organization"' in asked.text
    named = send(plain, "/login", email="somebody@private.example", organization="summit")
    assert "summit.localhost" in named.location
    assert "do not know" in send(plain, "/login", email="x@private.example", organization="nobody").text


def test_a_stranger_chooses_the_language_of_the_sign_in_page(browser: Any) -> None:
    shown = browser.get("/login?next=/clients/list/").text
    link = re.search(r'<a href="([^"]+)" lang="es"[^>]*>Español</a>', shown)
    assert link is not None
    answer = browser.get(link[1].replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=%2Fclients%2Flist%2F")
    again = browser.get(answer.headers["Location"]).text
    assert '<html lang="es"' in again and ">English</a>" in again and 'value="/clients/list/"' in again
    assert browser.get("/login?language=xx").status_code == 200
