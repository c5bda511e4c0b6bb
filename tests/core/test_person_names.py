"""In a list a person's name stands in one column, the link, sorted by last and first name; programs keep the two apart."""

import csv
import io
import re
from typing import Any

import pytest

from app.core.resource import registry
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast


@pytest.fixture(scope="module")
def people(cast: Cast) -> list[dict[str, Any]]:
    """Three clients of one family, and one more."""
    make, found = cast.harbor.factory, []
    for last, first in (("Zzorro", "Nadia"), ("Zzorro", "Abel"), ("Zzander", "Zoe")):
        make.renew_parents()
        found.append(make.make(registry["Clients"], last_name=last, first_name=first))
    return found


@pytest.fixture(scope="module")
def browser(cast: Cast, people: Any) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


def links(page: str) -> list[str]:
    return re.findall(r'<a href="/\w+/show/[^"]+">([^<]*)</a>', page)


def headings(page: str) -> list[str]:
    found = re.findall(r'<th scope="col"[^>]*>.*?</th>', page, re.S)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def test_the_name_is_one_column_and_the_link(browser: Caller) -> None:
    page = browser.get("/clients/list/?last_name.sw=Zz").text
    assert links(page) == ["Zzander, Zoe", "Zzorro, Abel", "Zzorro, Nadia"]
    assert headings(page)[:3] == ["Name", "Number", "Status"]
    assert not {"Last name", "First name"} & set(headings(page))


def test_it_is_sorted_by_last_and_first_name(browser: Caller) -> None:
    page = browser.get("/clients/list/?last_name.sw=Zz").text
    assert 'aria-sort="ascending"' in page
    assert "order=-last_name%2C-first_name" in page
    turned = browser.get("/clients/list/?last_name.sw=Zz&order=-last_name,-first_name").text
    assert links(turned) == ["Zzorro, Nadia", "Zzorro, Abel", "Zzander, Zoe"]
    assert 'aria-sort="descending"' in turned and "order=last_name%2Cfirst_name" in turned


def test_a_number_says_on_a_card_what_it_is(browser: Caller) -> None:
    page = browser.get("/clients/list/?last_name.sw=Zz").text
    assert re.search(r'<td class="number" data-caption="Number">\d+</td>', page)


@pytest.mark.parametrize(
    ("columns", "drawn"),
    [
        ("last_name,first_name,phone", ["Name", "Phone"]),
        ("phone,first_name,status,last_name", ["Phone", "Name", "Status"]),
        ("last_name,phone", ["Last name", "Phone"]),
        ("first_name", ["First name"]),
    ],
)
def test_a_view_that_was_saved_with_its_parts_shows_it(browser: Caller, columns: str, drawn: list[str]) -> None:
    page = browser.get(f"/clients/list/?last_name.sw=Zz&columns={columns}").text
    assert headings(page)[: len(drawn)] == drawn
    assert headings(page)[len(drawn) :] == ["Actions"]


def test_the_form_of_columns_offers_it_as_one(browser: Caller) -> None:
    page = browser.get("/clients/list/?last_name.sw=Zz").text
    assert 'name="columns" value="last_name,first_name" checked' in page
    shown = browser.get("/clients/list/?columns=last_name,first_name&columns=phone&last_name.sw=Zz").text
    assert headings(shown) == ["Name", "Phone", "Actions"]
    hidden = browser.get("/clients/list/?columns=phone").text
    assert 'name="columns" value="last_name,first_name">' in hidden


def test_the_search_and_the_filters_find_by_either_part(browser: Caller) -> None:
    for query in ("search=zzorro ab", "search=abel zz", "first_name=Abel&last_name=Zzorro"):
        assert links(browser.get(f"/clients/list/?{query}").text) == ["Zzorro, Abel"]


def test_files_and_programs_keep_the_parts(cast: Cast, browser: Caller) -> None:
    text = browser.get("/clients/download?first_name=Abel&last_name=Zzorro").text
    record = next(iter(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))))
    assert (record["Last name"], record["First name"]) == ("Zzorro", "Abel")
    script = by_token(cast.application, cast.harbor.people["Administrator"])
    found = script.get("/api/v1/clients/?first_name=Abel&last_name=Zzorro").json["result"][0]
    assert (found["last_name"], found["first_name"]) == ("Zzorro", "Abel")


@pytest.mark.parametrize("name", ["staff", "users", "contacts", "applicants"])
def test_everybody_is_listed_so(cast: Cast, browser: Caller, name: str) -> None:
    own = cast.harbor.own[name]
    page = browser.get(f"/{name}/list/?page_size=100").text
    assert headings(page)[0] == "Name"
    assert f"{own['last_name']}, {own['first_name']}" in links(page)


def test_the_list_on_a_record_is_drawn_so_too(cast: Cast, browser: Caller) -> None:
    page = browser.get(f"/clients/show/{cast.harbor.parents['clients']}?tab=contacts").text
    contact = cast.harbor.own["contacts"]
    assert f"{contact['last_name']}, {contact['first_name']}" in links(page)
    assert "order=-last_name,-first_name" in page or "order=last_name,first_name" in page


def test_a_question_about_several_rows_names_each_in_full(browser: Caller, people: list[dict[str, Any]]) -> None:
    asked = browser.post("/clients/selected", data={"verb": "set", "ids": [people[1]["id"]]})
    assert "<b>Zzorro, Abel</b>" in asked.text
