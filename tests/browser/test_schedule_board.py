"""The schedule board under a real mouse and real keys: moving, giving, opening, taking back, and what others do."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from starline.core import db, tenancy
from starline.organizations.calendar import today, zone_of
from starline.scheduling import visits
from starline.scheduling.models import Visit
from starline.staff.models import CredentialType
from starline.staff.vocabulary import LapseEffect
from tests.browser.conftest import PHONE
from tests.browser.walking import TOO_WIDE, Walk
from tests.clients.factories import an_active_client
from tests.isolation.cast import Cast
from tests.organizations.factories import a_staff_member
from tests.services.factories import a_service

DRAWN = "[data-schedule][data-loaded]"


@pytest.fixture
def plan(cast: Cast) -> Iterator[dict[str, Any]]:
    """Next week's Wednesday: Edna from nine to eleven with Priya; Luis has nothing to do."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        for kind in db.session.query(CredentialType):
            kind.on_lapse = LapseEffect.WARN
        client = an_active_client(first_name="Edna", last_name="Brook")
        priya, luis = (a_staff_member(first_name=name, last_name="Aalto") for name in ("Priya", "Luis"))
        day = today() + timedelta(days=9 - today().weekday())
        starts_at = datetime.combine(day, time(9), ZoneInfo(zone_of(client.branch_id)))
        values = {"client_id": client.id, "service_type_id": a_service().id, "staff_member_id": priya.id}
        visit = visits.add_visit({**values, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}, by=None)
        made = {"id": str(visit.id), "day": day, "priya": str(priya.id), "luis": str(luis.id)}
    yield made
    with tenancy.acting(cast.harbor.id), db.transaction():
        one = db.session.get(Visit, made["id"])
        if one is not None and one.is_planned:
            visits.cancel(one, by=None)


@pytest.fixture
def board(walk: Callable[..., Walk], plan: dict[str, Any]) -> Walk:
    window = walk("Administrator")
    window.page.goto(f"/schedule/?day={plan['day']}&rows=everybody")
    window.page.wait_for_selector(DRAWN)
    window.page.get_by_label("Find a person").fill("Aalto")
    return window


def kept(cast: Cast, plan: dict[str, Any]) -> dict[str, Any]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        visit = db.session.get(Visit, plan["id"])
        assert visit is not None
        begin, end = visit.local_start, visit.local_end
        return {
            "who": str(visit.staff_member_id) if visit.staff_member_id else None,
            "day": begin.date(),
            "time": f"{begin:%H:%M}-{end:%H:%M}",
        }


def carry(page: Any, plan: dict[str, Any], row: str, column: int) -> None:
    """Drag the visit to the column of somebody's row."""
    card = page.locator(f"[data-visit='{plan['id']}']").bounding_box()
    cell = page.locator(f"[data-row='{row}'] .s-cell").nth(column).bounding_box()
    page.mouse.move(card["x"] + 20, card["y"] + 10)
    page.mouse.down()
    page.mouse.move(card["x"] + 40, card["y"] + 20, steps=3)
    page.mouse.move(cell["x"] + cell["width"] / 2, cell["y"] + 12, steps=6)


def column(page: Any, plan: dict[str, Any]) -> int:
    return int(
        page.locator(f"[data-visit='{plan['id']}']").evaluate(
            "card => [...card.closest('.s-row').querySelectorAll('.s-cell')].indexOf(card.parentElement)"
        )
    )


def test_a_visit_is_dragged_to_somebody_else_and_another_day_and_taken_back(
    board: Walk, plan: dict[str, Any], cast: Cast
) -> None:
    page, here = board.page, column(board.page, plan)
    carry(page, plan, plan["luis"], here + 1)
    page.locator("[data-tip]").get_by_text("10:00").or_(page.locator("[data-tip] b")).first.wait_for()
    page.mouse.up()
    page.locator(f"[data-row='{plan['luis']}'] [data-visit='{plan['id']}']").wait_for()
    expected = {"who": plan["luis"], "day": plan["day"] + timedelta(days=1), "time": "09:00-11:00"}
    assert kept(cast, plan) == expected
    page.locator("[data-toasts] [data-act]").click()
    page.locator(f"[data-row='{plan['priya']}'] [data-visit='{plan['id']}']").wait_for()
    page.get_by_text("Taken back.").wait_for()
    assert kept(cast, plan) == {"who": plan["priya"], "day": plan["day"], "time": "09:00-11:00"}
    assert board.looked.findings == []


def test_times_are_told_on_the_clock_of_the_readers_language(board: Walk, plan: dict[str, Any]) -> None:
    page = board.page
    card = page.locator(f"[data-visit='{plan['id']}']")
    assert (card.locator("small").text_content() or "").replace("\u00a0", " ") == "9:00 AM – 11:00 AM"
    assert "9:00\u00a0AM – 11:00\u00a0AM" in card.get_attribute("aria-label")
    page.goto(f"/schedule/?day={plan['day']}&span=day")
    page.wait_for_selector(DRAWN)
    heads = page.locator(".s-clock i").all_text_contents()
    assert [heads[0], heads[7]] == ["12 AM", "2 PM"]
    page.goto(f"/schedule/?day={plan['day']}&span=month")
    page.wait_for_selector(DRAWN)
    assert page.locator(f"[data-visit='{plan['id']}'] b").text_content() == "9a"


def test_escape_leaves_a_carried_visit_where_it_was(board: Walk, plan: dict[str, Any], cast: Cast) -> None:
    page = board.page
    carry(page, plan, plan["luis"], 0)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.locator("[data-frame]").is_hidden() and page.locator(".s-image").count() == 0
    assert kept(cast, plan)["who"] == plan["priya"]


def test_keys_alone_open_a_visit_and_give_it_away(board: Walk, plan: dict[str, Any], cast: Cast) -> None:
    page = board.page
    page.locator(f"[data-visit='{plan['id']}']").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("[data-visit-dialog][open]")
    dialog.get_by_label("Caregiver").select_option(plan["luis"])
    dialog.get_by_label("From").fill("13:00")
    dialog.get_by_label("To").fill("15:30")
    dialog.locator("[data-findings] li").first.wait_for()
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert kept(cast, plan) == {"who": plan["luis"], "day": plan["day"], "time": "13:00-15:30"}
    page.keyboard.press("Control+z")
    page.get_by_text("Taken back.").wait_for()
    assert kept(cast, plan)["time"] == "09:00-11:00"


def test_what_a_rule_blocks_is_asked_about_and_done_with_a_reason(
    board: Walk, plan: dict[str, Any], cast: Cast
) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        for kind in db.session.query(CredentialType):
            kind.on_lapse = LapseEffect.BLOCK
    page = board.page
    carry(page, plan, plan["luis"], column(page, plan))
    page.locator("[data-tip].is-bad").wait_for()
    page.mouse.up()
    dialog = page.locator("[data-visit-dialog][open]")
    dialog.get_by_role("alert").wait_for()
    assert kept(cast, plan)["who"] == plan["priya"]
    dialog.get_by_label("Planned all the same because").fill("The nurse comes along")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="hidden")
    assert kept(cast, plan)["who"] == plan["luis"]


def test_what_others_change_is_seen_without_a_reload(board: Walk, plan: dict[str, Any], cast: Cast) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        visits.take_off(db.session.get(Visit, plan["id"]), by=None)
    page = board.page
    page.mouse.move(300, 300)
    page.get_by_label("Find a person").fill("")
    page.locator(f"[data-row='open'] [data-visit='{plan['id']}']").wait_for(timeout=15_000)


def test_a_week_is_copied_and_taken_back(board: Walk, plan: dict[str, Any], cast: Cast) -> None:
    page = board.page
    page.get_by_label("More").click()
    page.get_by_role("button", name="Copy this week").click()
    page.locator("[data-copy-dialog][open]").get_by_role("button", name="Copy").click()
    page.locator("[data-toasts]").get_by_text("copied").wait_for()
    page.locator("[data-toasts] [data-act]").click()
    page.get_by_text("The copies were called off.").wait_for()


def test_a_card_wears_the_colour_of_its_state(board: Walk, plan: dict[str, Any]) -> None:
    tone = "(one, name) => getComputedStyle(one).getPropertyValue(name)"
    card, page = board.page.locator(f"[data-visit='{plan['id']}']"), board.page.locator("html")
    assert card.evaluate(tone, "--tone") == page.evaluate(tone, "--info") != page.evaluate(tone, "--plain")


def test_a_phone_shows_a_day_as_a_list_in_whole_words(walk: Callable[..., Walk], plan: dict[str, Any]) -> None:
    window = walk("Administrator", size=PHONE)
    page = window.page
    page.goto(f"/schedule/?day={plan['day']}&rows=everybody")
    page.wait_for_selector(DRAWN)
    line = page.locator(f".s-line[data-visit='{plan['id']}']")
    assert all(words in line.inner_text() for words in ("9:00\u00a0AM", "11:00\u00a0AM", "Edna Brook", "Priya Aalto"))
    assert all(one.evaluate("one => one.scrollWidth <= one.clientWidth") for one in line.locator("b, small").all())
    assert line.bounding_box()["y"] < 520 and line.bounding_box()["height"] >= 56
    assert page.locator(f".s-visit[data-visit='{plan['id']}']").is_hidden()
    page.locator(".s-day a").nth((plan["day"].weekday() + 2) % 7).click()
    line.wait_for(state="detached")
    page.locator(".s-day.is-chosen").wait_for()
    page.locator(".s-day a").nth((plan["day"].weekday() + 1) % 7).click()
    line.click()
    page.locator("[data-visit-dialog][open]").get_by_label("From").wait_for()
    assert page.evaluate(TOO_WIDE) == [] and window.looked.findings == []


@pytest.mark.parametrize("look", ["span=day", "span=fortnight&color=service", "span=month", "by=client", "rows=open"])
def test_every_look_is_drawn_without_a_fault(walk: Callable[..., Walk], plan: dict[str, Any], look: str) -> None:
    window = walk("Administrator")
    window.page.goto(f"/schedule/?day={plan['day']}&{look}")
    window.page.wait_for_selector(DRAWN)
    assert window.looked.findings == []
