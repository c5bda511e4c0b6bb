"""The rail is quiet: Settings are closed, unless the page that is open lies there or somebody opened them."""

import re

from tests.contract.callers import Caller, by_cookie
from tests.isolation.cast import Cast

GROUP = re.compile(r"<details data-rail-group( open)?><summary[^>]*>(.*?)</summary>(.*?)</details>", re.DOTALL)


def settings_of(page: str) -> tuple[bool, str, str]:
    """Whether Settings are open, what their line says, and their places."""
    found = GROUP.search(page)
    assert found, "Settings can't be closed"
    return found[1] is not None, re.sub(r"<.*?>", " ", found[2]).strip(), found[3]


def test_settings_are_closed_where_nobody_is_in_them(cast: Cast, browser: Caller) -> None:
    is_open, line, places = settings_of(browser.get("/clients/list/").text)
    assert not is_open and line.startswith("Settings")
    assert 'href="/holidays/list/"' in places and 'href="/clients/list/"' not in places


def test_they_are_open_on_their_own_pages_and_say_which(cast: Cast, browser: Caller) -> None:
    is_open, _line, places = settings_of(browser.get("/holidays/list/").text)
    assert is_open and re.search(r'href="/holidays/list/"[^>]* aria-current="page"', places)


def test_they_stay_open_for_whoever_opened_them(cast: Cast) -> None:
    person = by_cookie(cast.application, cast.harbor.people["Administrator"])
    person.client.set_cookie("rail_settings", "open", domain=cast.harbor.host)
    assert settings_of(person.get("/clients/list/").text)[0]


def test_what_waits_in_them_is_counted_on_their_line(cast: Cast) -> None:
    person = by_cookie(cast.application, cast.harbor.people["Administrator"])
    places = person.get("/shell/news").json["places"]
    page = person.get("/clients/list/").text
    _is_open, line, within = settings_of(page)
    waiting = sum(number for url, number in places.items() if f'href="{url}"' in within)
    assert line.split()[1:] == ([str(waiting)] if waiting else [])


def test_whoever_has_no_settings_has_no_line_for_them(cast: Cast) -> None:
    assert not GROUP.search(by_cookie(cast.application, cast.harbor.people["Family"]).get("/").text)
