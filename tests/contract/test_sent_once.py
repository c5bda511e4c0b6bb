"""Whoever presses Save twice has made one record, and is led to it both times."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from markupsafe import escape

from app.core.resource import Resource, registry
from starline.core import db, tenancy
from starline.organizations.models import IdempotentRequest
from tests.contract.applying import offers, resources_with
from tests.contract.callers import Caller, by_cookie
from tests.contract.test_screens import Page, _accepted_values, _ids, _typed
from tests.isolation.cast import Cast, join

ADD = "/branches/add"
BRANCH = {"name": "Seaside", "city": "Quincy"}


@pytest.fixture
def key(browser: Caller) -> str:
    """The key of a form that was just opened."""
    return _key(browser.get(ADD))


@pytest.fixture
def branches(rest: Caller) -> Any:
    """Answers how many branches there are."""
    return lambda: rest.get("/api/v1/branches/?count=exact").json["count"]


@resources_with(offers("add"))
def test_a_form_that_is_sent_twice_adds_one_row_and_leads_to_it_twice(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    path, values = f"/{resource.name}/add", _typed(_accepted_values(resource, cast))
    page, before = Page(browser.get(path)), set(_ids(rest, resource))
    assert re.fullmatch("[0-9a-f]{32}", page.inputs["form_key"] or "")
    first, second = (browser.post(path, data={**values, "form_key": page.inputs["form_key"]}) for _time in range(2))
    (made,) = set(_ids(rest, resource)) - before
    assert second.status_code == 302 and made in second.headers["Location"], second.text[-3000:]
    if resource.shown_once:
        told = rest.get(f"/api/v1/{resource.name}/{made}").json["result"]
        assert made in first.text and "and its secret shown" in browser.get(second.headers["Location"]).text
        assert not {*resource.shown_once.split()} & {*told}
    else:
        assert first.headers["Location"] == second.headers["Location"]
        assert "was added." in browser.get(second.headers["Location"]).text


@pytest.mark.parametrize("name", ["Clients", "Branches", "Visits"])
def test_two_at_once_add_one_row_and_both_end_on_it(name: str, cast: Cast, browser: Caller, rest: Caller) -> None:
    resource, person = registry[name], cast.harbor.people["Administrator"]
    path, values = f"/{resource.name}/add", _typed(_accepted_values(resource, cast))
    sent, before = {**values, "form_key": _key(browser.get(path))}, set(_ids(rest, resource))
    with ThreadPoolExecutor(3) as all_at_once:
        callers = [by_cookie(cast.application, person) for _one in range(3)]
        answers = list(all_at_once.map(lambda one: one.post(path, data=sent), callers))
    (made,) = set(_ids(rest, resource)) - before
    assert [one.status_code for one in answers] == [302] * 3
    assert {one.headers["Location"] for one in answers} == {f"/{resource.name}/show/{made}"}


def test_a_refusal_does_not_use_the_key_up(browser: Caller, key: str, branches: Any) -> None:
    before = branches()
    refused = browser.post(ADD, data={**BRANCH, "name": "", "form_key": key})
    assert "Name is required." in refused.text and _key(refused) == key
    made = browser.post(ADD, data={**BRANCH, "name": "Refused at first", "form_key": key})
    assert made.status_code == 302 and branches() == before + 1


def test_what_was_typed_since_is_not_lost(browser: Caller, key: str, branches: Any) -> None:
    before = branches()
    assert browser.post(ADD, data={**BRANCH, "name": "As it was", "form_key": key}).status_code == 302
    asked = browser.post(ADD, data={**BRANCH, "name": "And another", "form_key": key})
    assert "This form was saved before, with other values." in asked.text and branches() == before + 1
    assert Page(asked).inputs["name"] == "And another" and _key(asked) != key
    more = browser.post(ADD, data={**BRANCH, "name": "And another", "form_key": _key(asked)})
    assert more.status_code == 302 and branches() == before + 2


def test_saving_and_going_on_leads_to_a_new_form(browser: Caller, key: str, branches: Any) -> None:
    before = branches()
    sent = {**BRANCH, "name": "One of many", "form_key": key, "after": "new"}
    assert [browser.post(ADD, data=sent).headers["Location"] for _time in range(2)] == [ADD, ADD]
    assert branches() == before + 1 and _key(browser.get(ADD)) != key


def test_a_form_beside_another_is_sent_once_too(browser: Caller, branches: Any) -> None:
    path, before = f"{ADD}?in_place=1", branches()
    sent = {"name": "Asked for", "asked": "name", "form_key": _key(browser.get(path))}
    first, second = (browser.post(path, data=sent) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json and branches() == before + 1
    refused = browser.post(path, data={**sent, "name": "Something else"})
    assert refused.status_code == 422 and "with other values" in refused.text and branches() == before + 1


def test_a_key_of_somebody_else_shows_and_hides_nothing(cast: Cast, browser: Caller, key: str) -> None:
    own = browser.post(ADD, data={**BRANCH, "name": "One's own", "form_key": key}).headers["Location"]
    colleague = join(cast.harbor, "Colleague", "Administrator")
    for person, name in ((colleague, "A colleague's"), (cast.summit.people["Administrator"], "One's own")):
        other = by_cookie(cast.application, person)
        first, second = (other.post(ADD, data={**BRANCH, "name": name, "form_key": key}) for _time in range(2))
        assert first.headers["Location"] == second.headers["Location"] != own
        assert f"<h1>{escape(name)}</h1>" in other.get(first.headers["Location"]).text


@pytest.mark.parametrize("given", ["", "x", "0" * 33, "Z" * 32, "'", "\x00"])
def test_without_a_key_a_form_is_sent_as_ever(given: str, browser: Caller, branches: Any) -> None:
    before = branches()
    for _time in range(2):
        values = {**BRANCH, "name": str(uuid4()), "form_key": given}
        assert browser.post(ADD, data=values).status_code == 302
    assert branches() == before + 2


def test_a_key_that_is_forgotten_by_now_serves_again(cast: Cast, browser: Caller, key: str, branches: Any) -> None:
    before = branches()
    for name in ("Last week", "This week"):
        assert browser.post(ADD, data={**BRANCH, "name": name, "form_key": key}).status_code == 302
        with tenancy.acting(cast.harbor.id), db.transaction():
            assert db.session.query(IdempotentRequest).filter_by(key=f"form:{key}").delete() == 1
    assert branches() == before + 2


def test_nobody_is_asked_whether_they_know_whom_they_just_added(cast: Cast, browser: Caller, rest: Caller) -> None:
    resource = registry["Clients"]
    values = _typed(_accepted_values(resource, cast)) | {"first_name": "Otto", "last_name": "Twice"}
    before = set(_ids(rest, resource))
    sent = {**values, "form_key": _key(browser.get("/clients/add"))}
    first, second = (browser.post("/clients/add", data=sent) for _time in range(2))
    (made,) = set(_ids(rest, resource)) - before
    assert first.headers["Location"] == second.headers["Location"] == f"/clients/show/{made}"
    asked = browser.post("/clients/add", data={**values, "form_key": _key(browser.get("/clients/add"))})
    assert asked.status_code == 200 and "You may know this person already" in asked.text


def _key(answer: Any) -> str:
    return Page(answer).inputs["form_key"] or ""
