"""Many rows of every declared list at once: all or none, each checked like one, and a field's change taken back."""

import csv
import io
from typing import Any

import pytest

from app.core.bulk_verbs import MOST_SELECTED
from app.core.fields import Kind
from app.core.resource import Resource
from tests.contract.applying import offers, resources_with
from tests.contract.callers import Caller, by_cookie
from tests.contract.test_lists import cells_of
from tests.isolation.cast import Cast, unchanged


def switch(resource: Resource) -> Any:
    """A yes or no that can be set for many rows."""
    return next((one for one in resource.bulk_fields if one.kind is Kind.BOOLEAN), None)


def chosen(resource: Resource, browser: Caller, **sent: Any) -> Any:
    return browser.post(f"/{resource.name}/selected", data=sent)


def lines(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text[-1500:]
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def two_rows(resource: Resource, cast: Cast) -> list[str]:
    made = []
    for _number in range(2):
        cast.harbor.factory.renew_parents()
        made.append(str(cast.harbor.factory.make(resource)["id"]))
    return made


def read(rest: Caller, resource: Resource, key: str) -> Any:
    return rest.get(f"/api/v1/{resource.name}/{key}")


def test_ticked_rows_are_exported_and_no_others(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    header, *found = lines(chosen(resource, browser, verb="csv", ids=str(record["id"])))
    assert header == [one.label for one in resource.table_fields] and len(found) == 1
    book = chosen(resource, browser, verb="xlsx", ids=str(record["id"]))
    assert len(cells_of(book.get_data())) == 2
    assert len(lines(chosen(resource, browser, verb="csv"))) == 1, "nothing ticked, nothing exported"


def test_all_that_match_are_exported(resource: Resource, browser: Caller, rest: Caller, record: dict[str, Any]) -> None:
    count = rest.get(f"/api/v1/{resource.name}/?page_size=1").json["count"]
    assert count <= MOST_SELECTED
    assert len(lines(chosen(resource, browser, verb="csv", all="1"))) == 1 + count


def test_another_agencys_rows_are_not_among_the_selected(resource: Resource, cast: Cast, browser: Caller) -> None:
    theirs = str(cast.summit.own[resource.name]["id"])
    with unchanged(cast.summit):
        assert len(lines(chosen(resource, browser, verb="csv", ids=theirs))) == 1
        for verb in ("set", "delete", *(f"do-{name}" for name in resource.actions)):
            assert chosen(resource, browser, verb=verb, ids=theirs, confirmed="1").status_code in (302, 403)
    browser.forget_messages()


def test_without_permission_nothing_is_done_with_many_rows(
    resource: Resource, cast: Cast, record: dict[str, Any]
) -> None:
    auditor = by_cookie(cast.application, cast.harbor.people["Auditor"])
    for verb in ("set", "delete", "nothing", *(f"do-{name}" for name in resource.actions)):
        answer = chosen(resource, auditor, verb=verb, ids=str(record["id"]), confirmed="1")
        assert answer.status_code == 403, verb
    assert len(lines(chosen(resource, auditor, verb="csv", ids=str(record["id"])))) == 2


@resources_with(offers("add", "delete"))
def test_many_rows_are_removed_after_the_question(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    keys = two_rows(resource, cast)
    question = chosen(resource, browser, verb="delete", ids=keys)
    assert question.status_code == 200 and "2 records" in question.text
    assert [read(rest, resource, key).status_code for key in keys] == [200, 200]
    assert chosen(resource, browser, verb="delete", ids=keys, confirmed="1").status_code == 302
    gone = {str(one) for one in rest.get(f"/api/v1/{resource.name}/?page_size=200").json["ids"]}
    assert not gone & set(keys)
    browser.forget_messages()


@resources_with(offers("add", "delete"))
def test_one_row_that_somebody_changed_keeps_all_of_them(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    keys = two_rows(resource, cast)
    versions = [read(rest, resource, key).json["result"].get("version") for key in keys]
    if versions[1] is None:
        return  # such a row is made and removed, never changed
    seen = [f"{keys[0]}.{versions[0]}", f"{keys[1]}.{versions[1] + 7}"]
    answer = chosen(resource, browser, verb="delete", ids=seen, confirmed="1")
    assert answer.status_code == 200
    assert "Nothing was changed: one record can" in answer.text and "Somebody else saved this record" in answer.text
    assert "Leave it out and go on with the other 1" in answer.text and f'value="{keys[0]}.' in answer.text
    assert f'value="{keys[1]}' not in answer.text
    assert [read(rest, resource, key).status_code for key in keys] == [200, 200]


@resources_with(switch, offers("add", "edit"))
def test_a_field_is_changed_in_many_rows_and_set_back(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    one, keys = switch(resource), two_rows(resource, cast)
    before = [read(rest, resource, key).json["result"][one.key] for key in keys]
    ask = chosen(resource, browser, verb="set", ids=keys)
    assert ask.status_code == 200 and 'name="field"' in ask.text
    ask = chosen(resource, browser, verb="set", ids=keys, field=one.name)
    assert f'name="{one.key}"' in ask.text
    sent = {one.key: "y"} if not before[0] else {}
    done = browser.post(
        f"/{resource.name}/selected",
        data={"verb": "set", "ids": keys, "field": one.name, "confirmed": "1", **sent},
        headers={"X-Request-ID": f"bulk-{resource.name}-1"[:64]},
    )
    if done.status_code == 200:
        assert "Nothing was changed" in done.text  # a rule of the domain, which the page names
        assert [read(rest, resource, key).json["result"][one.key] for key in keys] == before
        return
    assert done.status_code == 302
    assert [read(rest, resource, key).json["result"][one.key] for key in keys] == [not before[0]] * 2
    undo = f"/{resource.name}/undo/{done.headers['X-Request-ID']}"
    assert undo in browser.get(f"/{resource.name}/list/").text
    if before[0] == before[1]:
        assert browser.post(undo).status_code == 302
        assert [read(rest, resource, key).json["result"][one.key] for key in keys] == before
        assert browser.post(undo).status_code == 302  # once more: the rows have changed since, so nothing is done
        assert [read(rest, resource, key).json["result"][one.key] for key in keys] == before
    browser.forget_messages()


def test_nobody_takes_back_what_somebody_else_did(cast: Cast, browser: Caller) -> None:
    other = by_cookie(cast.application, cast.harbor.people["Scheduler"])
    client = cast.harbor.own["clients"]
    sent = {"verb": "set", "ids": client["id"], "field": "fall_risk", "fall_risk": "high", "confirmed": "1"}
    done = browser.post("/clients/selected", data=sent)
    assert done.status_code == 302
    assert other.post(f"/clients/undo/{done.headers['X-Request-ID']}").status_code == 404
    browser.forget_messages()


@pytest.mark.parametrize("field", ["", "ssn", "last_name", "no_such"])
def test_only_what_records_have_in_common_can_be_set_for_many(cast: Cast, browser: Caller, field: str) -> None:
    client = cast.harbor.own["clients"]
    sent = {"verb": "set", "ids": client["id"], "field": field, field or "x": "Same", "confirmed": "1"}
    answer = browser.post("/clients/selected", data=sent)
    assert answer.status_code == 200 and "Choose the field to change." in answer.text


def test_more_than_can_be_changed_at_once_is_refused(cast: Cast, browser: Caller) -> None:
    key = str(cast.harbor.own["clients"]["id"])
    ids = [key[:-4] + f"{number:04x}" for number in range(MOST_SELECTED + 1)]
    answer = browser.post("/clients/selected", data={"verb": "csv", "ids": ids})
    assert answer.status_code == 422 and f"At most {MOST_SELECTED}" in answer.text
