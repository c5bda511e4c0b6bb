"""A record's page and form beyond its fields: parts as tabs, changes, adding in place, one row after the other."""

import re
from html import unescape
from typing import Any

from app.core.forms import can_add_in_place
from app.core.in_place import needed
from app.core.resource import Resource, registry
from app.core.tabs import added_lists, added_names
from tests.contract.applying import offers, plain_text, resources_with
from tests.contract.callers import Caller, by_cookie
from tests.contract.test_screens import Page, _typed, opened
from tests.isolation.cast import Cast


def has_parts(resource: Resource) -> bool:
    return bool(resource.related)


def is_plain_form(resource: Resource) -> bool:
    return "add" in resource.methods and resource.view is None and not resource.shown_once


def test_every_part_of_a_record_opens(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    address = f"/{resource.name}/show/{record['id']}"
    parts = [link for link in opened(browser, address).links if link.startswith(f"{address}?tab=")]
    assert f"{address}?tab=changes" in parts
    for part in (*parts, f"{address}?tab=all"):
        assert opened(browser, part).texts["h1"][0]
    assert browser.get(f"{address}?tab=nothing").status_code == 404


@resources_with(has_parts)
def test_a_part_shows_the_rows_that_belong_to_the_record_and_its_figure(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    for child in resource.children:
        record = rest.get(f"/api/v1/{child.name}/{cast.harbor.own[child.name]['id']}").json["result"]
        column = child.parent_key(resource)
        assert column in child.filter_fields, f"{child.permission} can't be read by its {column}"
        address = f"/{resource.name}/show/{record[column]}?tab={child.name}"
        answer = browser.get(address)
        assert f"/{child.name}/show/{record['id']}" in Page(answer).links
        badge = re.search(rf'id="tab-{child.name}".*?class="badge">(\d+)', answer.text)
        assert badge and int(badge[1]) >= 1


@resources_with(has_parts)
def test_the_changes_tell_of_the_record_and_of_what_belongs_to_it(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    for child in resource.children:
        record = rest.get(f"/api/v1/{child.name}/{cast.harbor.own[child.name]['id']}").json["result"]
        address = f"/{resource.name}/show/{record[child.parent_key(resource)]}?tab=changes"
        if child.read_only:
            assert f"kind={child.name}" not in browser.get(address).text
            continue
        told = opened(browser, f"{address}&kind={child.name}").links
        assert f"/{child.name}/show/{record['id']}" in told
        assert f"/{child.name}/show/{record['id']}" not in _changes(browser.get(f"{address}&kind=itself").text)


def test_the_changes_leave_out_what_its_reader_may_not_read(cast: Cast) -> None:
    client = cast.harbor.own["clients"]["id"]
    page = f"/clients/show/{client}?tab=changes"
    assert "kind=coverages" in by_cookie(cast.application, cast.harbor.people["Administrator"]).get(page).text
    caregiver = by_cookie(cast.application, cast.harbor.people["Caregiver"]).get(page)
    assert caregiver.status_code == 200 and "kind=coverages" not in caregiver.text
    for place in ("coverages", "changes&kind=coverages"):
        answer = by_cookie(cast.application, cast.harbor.people["Caregiver"]).get(f"/clients/show/{client}?tab={place}")
        assert "/coverages/show/" not in _changes(answer.text)
    theirs = cast.summit.own["clients"]["id"]
    assert (
        by_cookie(cast.application, cast.harbor.people["Administrator"])
        .get(f"/clients/show/{theirs}?tab=changes")
        .status_code
        == 404
    )


def test_the_changes_go_on_where_its_page_ended(cast: Cast, browser: Caller, rest: Caller) -> None:
    client = cast.harbor.factory.make(registry["Clients"])
    for number in range(35):
        rest.call("PATCH", f"/api/v1/clients/{client['id']}", json={"diet": f"Diet {number}"})
    first = browser.get(f"/clients/show/{client['id']}?tab=changes").text
    assert "Diet 34" in first and ">Diet 2<" not in first
    older = re.search(r'href="(\?|[^"]*)(/clients/show/[^"]*before=[^"]*)"', first)
    assert older
    second = browser.get(unescape(older[2])).text
    assert ">Diet 2<" in second and ">Diet 34<" not in second
    assert browser.get(f"/clients/show/{client['id']}?tab=changes&before=soon").status_code == 422


@resources_with(is_plain_form)
def test_a_row_is_added_in_place_with_what_it_must_have(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    path = f"/{resource.name}/add?in_place=1"
    piece = browser.get(path)
    assert "<html" not in piece.text
    asked = {resource.fields[name].key for name in needed(resource)}
    assert asked <= set(Page(piece).inputs)
    refused = browser.post(path, data={"asked": sorted(asked)})
    if any(one.required for one in resource.form_fields):
        assert refused.status_code == 422 and 'class="error"' in refused.text
    cast.harbor.factory.renew_parents()
    values = cast.harbor.factory.accepted(resource)
    sent = {**_typed(values), "asked": sorted({*asked, *values})}
    made = browser.post(path, data=sent)
    assert made.status_code == 201, made.text
    assert rest.get(f"/api/v1/{resource.name}/{made.json['id']}").status_code == 200 and made.json["label"]


def test_what_the_piece_leaves_out_keeps_its_default(browser: Caller, rest: Caller) -> None:
    """An unticked box that was never shown is not a no."""
    made = browser.post("/branches/add?in_place=1", data={"asked": ["name", "code"], "name": "Annex", "code": "ANX"})
    assert made.status_code == 201, made.text
    assert rest.get(f"/api/v1/branches/{made.json['id']}").json["result"]["is_active"] is True


def test_only_who_may_add_is_offered_to_add_in_place(cast: Cast) -> None:
    for role, offered in (("Administrator", True), ("Scheduler", False)):
        page = by_cookie(cast.application, cast.harbor.people[role]).get("/clients/add")
        assert page.status_code == 200
        assert ("/branches/add?in_place=1" in page.text) is offered
    refused = by_cookie(cast.application, cast.harbor.people["Scheduler"]).get("/branches/add?in_place=1")
    assert refused.status_code in (302, 403)


def test_a_resource_with_a_form_of_its_own_is_not_added_in_place(cast: Cast) -> None:
    with cast.application.test_request_context():
        special = [one for one in registry.values() if one.view is not None or one.shown_once]
        fields = [field for one in registry.values() for field in one.form_fields if field.target is not None]
        models = {one.model for one in special}
        assert special
        assert all(can_add_in_place(field) is None for field in fields if field.target in models)


@resources_with(offers("add", "edit"), plain_text)
def test_of_each_field_the_chosen_version_is_saved(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    key = plain_text(resource)
    row = cast.harbor.factory.make(resource, full=True)
    address = f"/api/v1/{resource.name}/{row['id']}"
    assert rest.call("PATCH", address, json={key: "Theirs"}).status_code == 200
    values = {one.key: row.get(one.key) for one in resource.form_fields if one.kind != "secret"}
    sent = _typed(values | {key: "Mine"}) | {"version": row["version"]}
    conflict = browser.post(f"/{resource.name}/edit/{row['id']}", data=sent)
    shown = Page(conflict)
    version = re.search(r'name="version" value="(\d+)"', conflict.text)
    assert version and f"choose.{key}" in shown.inputs
    again = sent | {"version": version[1], "resolve": "chosen", f"choose.{key}": "theirs"}
    assert browser.post(f"/{resource.name}/edit/{row['id']}", data=again).status_code == 302
    assert rest.get(address).json["result"][key] == "Theirs"


def test_what_only_the_other_one_changed_is_theirs_beforehand(cast: Cast, browser: Caller, rest: Caller) -> None:
    branch = cast.harbor.factory.make(registry["Branches"], full=True)
    address = f"/branches/edit/{branch['id']}"
    rest.call("PATCH", f"/api/v1/branches/{branch['id']}", json={"city": "Theirs"})
    typed = _typed({one.key: branch.get(one.key) for one in registry["Branches"].form_fields})
    text = browser.post(address, data=typed | {"name": "Mine", "version": branch["version"]}).text
    assert re.search(r'name="choose.city" value="theirs"[^>]* checked', text)
    assert re.search(r'name="choose.name" value="mine"[^>]* checked', text)


def test_a_form_opened_from_a_list_goes_on_to_the_next_row(cast: Cast, browser: Caller) -> None:
    for _number in range(3):
        cast.harbor.factory.make(registry["Branches"])
    listed = "/branches/list/?order=name&page_size=2"
    keys = re.findall(r'href="/branches/edit/([0-9a-f-]+)"', browser.get(listed).text)
    came_from = {"headers": {"Referer": f"http://{cast.harbor.host}{listed}"}}
    last_of_page = browser.call("GET", f"/branches/edit/{keys[1]}", **came_from)
    form = Page(last_of_page).inputs
    following = form["next"]
    assert following not in keys, "the list's next page is asked for"
    sent = {name: value for name, value in form.items() if value} | {"after": "next", "name": "Renamed", "code": "RNM"}
    answer = browser.post(f"/branches/edit/{keys[1]}", data=sent)
    assert answer.status_code == 302, answer.text[-2000:]
    assert answer.headers["Location"].startswith(f"/branches/edit/{following}?list=")
    assert "next" not in Page(browser.get(f"/branches/edit/{keys[0]}")).inputs


def test_a_deletion_names_what_refers_to_the_record(cast: Cast, browser: Caller) -> None:
    branch = cast.harbor.own["clients"]["branch_id"]
    asked = browser.get(f"/branches/delete/{branch}").text
    assert re.search(r"Clients: \d+ records? still name", asked)
    assert 'class="button is-danger"' not in asked
    free = cast.harbor.factory.make(registry["Branches"])
    assert 'class="button is-danger"' in browser.get(f"/branches/delete/{free['id']}").text


def test_what_is_added_to_a_page_is_added_to_one_that_exists() -> None:
    names = {one.name for one in registry.values()}
    for name in added_names():
        assert name in registry
        assert {child for child, _label, _place in added_lists(registry[name])} <= names


def _changes(text: str) -> str:
    """The part of a page that tells of changes; its header may name related records too."""
    return text.partition('class="changes-page"')[2]
