"""Who may not, is told so in the same way everywhere; what isn't theirs is not there."""

from typing import Any
from uuid import uuid4

import pytest

from app.core.resource import Resource
from tests.contract.answers import plain
from tests.contract.applying import offers, resources_with
from tests.contract.callers import PLAINLY, Caller, by_cookie, by_token, nobody
from tests.contract.openapi import check_answer
from tests.isolation.cast import Cast

MALFORMED = (
    "x",
    "0",
    "-1",
    "1;select 1",
    "%00",
    "None",
    "null",
    "00000000-0000-7000-8000-00000000000",
    "9" * 40,
    "%C3%A9",
)
ACTION_OF = {"GET": "can_read", "POST": "can_add", "PUT": "can_edit", "PATCH": "can_edit", "DELETE": "can_delete"}


def test_without_the_permission_every_address_is_refused(resource: Resource, cast: Cast) -> None:
    key = cast.harbor.own.get(resource.name, {}).get("id", str(uuid4()))
    refused = 0
    for person in cast.harbor.people.values():
        rest, browser = by_token(cast.application, person), by_cookie(cast.application, person)
        if person is cast.harbor.people["Disabled"]:
            continue
        for method, action, address in _rest_addresses(resource, key):
            if (action, resource.permission) not in person.permissions:
                answer = rest.call(method, address, json={})
                assert answer.status_code == 403, f"{person.template} {method} {address}: {answer.status_code}"
                assert answer.json["code"] and answer.json["message"]
                refused += 1
        for action, address in _screen_addresses(resource, key):
            if (action, resource.permission) not in person.permissions:
                answer = browser.get(address, headers=PLAINLY)
                assert answer.status_code == 403, f"{person.template} {address}: {answer.status_code}"
                refused += 1
    assert refused > 5, "no role is without a permission here, so the test proves nothing"


def test_nobody_is_asked_to_sign_in(resource: Resource, cast: Cast) -> None:
    key = cast.harbor.own.get(resource.name, {}).get("id", str(uuid4()))
    caller = nobody(cast.application, cast.harbor.host)
    for method, _action, address in _rest_addresses(resource, key):
        answer = caller.call(method, address, json={})
        # A write without any sign-in is refused for lacking the page's token, before anybody asks who it is.
        assert answer.status_code in ((401,) if method == "GET" else (400, 401)), f"{method} {address}"
    for _action, address in _screen_addresses(resource, key):
        answer = caller.get(address)
        assert answer.status_code in (302, 401) and "/login" in answer.headers.get("Location", "/login")


def test_a_disabled_person_is_shut_out_at_once(resource: Resource, cast: Cast) -> None:
    person = cast.harbor.people["Disabled"]
    assert by_token(cast.application, person).get(f"/api/v1/{resource.name}/").status_code == 401
    assert by_cookie(cast.application, person).get(f"/{resource.name}/list/").status_code in (302, 401)


def test_another_agencys_row_and_one_that_never_was_answer_alike(
    resource: Resource, cast: Cast, rest: Caller, browser: Caller
) -> None:
    theirs = cast.summit.own[resource.name]["id"]
    never = str(uuid4()) if "-" in str(theirs) else "999999999"
    for method, _action, address in _rest_addresses(resource, "{}"):
        if "{}" in address:
            answers = [rest.call(method, address.format(key), json={}) for key in (theirs, never)]
            assert [one.status_code for one in answers] == [404, 404], f"{method} {address}"
            assert plain(answers[0], theirs) == plain(answers[1], never)
            check_answer(f"/api/v1/{resource.name}/{{pk}}", method.lower(), answers[0])
    for _action, address in _screen_addresses(resource, "{}"):
        if "{}" in address:
            answers = [browser.get(address.format(key)) for key in (theirs, never)]
            assert [one.status_code for one in answers] == [404, 404], address
            assert plain(answers[0], theirs) == plain(answers[1], never)


def test_a_row_of_the_other_agency_is_there_for_its_own_people(resource: Resource, cast: Cast) -> None:
    """The positive control: the same id is a 200 for who it belongs to."""
    theirs, person = cast.summit.own[resource.name]["id"], cast.summit.people["Administrator"]
    assert by_token(cast.application, person).get(f"/api/v1/{resource.name}/{theirs}").status_code == 200
    assert by_cookie(cast.application, person).get(f"/{resource.name}/show/{theirs}").status_code == 200


@pytest.mark.parametrize("key", MALFORMED)
def test_a_malformed_id_is_not_found(resource: Resource, rest: Caller, browser: Caller, key: str) -> None:
    for method, _action, address in _rest_addresses(resource, key):
        if key in address.split("/"):
            assert rest.call(method, address, json={}).status_code == 404, f"{method} {address}"
    for _action, address in _screen_addresses(resource, key):
        if key in address.split("/"):
            assert browser.get(address, headers=PLAINLY).status_code == 404, address


@resources_with(offers("add"))
def test_a_cookie_writes_nothing_without_the_pages_token(resource: Resource, cast: Cast) -> None:
    browser = by_cookie(cast.application, cast.harbor.people["Administrator"])
    browser.headers = {}
    for address, options in ((f"/api/v1/{resource.name}/", {"json": {}}), (f"/{resource.name}/add", {"data": {}})):
        assert browser.post(address, **options).status_code == 400, address


def test_answers_with_health_information_are_kept_nowhere(
    resource: Resource, rest: Caller, browser: Caller, record: dict[str, Any]
) -> None:
    for answer in (
        rest.get(f"/api/v1/{resource.name}/{record['id']}"),
        browser.get(f"/{resource.name}/show/{record['id']}"),
        browser.get(f"/{resource.name}/download"),
    ):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def _rest_addresses(resource: Resource, key: str) -> list[tuple[str, str, str]]:
    base = f"/api/v1/{resource.name}/"
    found = [("GET", "can_read", base), ("GET", "can_read", f"{base}{key}"), ("GET", "can_read", f"{base}_info")]
    if "add" in resource.methods:
        found += [("POST", "can_add", base), ("POST", "can_add", f"{base}bulk")]
    if "edit" in resource.methods:
        found += [("PUT", "can_edit", f"{base}{key}"), ("PATCH", "can_edit", f"{base}{key}")]
    if "delete" in resource.methods:
        found.append(("DELETE", "can_delete", f"{base}{key}"))
    return found


def _screen_addresses(resource: Resource, key: str) -> list[tuple[str, str]]:
    base = f"/{resource.name}"
    found = [("can_read", f"{base}/list/"), ("can_read", f"{base}/show/{key}"), ("can_export", f"{base}/download")]
    if "add" in resource.methods:
        found.append(("can_add", f"{base}/add"))
    return found + [(f"can_{one}", f"{base}/{one}/{key}") for one in ("edit", "delete") if one in resource.methods]
