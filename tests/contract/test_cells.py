"""Simple cells of every declared list are changed where they stand, by the same rules as in the form."""

from typing import Any

from app.core.fields import Kind
from app.core.person_names import joined
from app.core.resource import SIMPLE, Resource
from tests.contract.applying import offers, resources_with
from tests.contract.callers import Caller, by_cookie
from tests.contract.test_screens import Page
from tests.isolation.cast import Cast


def has_cells(resource: Resource) -> bool:
    return bool(resource.cells)


def text_cell(resource: Resource) -> Any:
    return next((one for one in resource.cells if one.kind is Kind.TEXT and one.max_length), None)


def path_of(resource: Resource, row: dict[str, Any], name: str) -> str:
    return f"/{resource.name}/{row['id']}/cell/{name}"


@resources_with(has_cells)
def test_every_simple_column_of_the_form_says_in_the_heading_that_it_can_be_changed(
    resource: Resource, browser: Caller, record: dict[str, Any]
) -> None:
    text = browser.get(f"/{resource.name}/list/").text
    for one in joined(resource.table_fields):
        expected = one.kind in SIMPLE and one.name in resource.form_names
        assert (f'data-cell="{one.name}"' in text) is expected, one.name


@resources_with(has_cells)
def test_a_cell_is_asked_for_with_its_value_and_version_and_saved_as_it_stands(
    resource: Resource, browser: Caller, rest: Caller, record: dict[str, Any]
) -> None:
    for one in resource.cells:
        path = path_of(resource, record, one.name)
        form = Page(browser.get(path))
        newest = rest.get(f"/api/v1/{resource.name}/{record['id']}").json["result"]
        assert form.inputs["version"] == str(newest["version"])
        assert one.key in form.inputs
        value = newest.get(one.key)
        sent = {} if value in (None, False) else {one.key: "y" if value is True else str(value)}
        answer = browser.post(path, data={one.key: "", **sent} if one.kind is not Kind.BOOLEAN else sent)
        assert answer.status_code == 200, f"{one.name}: {answer.text[:600]}"
        row = Page(answer)
        assert f"/{resource.name}/show/{record['id']}" in row.links
        assert len(row.texts["td"]) == len(joined(resource.table_fields)) + 1


@resources_with(text_cell)
def test_a_refused_cell_keeps_what_was_typed_beside_the_sentence(
    resource: Resource, browser: Caller, rest: Caller, record: dict[str, Any]
) -> None:
    one = text_cell(resource)
    before = rest.get(f"/api/v1/{resource.name}/{record['id']}").json["result"]
    typed = "x" * (one.max_length + 1)
    answer = browser.post(path_of(resource, record, one.name), data={one.key: typed})
    assert answer.status_code == 422
    assert Page(answer).inputs[one.key] == typed
    assert f"{one.label} can have at most {one.max_length} characters" in answer.text
    assert rest.get(f"/api/v1/{resource.name}/{record['id']}").json["result"] == before


@resources_with(text_cell, offers("add"))
def test_the_second_of_two_people_is_told_what_the_first_saved(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    one = text_cell(resource)
    cast.harbor.factory.renew_parents()
    row = cast.harbor.factory.make(resource)
    first = Page(browser.get(path_of(resource, row, one.name))).inputs
    known = rest.get(f"/api/v1/{resource.name}/{row['id']}").json["result"]
    bumped = browser.post(path_of(resource, row, one.name), data={one.key: f"{known[one.key] or ''}"[:10] + "b"})
    if bumped.status_code != 200:
        return  # a rule of the domain has its own idea of this text
    answer = browser.post(path_of(resource, row, one.name), data={one.key: "Mine", "version": first["version"]})
    assert answer.status_code == 412
    assert "Somebody else saved this record" in answer.text and "It is now" in answer.text
    again = Page(answer).inputs
    assert again[one.key] == "Mine" and again["version"] != first["version"]


@resources_with(has_cells)
def test_without_the_permission_a_list_has_no_cells_to_change(
    resource: Resource, cast: Cast, record: dict[str, Any]
) -> None:
    auditor = by_cookie(cast.application, cast.harbor.people["Auditor"])
    assert 'data-cell="' not in auditor.get(f"/{resource.name}/list/").text
    path = path_of(resource, record, resource.cells[0].name)
    assert auditor.get(path).status_code == 403
    assert auditor.post(path, data={resource.cells[0].key: "x"}).status_code == 403


@resources_with(offers("edit"))
def test_what_is_no_simple_cell_is_not_there(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    for name in ("id", "organization_id", "version", "no_such", *resource.secrets):
        assert browser.get(path_of(resource, record, name)).status_code == 404
        assert browser.post(path_of(resource, record, name), data={name: "x"}).status_code == 404
