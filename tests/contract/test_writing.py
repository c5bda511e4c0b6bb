"""Rows of every declared resource are made, changed and removed through REST, once, on purpose and on the record."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from app.core.fields import Kind
from app.core.resource import Resource
from app.core.sheets import EXPORT_ROWS
from app.core.writing import FIXED
from config import settings
from migrations.protection import UNAUDITED
from tests.contract.applying import offers, plain_text, resources_with, secrets
from tests.contract.callers import Caller, by_token
from tests.contract.factory import FORMATS
from tests.contract.openapi import check_answer
from tests.isolation.cast import Cast
from tests.isolation.roles import connected, enter, rows

Event = tuple[Any, ...]


def path(resource: Resource, rest: str = "") -> str:
    return f"/api/v1/{resource.name}/{rest}"


@pytest.fixture
def row(resource: Resource, cast: Cast) -> dict[str, Any]:
    """A row of the test's own."""
    cast.harbor.factory.renew_parents()
    made: dict[str, Any] = cast.harbor.factory.make(resource)
    return made


@pytest.fixture
def values(resource: Resource, cast: Cast) -> dict[str, Any]:
    """Values that would make a row."""
    cast.harbor.factory.renew_parents()
    found: dict[str, Any] = cast.harbor.factory.accepted(resource)
    return found


@pytest.fixture
def audited(cast: Cast, resource: Resource) -> Iterator[Any]:
    """Answers the events of the resource's table since the test began: (action, id, actor, changes, clients)."""

    def events() -> list[Event]:
        with connected(settings().database_url) as cursor:
            enter(cursor, cast.harbor.id)
            query = "SELECT action, subject_id, actor_id, changes, client_ids::text[] FROM audit_events"
            return rows(cursor, f"{query} WHERE subject = %s AND id > %s ORDER BY id", table, newest)

    table = resource.model.__tablename__
    with connected(settings().database_url) as cursor:
        enter(cursor, cast.harbor.id)
        newest = rows(cursor, "SELECT coalesce(max(id), 0) FROM audit_events")[0][0]
    yield events


@resources_with(offers("add"))
def test_a_row_is_made_and_answered_as_it_will_be_read(
    resource: Resource, rest: Caller, values: dict[str, Any]
) -> None:
    answer = rest.post(path(resource), json=values)
    assert answer.status_code == 201, answer.json
    check_answer(path(resource), "post", answer)
    assert answer.headers["Location"].endswith(path(resource, answer.json["id"]))
    told = dict(answer.json)
    assert all(told.pop(name) for name in resource.shown_once.split())
    assert rest.get(path(resource, told["id"])).json == told


@resources_with(offers("add", "edit"), plain_text)
def test_a_row_is_changed_by_what_is_sent_and_nothing_else(
    resource: Resource, rest: Caller, row: dict[str, Any]
) -> None:
    key = plain_text(resource)
    for method in ("PATCH", "PUT"):
        answer = rest.call(method, path(resource, row["id"]), json={key: f"By {method}"})
        assert answer.status_code == 200, answer.json
        check_answer(path(resource, "{pk}"), method.lower(), answer)
    after = rest.get(path(resource, row["id"])).json["result"]
    moving = {"version", "changed_on", key}
    assert after[key] == "By PUT"
    assert {name: value for name, value in after.items() if name not in moving} == {
        name: value for name, value in row.items() if name not in moving
    }


@resources_with(offers("add", "edit"))
def test_a_row_sent_back_as_it_was_read_is_not_written_again(
    resource: Resource, rest: Caller, row: dict[str, Any]
) -> None:
    writable = {one.key for one in resource.form_fields if one.kind is not Kind.SECRET} | FIXED
    sent = {name: value for name, value in row.items() if name in writable}
    answer = rest.call("PUT", path(resource, row["id"]), json=sent)
    assert answer.status_code == 200, answer.json
    assert answer.json["result"]["version"] == row["version"]


@resources_with(offers("add", "delete"))
def test_a_row_is_removed_once(resource: Resource, rest: Caller, row: dict[str, Any]) -> None:
    answer = rest.call("DELETE", path(resource, row["id"]))
    assert answer.status_code == 200, answer.json
    check_answer(path(resource, "{pk}"), "delete", answer)
    for method in ("GET", "DELETE"):
        gone = rest.call(method, path(resource, row["id"]))
        assert gone.status_code == 404
        check_answer(path(resource, "{pk}"), method.lower(), gone)


def test_what_a_resource_does_not_offer_is_refused(resource: Resource, rest: Caller, cast: Cast) -> None:
    own = cast.harbor.own.get(resource.name, {}).get("id", str(uuid4()))
    asked = {
        "add": ("POST", path(resource)),
        "edit": ("PUT", path(resource, own)),
        "delete": ("DELETE", path(resource, own)),
    }
    rules = {(verb, rule.rule) for rule in cast.application.url_map.iter_rules() for verb in rule.methods}
    for method, (verb, address) in asked.items():
        if method not in resource.methods and (verb, address) not in rules:  # files are added by an API of their own
            assert rest.call(verb, address, json={}).status_code in (404, 405), method


@resources_with(offers("add"))
def test_nobody_sets_what_the_system_keeps(
    resource: Resource, rest: Caller, cast: Cast, values: dict[str, Any]
) -> None:
    key, columns = str(uuid4()), resource.model.__table__.c
    forced = {"id": key, "organization_id": str(cast.summit.id), "version": 77, "created_by_fk": 1}
    made = rest.post(path(resource), json={**values, **forced})
    assert made.status_code in (201, 422), made.json
    if made.status_code == 422:
        assert set(made.json["errors"]) <= set(forced)
        return
    kept = [name for name in ("organization_id", "version", "created_by_fk") if name in columns]
    with connected(settings().database_url) as cursor:
        enter(cursor, cast.harbor.id)
        query = f"SELECT {', '.join(kept)} FROM {resource.model.__tablename__} WHERE id = %s"
        found = dict(zip(kept, rows(cursor, query, made.json["id"])[0], strict=True))
    actor = cast.harbor.people["Administrator"].user_id
    assert made.json["id"] != key and str(found["organization_id"]) == str(cast.harbor.id)
    assert found.get("version", 1) == 1 and found.get("created_by_fk", actor) == actor


@resources_with(offers("add"))
def test_an_unknown_field_is_refused_by_name(resource: Resource, rest: Caller, values: dict[str, Any]) -> None:
    known = {word for one in resource.fields.values() for word in (one.name, one.key)}
    for name in {"role", "roles", "is_admin", "nothing_like_this"} - known:
        answer = rest.post(path(resource), json={**values, name: "x"})
        assert answer.status_code == 422 and name in answer.json["errors"], answer.json


@resources_with(offers("add"))
def test_every_missing_field_is_named_at_once(resource: Resource, rest: Caller) -> None:
    answer = rest.post(path(resource), json={})
    assert answer.status_code == 422
    check_answer(path(resource), "post", answer)
    assert {one.key for one in resource.form_fields if one.required} <= set(answer.json["errors"])


@pytest.mark.parametrize("wrong", [None, [], "text", 5, {"nested": {"deep": [1]}}, True, "\x00", "x" * 100_000, 1e400])
@resources_with(offers("add", "edit"))
def test_a_value_of_the_wrong_kind_is_a_sentence_and_never_an_error(
    resource: Resource, rest: Caller, row: dict[str, Any], wrong: Any
) -> None:
    for one in resource.form_fields:
        if wrong is True and one.kind is Kind.BOOLEAN:
            continue  # there it is right, and an own field that has become required refuses every later row
        answer = rest.call("PUT", path(resource, row["id"]), data=_json({one.key: wrong}))
        assert answer.status_code in (200, 409, 422), f"{one.key}={wrong!r:.20}: {answer.status_code}"
        if answer.status_code != 200:
            assert answer.json["message"] and answer.json["request_id"]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'"text"', b"\xff\xfe", b'{"a": NaN}', b"x" * 1000])
@resources_with(offers("add"))
def test_a_body_that_is_no_object_is_refused(resource: Resource, rest: Caller, body: bytes) -> None:
    answer = rest.post(path(resource), data=body)
    assert answer.status_code == 422
    check_answer(path(resource), "post", answer)


@resources_with(offers("add"))
def test_many_are_made_together_or_none(resource: Resource, rest: Caller, cast: Cast, values: dict[str, Any]) -> None:
    before = rest.get(path(resource, "?count=exact")).json["count"]
    refused = rest.post(path(resource, "bulk"), json={"items": [values, {}]})
    assert refused.status_code == 422 and any(name.startswith("items.1") for name in refused.json["errors"])
    check_answer(path(resource, "bulk"), "post", refused)
    made = rest.post(path(resource, "bulk"), json={"items": [values]})
    assert made.status_code == 201 and len(made.json["ids"]) == 1, made.json
    assert rest.get(path(resource, "?count=exact")).json["count"] >= before + 1
    for items in ([], "x", [{}] * 201, None):
        assert rest.post(path(resource, "bulk"), json={"items": items}).status_code == 422


@resources_with(offers("add", "edit"), plain_text)
def test_a_stale_change_is_refused_and_a_fresh_one_is_not(
    resource: Resource, rest: Caller, row: dict[str, Any]
) -> None:
    key, address = plain_text(resource), path(resource, row["id"])
    tag = rest.get(address).headers["ETag"]
    first = rest.call("PATCH", address, json={key: "First"}, headers={"If-Match": tag})
    assert first.status_code == 200 and first.headers["ETag"] != tag
    second = rest.call("PATCH", address, json={key: "Second"}, headers={"If-Match": tag})
    assert second.status_code == 412
    check_answer(path(resource, "{pk}"), "patch", second)
    for header in ('"nonsense"', '"-1"', "1' OR 1=1"):
        assert rest.call("PATCH", address, json={key: "Third"}, headers={"If-Match": header}).status_code == 412
    assert rest.get(address).json["result"][key] == "First"
    assert rest.call("PATCH", address, json={key: "Fourth"}, headers={"If-Match": "*"}).status_code == 200


@resources_with(offers("add", "edit", "delete"), plain_text)
def test_a_stale_removal_is_refused_and_removes_nothing(resource: Resource, rest: Caller, row: dict[str, Any]) -> None:
    key, address = plain_text(resource), path(resource, row["id"])
    tag = rest.get(address).headers["ETag"]
    assert rest.call("PATCH", address, json={key: "Changed"}).status_code == 200
    refused = rest.call("DELETE", address, headers={"If-Match": tag})
    assert refused.status_code == 412
    check_answer(path(resource, "{pk}"), "delete", refused)
    assert rest.get(address).status_code == 200


@resources_with(offers("add"))
def test_the_same_request_sent_twice_has_one_effect_and_one_answer(
    resource: Resource, rest: Caller, values: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, second = (rest.post(path(resource), json=values, headers=key) for _time in range(2))
    assert first.status_code == second.status_code == 201
    told = {name: value for name, value in first.json.items() if name not in resource.shown_once.split()}
    assert told == second.json and second.headers["Idempotency-Replayed"] == "true"
    assert [first.headers.get(name) for name in ("Location", "ETag")] == [
        second.headers.get(name) for name in ("Location", "ETag")
    ]
    assert first.headers["Location"]
    other = rest.post(path(resource), json={**values, "note": "another"}, headers=key)
    assert other.status_code == 422 and other.json["code"] == "key_reused"


@resources_with(offers("add"))
def test_two_at_once_with_one_key_have_one_effect(resource: Resource, cast: Cast, values: dict[str, Any]) -> None:
    person, key = cast.harbor.people["Administrator"], {"Idempotency-Key": str(uuid4())}
    rest = by_token(cast.application, person)
    before = rest.get(path(resource, "?count=exact")).json["count"]
    with ThreadPoolExecutor(2) as both:
        callers = [by_token(cast.application, person) for _one in range(2)]
        answers = list(both.map(lambda one: one.post(path(resource), json=values, headers=key), callers))
    statuses = sorted(one.status_code for one in answers)
    assert statuses in ([201, 201], [201, 409]), [one.json for one in answers]
    assert rest.get(path(resource, "?count=exact")).json["count"] == before + 1


@resources_with(offers("add"))
def test_a_key_of_one_person_is_unknown_to_the_next(resource: Resource, cast: Cast, values: dict[str, Any]) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    for person in (cast.harbor.people["Administrator"], cast.summit.people["Administrator"]):
        answer = by_token(cast.application, person).post(path(resource), json=values, headers=key)
        assert "Idempotency-Replayed" not in answer.headers


@resources_with(offers("add"))
def test_every_write_leaves_its_entry(
    resource: Resource, rest: Caller, cast: Cast, values: dict[str, Any], audited: Any
) -> None:
    table, actor = resource.model.__tablename__, cast.harbor.people["Administrator"].user_id
    assert table not in UNAUDITED
    made = rest.post(path(resource), json=values).json
    inserted = [event for event in audited() if event[:2] == ("insert", str(made["id"]))]
    assert len(inserted) == 1 and inserted[0][2] == actor
    _names_client(resource, made["result"], inserted[0])
    key = plain_text(resource)
    if "edit" in resource.methods and key:
        old = made["result"][key]
        assert rest.call("PATCH", path(resource, made["id"]), json={key: "Audited"}).status_code == 200
        (update,) = [event for event in audited() if event[:2] == ("update", str(made["id"]))]
        is_sealed = next(one.is_sealed for one in resource.form_fields if one.key == key)
        name, pair = (f"{key}_encrypted", ["***", "***"]) if is_sealed else (key, [old, "Audited"])
        assert update[2] == actor and update[3][name] == pair
        _names_client(resource, made["result"], update)
    if "delete" in resource.methods:
        assert rest.call("DELETE", path(resource, made["id"])).status_code == 200
        last = [event for event in audited() if event[1] == str(made["id"])][-1]
        assert last[0] in ("delete", "update") and last[2] == actor


@resources_with(offers("add"), secrets)
def test_a_secret_is_named_in_the_entry_and_never_shown(
    resource: Resource, rest: Caller, cast: Cast, audited: Any
) -> None:
    row = cast.harbor.factory.make(resource, full=True)
    (event,) = [event for event in audited() if event[:2] == ("insert", str(row["id"]))]
    for one in secrets(resource):
        assert event[3][one.column.name] == ["***", "***"]
        assert FORMATS.get(one.key, "S0000") not in str(event[3]).replace("-", "")


def test_every_reading_leaves_one_entry_naming_what_was_seen(
    resource: Resource, rest: Caller, browser: Caller, cast: Cast, record: dict[str, Any], audited: Any
) -> None:
    actor = cast.harbor.people["Administrator"].user_id
    ids = rest.get(path(resource, "?page_size=5")).json["ids"]
    (page,) = readings = _readings(audited)
    assert page[2] == actor and _seen(page) == {str(key) for key in ids}
    rest.get(path(resource, record["id"]))
    *_before, one = _readings(audited)
    assert one[1:3] == (str(record["id"]), actor)
    _names_client(resource, record, one)
    browser.get(f"/{resource.name}/list/?page_size=5")
    browser.get(f"/{resource.name}/show/{record['id']}")
    browser.get(f"/{resource.name}/download")
    pages_downloaded = 1 + rest.get(path(resource, "?page_size=1")).json["count"] // EXPORT_ROWS
    assert len(_readings(audited)) == len(readings) + 4 + pages_downloaded


@resources_with(offers("edit"))
def test_a_form_that_shows_a_row_leaves_an_entry(
    resource: Resource, browser: Caller, record: dict[str, Any], audited: Any
) -> None:
    _shows(resource, browser, record, audited, "edit")


@resources_with(offers("delete"))
def test_a_question_that_shows_a_row_leaves_an_entry(
    resource: Resource, browser: Caller, record: dict[str, Any], audited: Any
) -> None:
    _shows(resource, browser, record, audited, "delete")


def _shows(resource: Resource, browser: Caller, record: dict[str, Any], audited: Any, screen: str) -> None:
    before = len(_readings(audited))
    assert browser.get(f"/{resource.name}/{screen}/{record['id']}").status_code == 200
    (event,) = [event for event in _readings(audited)[before:] if event[1] == str(record["id"])]
    _names_client(resource, record, event)


@resources_with(offers("add"))
def test_what_is_refused_leaves_no_entry_of_a_change(
    resource: Resource, rest: Caller, values: dict[str, Any], audited: Any
) -> None:
    before = [event for event in audited() if event[0] != "read"]
    rest.post(path(resource), json={**values, "nothing_like_this": 1})
    rest.post(path(resource, "bulk"), json={"items": [values, {}]})
    assert [event for event in audited() if event[0] != "read"] == before


def _readings(audited: Any) -> list[Event]:
    return [event for event in audited() if event[0] == "read"]


def _seen(event: Event) -> set[str]:
    """The ids that an entry of a reading names: one, a list, or the clients themselves."""
    if event[1] is not None:
        return {event[1]}
    return {str(key) for key in (event[3]["ids"] if event[3] else event[4])}


def _names_client(resource: Resource, record: dict[str, Any], event: Event) -> None:
    if resource.client_columns and resource.client_columns[0] in record:
        clients = [record[name] for name in resource.client_columns if record[name]]
        assert sorted(event[4] or ()) == sorted(clients)


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value).replace("Infinity", "1e400").encode()
