"""A filter of a closed list or of a relation takes several values: one form, one chip, with scripts and without."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast

CHIP = re.compile(r'<span class="sentence"><span>(.*?)</span><a href="([^"]*)"', re.DOTALL)


@pytest.fixture
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


def chips(page: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each chip says, and what is left of the address without it."""
    return [
        (" ".join(re.sub("<.*?>", "", said).split()), parse_qsl(urlsplit(unescape(url)).query))
        for said, url in CHIP.findall(page)
    ]


def form_of(page: str, name: str) -> str:
    found = re.search(rf'<form[^>]*data-filter="{name}">.*?</form>', page, re.DOTALL)
    assert found, f"no filter by {name}"
    return found[0]


def shown(browser: Caller, query: str) -> int:
    found = re.search(r'<span class="count">([\d,]+)', browser.get(f"/clients/list/?{query}").text)
    assert found
    return int(found[1])


def test_the_values_that_a_form_sends_one_by_one_are_any_of_them(browser: Caller) -> None:
    several = shown(browser, "status.in=active&status.in=inquiry")
    assert several == shown(browser, "status=active") + shown(browser, "status=inquiry")
    assert several == shown(browser, "status.in=active,inquiry") > 0


def test_the_chip_says_them_in_one_sentence_and_goes_as_one(browser: Caller) -> None:
    page = browser.get("/clients/list/?status.in=active&status.in=on_hold&last_name.sw=A").text
    found = dict(chips(page))
    assert found["Status is Active or On hold"] == [("last_name.sw", "A")]
    assert found["Last name starts with A"] == [("status.in", "active"), ("status.in", "on_hold")]


def test_the_form_is_a_choice_of_several_that_holds_what_is_chosen(browser: Caller) -> None:
    form = form_of(browser.get("/clients/list/?status=active&last_name.sw=A").text, "status")
    assert 'type="checkbox" name="status.in" value="active" checked>' in form
    assert 'type="checkbox" name="status.in" value="on_hold">' in form
    assert 'name="status" value="active"' not in form, "what was chosen would be asked for beside what is chosen now"
    assert 'name="last_name.sw" value="A"' in form
    assert re.findall(r'<option value="(in|eq|ne)">([^<]+)', form) == [("in", "is any of"), ("ne", "is not")]


def test_a_relation_takes_several_and_names_them(cast: Cast, browser: Caller) -> None:
    keys = [cast.harbor.own["branches"], cast.harbor.outside["branches"]]
    page = browser.get("/clients/list/?" + "&".join(f"branch.in={one['id']}" for one in keys)).text
    assert f"Branch is {keys[0]['name']} or {keys[1]['name']}" in dict(chips(page))
    form = form_of(page, "branch")
    assert all(f'<option value="{one["id"]}" selected>{one["name"]}</option>' in form for one in keys)


def test_what_takes_one_value_is_asked_for_as_before(browser: Caller) -> None:
    form = form_of(browser.get("/clients/list/").text, "last_name")
    assert "multiple" not in form and "checkbox" not in form and 'value="in"' not in form


def test_programs_may_repeat_the_parameter_too(cast: Cast) -> None:
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    both = rest.get("/api/v1/clients/?status.in=active&status.in=inquiry").json
    assert both["count"] == rest.get("/api/v1/clients/?status.in=active,inquiry").json["count"]
    listed = rest.get("/api/v1/clients/?q=(filters:!((col:status,opr:in,value:!(active,inquiry))))").json
    assert listed["count"] == both["count"]


def test_the_form_of_a_row_leads_on_to_the_next_of_such_a_list(browser: Caller) -> None:
    query = "status.in=active&status.in=inquiry"
    keys = list(
        dict.fromkeys(re.findall(r'href="/clients/show/([0-9a-f-]{36})"', browser.get(f"/clients/list/?{query}").text))
    )
    form = browser.get(f"/clients/edit/{keys[0]}?{urlencode({'list': query})}").text
    assert f'name="next" value="{keys[1]}"' in form
