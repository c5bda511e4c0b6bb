"""The phone without signal: a whole visit is done, the page is closed, and what was done arrives once, with its times."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from app.core.assets import asset
from starline.core import clock, db, tenancy
from starline.identity import sessions
from starline.identity.attempts import Origin
from starline.scheduling import visit_records, visits
from starline.scheduling.models import ClockEvent, Visit, VisitAct, VisitException, VisitTask
from starline.scheduling.vocabulary import VoidReason
from starline.services import plans
from tests.browser.conftest import PHONE
from tests.browser.walking import Walk
from tests.clients.factories import an_active_client
from tests.isolation.cast import Cast
from tests.organizations.factories import a_user
from tests.services.factories import a_plan, a_service, a_service_of, a_task_of

PIN = "270418"
DOOR = {"latitude": 45.5235, "longitude": -122.6765}
_hours = count()

READ_ALL = """
async () => {
  const open = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open('starline-phone');
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = reject;
  });
  const text = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder('latin1').decode(value);
    if (value instanceof CryptoKey) return value.extractable ? 'EXTRACTABLE' : '';
    if (value && typeof value === 'object') return Object.entries(value).map(([name, one]) => name + text(one)).join(' ');
    return String(value);
  };
  const database = await open();
  let found = '';
  for (const name of database.objectStoreNames) {
    const rows = await new Promise((resolve) => {
      const asked = database.transaction(name).objectStore(name).getAll();
      asked.onsuccess = () => resolve(asked.result);
    });
    found += text(rows);
  }
  database.close();
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found += request.url + await (await cache.match(request)).clone().text();
  }
  return found;
}
"""
LEFT = """
async () => [
  ...(await indexedDB.databases()).map((one) => one.name),
  ...(await caches.keys()),
  ...(await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
  ...Object.keys(localStorage), ...Object.keys(sessionStorage),
]
"""

TOO_SMALL = """
[...document.querySelectorAll('#phone a, #phone button, #phone summary, #phone input')]
  .filter((one) => one.checkVisibility() && !one.closest('h1'))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 100))
"""


@dataclass
class Own:
    visit_id: UUID
    client: str
    tasks: int

    @property
    def path(self) -> str:
        return f"/my/visits/{self.visit_id}"


@pytest.fixture
def own(cast: Cast) -> Own:
    """A visit of the caregiver's with two tasks; each test has one of its own, an hour after the last."""
    number = next(_hours)
    with tenancy.acting(cast.harbor.id), db.transaction():
        client = an_active_client(first_name="Ines", last_name=f"Quillfeather{number}")
        service = a_service()
        plan = a_plan(client, starts_on=clock.today() - timedelta(days=5))
        a_service_of(plan, service_type_id=service.id)
        for place, name in enumerate(("Help with bathing", "Prepare lunch"), 1):
            a_task_of(plan, name=name, position=place)
        plans.ask_for_approval(plan, by=a_user(f"author{number}", "Nurse").id)
        plans.approve(plan, by=a_user(f"decider{number}", "Administrator").id)
        starts_at = clock.now() - timedelta(minutes=5) + timedelta(hours=number)
        made = visits.add_visit(
            {
                "client_id": client.id,
                "service_type_id": service.id,
                "staff_member_id": UUID(cast.harbor.parents["staff_members"]),
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=45),
                "override_reason": "As agreed",
            },
            by=None,
        )
        return Own(made.id, str(client), 2)


@pytest.fixture
def window(walk: Callable[..., Walk], cast: Cast, own: Own) -> Iterator[Walk]:
    """The caregiver's phone with its PIN chosen, ready for the visit and able to do without signal."""
    _sign_in(cast)
    window = walk("Phone", size=PHONE)
    page = window.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({**DOOR, "accuracy": 12})
    page.goto("/my")
    page.locator("#pin-offer").get_by_role("button", name="Choose a PIN").click()
    page.get_by_label("PIN, six digits or more").fill(PIN)
    page.get_by_label("The same again").fill(PIN)
    page.get_by_role("button", name="Keep this PIN").click()
    expect(page.locator("#pin-offer")).to_be_hidden()
    page.wait_for_function(
        "async () => Boolean(await caches.match('/my/shell')) && Boolean(navigator.serviceWorker.controller)"
    )
    page.goto(own.path)
    expect(page.get_by_role("heading", name=own.client)).to_be_visible()
    yield window
    assert troubles(window) == []


def _sign_in(cast: Cast) -> None:
    """A session of the caregiver's that a test may end."""
    person = cast.harbor.people["Caregiver"]
    with tenancy.acting(cast.harbor.id), db.transaction():
        user = db.session.get_one(db.User, person.user_id)
        opened = sessions.start(user, origin=Origin("web", "127.0.0.1", "test"), has_second_factor=True)
        cast.harbor.people["Phone"] = replace(person, session_id=str(opened.id))


def troubles(window: Walk) -> list[str]:
    """What the browser complained of, but for there being no signal."""
    return [one for one in window.looked.findings if "ERR_INTERNET_DISCONNECTED" not in one]


def offline(window: Walk, own: Own) -> Any:
    """Take the signal away and open the visit again: what comes up then comes from the phone."""
    page = window.page
    page.context.set_offline(True)
    page.goto(own.path)
    assert page.evaluate("document.body.dataset.page") == "shell"
    expect(page.get_by_role("heading", name=own.client)).to_be_visible()
    return page


def sign(page: Any) -> None:
    page.get_by_label("Name of who signs").fill("Ines Q.")
    pad = page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(box["x"] + 30 + step * 35, box["y"] + 40 + (step % 2) * 30)
    page.mouse.up()
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.get_by_text("Signed by")).to_be_visible()


def in_harbor(cast: Cast) -> Any:
    return tenancy.acting(cast.harbor.id)


def events_of(cast: Cast, own: Own) -> list[tuple[str, datetime, bool]]:
    with in_harbor(cast), db.transaction():
        rows = db.session.query(ClockEvent).filter_by(visit_id=own.visit_id).order_by(ClockEvent.sequence)
        return [(str(one.kind), one.happened_at, one.latitude is not None) for one in rows]


def test_a_visit_done_without_signal_arrives_once_with_its_own_times(window: Walk, own: Own, cast: Cast) -> None:
    page, before = offline(window, own), clock.now()
    page.get_by_role("button", name="Clock in").click()
    expect(page.get_by_role("button", name="Clock out")).to_be_visible()
    clocked_in = clock.now()
    page.get_by_role("button", name="Help with bathing").click()
    expect(page.get_by_role("button", name="Help with bathing")).to_have_attribute("aria-pressed", "true")
    lunch = page.locator(".tasks li").nth(1)
    lunch.locator("summary").click()
    lunch.get_by_label("Why not?").fill("Ate before")
    lunch.get_by_role("button", name="Client refused").click()
    expect(lunch.locator(".left")).to_have_text("Refused Ate before")
    page.get_by_label("How did it go?").fill("Walked to the garden and back.")
    page.get_by_role("button", name="Keep the note").click()
    sign(page)
    page.get_by_role("button", name="Clock out").click()
    expect(page.locator("#sync")).to_contain_text("6 things are saved on this phone")
    after = clock.now()
    page.close()
    assert events_of(cast, own) == [], "nothing could have been sent"

    again = Walk(window.page.context.new_page(), window.base)
    again.page.goto(own.path)
    expect(again.page.locator("#sync")).to_contain_text("6 things are saved on this phone")
    expect(again.page.locator(".pill").first).to_have_text("Done")
    again.page.context.set_offline(False)
    expect(again.page.locator("#sync")).to_be_hidden(timeout=30_000)
    for path in ("/my", own.path):
        again.page.goto(path)
    expect(again.page.locator(".pill").first).to_have_text("Done")

    (first, last) = events_of(cast, own)
    assert first[0] == "in" and before <= first[1] <= clocked_in and first[2], "the device's time and its position"
    assert last[0] == "out" and clocked_in <= last[1] <= after and last[2]
    with in_harbor(cast), db.transaction():
        visit = db.session.get_one(Visit, own.visit_id)
        assert (visit.clocked_in_at, visit.clocked_out_at) == (first[1], last[1])
        tasks = db.session.query(VisitTask).filter_by(visit_id=own.visit_id).order_by(VisitTask.position)
        assert [(str(one.outcome), one.reason) for one in tasks] == [("done", None), ("refused", "Ate before")]
        record = visit_records.record_of(visit)
        assert record is not None and record.note == "Walked to the garden and back."
        assert record.signed_by_name == "Ines Q." and record.signature_id is not None
        kinds = [str(one.kind) for one in db.session.query(VisitAct).filter_by(visit_id=own.visit_id)]
        assert sorted(kinds) == ["note", "signature", "task", "task"]
    assert troubles(again) == []


def test_two_pages_at_once_send_each_act_once(window: Walk, own: Own, cast: Cast) -> None:
    page = offline(window, own)
    page.get_by_role("button", name="Clock in").click()
    expect(page.locator("#sync")).to_contain_text("1 thing is saved on this phone")
    second = Walk(page.context.new_page(), window.base)
    second.page.goto(own.path)
    page.context.set_offline(False)
    for one in (page, second.page):
        expect(one.locator("#sync")).to_be_hidden(timeout=30_000)
        expect(one.get_by_role("button", name="Clock out")).to_be_visible()
    assert len(events_of(cast, own)) == 1
    assert troubles(second) == []


def test_what_the_office_changed_meanwhile_is_shown_beside_it(window: Walk, own: Own, cast: Cast) -> None:
    page = offline(window, own)
    page.get_by_role("button", name="Clock in").click()
    expect(page.get_by_role("button", name="Clock out")).to_be_visible()
    with in_harbor(cast), db.transaction():
        visits.cancel(db.session.get_one(Visit, own.visit_id), reason=VoidReason.CLIENT_REQUEST, by=None)
    page.context.set_offline(False)
    eye = page.locator("#eye")
    expect(eye).to_contain_text("The office called this visit off meanwhile", timeout=30_000)
    expect(eye).to_contain_text(f"Clock in · {own.client}")
    expect(page.locator("#view .pill").first).to_have_text("Called off")
    with in_harbor(cast), db.transaction():
        (event,) = db.session.query(ClockEvent).filter_by(visit_id=own.visit_id)
        assert str(event.standing) == "beside"
        assert db.session.query(VisitException).filter_by(visit_id=own.visit_id, kind="conflict").count() == 1
        assert db.session.get_one(Visit, own.visit_id).status == "cancelled"
    page.reload()
    expect(eye).to_contain_text("called this visit off")
    eye.get_by_role("button", name="I have seen it").click()
    expect(eye).to_be_hidden()


def test_without_the_position_clocking_works_too(window: Walk, own: Own, cast: Cast) -> None:
    page = window.page
    page.context.clear_permissions()
    page.get_by_role("button", name="Clock in").click()
    expect(page.get_by_role("button", name="Clock out")).to_be_visible()
    expect(page.locator("#sync")).to_be_hidden()
    assert [one[2] for one in events_of(cast, own)] == [False]


def test_what_lies_on_the_phone_is_closed_and_gone_after_signing_out(window: Walk, own: Own, cast: Cast) -> None:
    page = offline(window, own)
    page.get_by_role("button", name="Clock in").click()
    expect(page.locator("#sync")).to_contain_text("1 thing is saved")
    kept = page.evaluate(READ_ALL)
    assert len(kept) > 10_000 and "/my/shell" in kept
    for secret in ("Quillfeather", "Elm St", "bathing", str(own.visit_id), "EXTRACTABLE", PIN):
        assert secret not in kept, secret
    page.context.set_offline(False)
    expect(page.locator("#sync")).to_be_hidden(timeout=30_000)
    page.goto("/my/me")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login**")
    assert page.evaluate(LEFT) == []


def test_signing_out_asks_before_it_throws_something_away(window: Walk, own: Own, cast: Cast) -> None:
    page = window.page
    page.goto("/my/me")
    page.evaluate(
        """async ([queue, visit]) => (await import(queue)).add({kind: 'note', visit_id: visit, text: 'x'})""",
        [asset("js/portal/queue.js"), str(own.visit_id)],
    )
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Not everything is sent")).to_be_visible()
    expect(page.locator("#leave")).to_contain_text("1 things are only on this phone")
    page.get_by_role("button", name="Stay signed in").click()
    assert "starline-phone" in page.evaluate(LEFT)
    page.context.set_offline(False)


def test_a_session_that_ended_closes_the_phone_and_loses_nothing(window: Walk, own: Own, cast: Cast) -> None:
    page = offline(window, own)
    window.refusals = {401}
    page.get_by_role("button", name="Clock in").click()
    expect(page.locator("#sync")).to_contain_text("1 thing is saved")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.wait_for_url("**/login**")
    assert "Quillfeather" not in page.evaluate(READ_ALL)
    page.context.add_cookies(cookies)
    page.goto(own.path)
    page.get_by_label("PIN of this phone").fill(PIN)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("button", name="Clock out")).to_be_visible()
    expect(page.locator("#sync")).to_be_hidden(timeout=30_000)
    assert len(events_of(cast, own)) == 1


def test_a_phone_left_alone_opens_with_its_pin_also_without_signal(window: Walk, own: Own, cast: Cast) -> None:
    page = window.page
    page.context.set_offline(True)
    page.evaluate(
        """async (path) => {
          addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true);
          const store = await import(path);
          await new Promise((resolve) => { setTimeout(resolve, 1000); });
          const key = await store.get('meta', 'key');
          await store.put('meta', {...key, seen: Date.now() - 6 * 60000}, 'key');
        }""",  # else leaving the page, or the last touch of it, would note that somebody was there
        asset("js/portal/store.js"),
    )
    page.goto("about:blank")
    page.goto(own.path)
    lock = page.locator("#lock")
    expect(lock).to_contain_text("This phone was not touched for a while")
    expect(page.get_by_role("heading", name=own.client)).to_be_hidden()
    page.get_by_label("PIN of this phone").fill("918273")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(lock).to_contain_text("That is not the PIN of this phone")
    page.get_by_label("PIN of this phone").fill(PIN)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name=own.client)).to_be_visible()
    page.context.set_offline(False)


def test_with_every_page_closed_the_worker_sends_once_there_is_signal(window: Walk, own: Own, cast: Cast) -> None:
    page = offline(window, own)
    page.get_by_role("button", name="Clock in").click()
    expect(page.locator("#sync")).to_contain_text("1 thing is saved")
    devtools, found = page.context.new_cdp_session(page), []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    page.goto("about:blank")
    page.context.set_offline(False)
    told = {"origin": window.base, "registrationId": found[-1]["registrationId"], "tag": "starline-acts"}
    devtools.send("ServiceWorker.dispatchSyncEvent", {**told, "lastChance": False})
    for _wait in range(50):
        if events_of(cast, own):
            break
        page.wait_for_timeout(200)
    assert [one[0] for one in events_of(cast, own)] == ["in"]


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_every_page_of_the_phone_is_for_everybody(
    walk: Callable[..., Walk], cast: Cast, own: Own, language: str
) -> None:
    _sign_in(cast)
    window = walk("Phone", size=PHONE, language=language)
    for path in ("/my", "/my/schedule", own.path, "/my/messages", "/my/me", "/my/shell"):
        window.open(path, with_axe=True)
        small = window.page.evaluate(TOO_SMALL)
        assert small == [], f"{path}: {small}"
    window.page.goto(own.path)
    window.page.locator("#view .big:visible").first.click()
    expect(window.page.locator("[data-signature]")).to_be_visible()
    window.open(own.path, with_axe=True)
    assert window.looked.findings == [], str(window.looked)
