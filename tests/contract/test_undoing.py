"""What somebody has just changed or deleted is taken back with one click, by the same rules as any change."""

from typing import Any

import pytest

from app.core.fields import Kind
from app.core.resource import Resource, registry
from tests.contract.applying import offers, plain_text, resources_with
from tests.contract.callers import Caller, by_cookie
from tests.contract.test_cells import path_of, text_cell
from tests.contract.test_screens import _typed
from tests.isolation.cast import Cast

KEPT_APART = ("version", "changed_on", "changed_by", "changed_by_fk", "created_on")


def may_come_back(resource: Resource) -> bool:
    return {"add", "delete", "edit"} <= resource.methods and not resource.voids and not resource.is_numbered


def stays(resource: Resource) -> bool:
    return "delete" in resource.methods and not may_come_back(resource)


def read(rest: Caller, resource: Resource, key: str) -> Any:
    return rest.get(f"/api/v1/{resource.name}/{key}")


def told(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in KEPT_APART}


def made(cast: Cast, resource: Resource, **values: Any) -> dict[str, Any]:
    """A row of its own, without secrets: those can't come back."""
    cast.harbor.factory.renew_parents()
    secrets = dict.fromkeys((one.key for one in resource.secrets.values()), None)
    return cast.harbor.factory.make(resource, full=True, **secrets, **values)


@resources_with(may_come_back)
def test_a_deleted_row_comes_back_under_its_id_with_all_that_was_in_it(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    row = made(cast, resource)
    before = read(rest, resource, row["id"]).json["result"]
    question = browser.get(f"/{resource.name}/delete/{row['id']}").text
    gone = browser.post(f"/{resource.name}/delete/{row['id']}")
    assert gone.status_code == 302
    assert read(rest, resource, row["id"]).status_code == 404, browser.get("/").text[:2000]
    undo = f"/{resource.name}/undo/{gone.headers['X-Request-ID']}"
    assert "take it back with Undo" in question and undo in browser.get("/").text
    assert browser.post(undo).status_code == 302
    back = read(rest, resource, row["id"])
    assert back.status_code == 200, browser.get("/").text
    assert told(back.json["result"]) == told(before)
    assert browser.post(undo).status_code == 404  # once more: it is there already, so nothing is done
    assert told(read(rest, resource, row["id"]).json["result"]) == told(before)
    browser.forget_messages()


@resources_with(stays)
def test_what_cannot_come_back_says_so_and_offers_no_undo(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    row = cast.harbor.own[resource.name]
    question = browser.get(f"/{resource.name}/delete/{row['id']}").text
    assert "take it back with Undo" not in question
    browser.forget_messages()


@resources_with(text_cell, offers("add"))
def test_a_changed_cell_is_set_back_unless_somebody_has_changed_it_since(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    one = text_cell(resource)
    row = made(cast, resource)
    before = read(rest, resource, row["id"]).json["result"][one.key]
    saved = browser.post(path_of(resource, row, one.name), data={one.key: f"{before or ''}"[:10] + "b"})
    if saved.status_code != 200:
        return  # a rule of the domain has its own idea of this text
    undo = saved.headers["X-Undo"]
    assert undo == f"/{resource.name}/undo/{saved.headers['X-Request-ID']}"
    assert browser.post(undo).status_code == 302
    assert read(rest, resource, row["id"]).json["result"][one.key] == before
    again = browser.post(path_of(resource, row, one.name), data={one.key: f"{before or ''}"[:10] + "c"})
    later = browser.post(path_of(resource, row, one.name), data={one.key: f"{before or ''}"[:10] + "d"})
    assert (again.status_code, later.status_code) == (200, 200)
    now = read(rest, resource, row["id"]).json["result"][one.key]
    browser.forget_messages()
    assert browser.post(again.headers["X-Undo"]).status_code == 302
    assert "Somebody has changed it since" in browser.get("/").text
    assert read(rest, resource, row["id"]).json["result"][one.key] == now


@resources_with(offers("add", "edit"), plain_text)
def test_a_saved_form_is_set_back(resource: Resource, cast: Cast, browser: Caller, rest: Caller) -> None:
    key, row = plain_text(resource), made(cast, resource)
    before = read(rest, resource, row["id"]).json["result"]
    same = {one.key: row.get(one.key) for one in resource.form_fields if one.kind is not Kind.SECRET}
    sent = _typed(same | {key: "Mine"}) | {"version": row["version"]}
    saved = browser.post(f"/{resource.name}/edit/{row['id']}", data=sent)
    assert saved.status_code == 302, saved.text[-3000:]
    undo = f"/{resource.name}/undo/{saved.headers['X-Request-ID']}"
    assert undo in browser.get("/").text
    assert browser.post(undo).status_code == 302
    assert "One record is as it was" in browser.get("/").text
    now = read(rest, resource, row["id"]).json["result"]
    assert told(now) == told(before)


def test_a_form_that_changed_nothing_offers_no_undo(cast: Cast, browser: Caller) -> None:
    resource = registry["Contacts"]
    row = made(cast, resource)
    sent = _typed({one.key: row.get(one.key) for one in resource.form_fields}) | {"version": row["version"]}
    saved = browser.post(f"/contacts/edit/{row['id']}", data=sent)
    assert saved.status_code == 302
    page = browser.get("/").text
    assert "was saved" in page and f"/undo/{saved.headers['X-Request-ID']}" not in page


def test_several_deleted_rows_come_back_together(cast: Cast, browser: Caller, rest: Caller) -> None:
    resource = registry["Contacts"]
    rows = [made(cast, resource) for _turn in range(2)]
    keys = [row["id"] for row in rows]
    sent = {"verb": "delete", "ids": keys, "confirmed": "1"}
    done = browser.post("/contacts/selected", data=sent)
    assert [read(rest, resource, key).status_code for key in keys] == [404, 404]
    assert browser.post(f"/contacts/undo/{done.headers['X-Request-ID']}").status_code == 302
    assert [read(rest, resource, key).status_code for key in keys] == [200, 200]
    browser.forget_messages()


def test_a_row_with_a_secret_does_not_come_back(cast: Cast, browser: Caller, rest: Caller) -> None:
    resource = next(one for one in registry.values() if one.secrets and may_come_back(one))
    secret = next(iter(resource.secrets.values()))
    assert secret.kind is Kind.SECRET
    cast.harbor.factory.renew_parents()
    row = cast.harbor.factory.make(resource, **{secret.key: "S12345"})
    assert "This can" in browser.get(f"/{resource.name}/delete/{row['id']}").text
    gone = browser.post(f"/{resource.name}/delete/{row['id']}")
    assert f"/{resource.name}/undo/" not in browser.get("/").text and gone.status_code == 302


@pytest.mark.parametrize("name", ["Scheduler", "Auditor", "Caregiver"])
def test_nobody_takes_back_a_deletion_of_somebody_else(cast: Cast, browser: Caller, rest: Caller, name: str) -> None:
    row = made(cast, registry["Contacts"])
    gone = browser.post(f"/contacts/delete/{row['id']}")
    other = by_cookie(cast.application, cast.harbor.people[name])
    assert other.post(f"/contacts/undo/{gone.headers['X-Request-ID']}").status_code in (403, 404)
    assert read(rest, registry["Contacts"], row["id"]).status_code == 404
    browser.forget_messages()
