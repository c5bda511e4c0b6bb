"""Every core record can have fields of the agency's own: on its form and page, in its list, filters, files and the API."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.resource import Resource, registry
from app.organizations.field_pages import _resource
from starline.core import db, tenancy
from starline.files.owners import owners
from starline.organizations import custom_fields
from starline.organizations.custom_fields import CustomValue, Subject
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast

CORE = {"clients", "staff_members", "credentials", "visits", "service_plans", "incidents"}


@pytest.fixture(scope="module")
def cast(cast: Cast) -> Cast:
    """Harbor with a remark on each core record, and a number that its nurses alone see."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        for subject in Subject:
            values = {"subject": subject, "label": "Remark", "kind": "text", "is_in_list": True, "section": "Of ours"}
            custom_fields.add_custom_field(values, by=None)
            hidden = {"subject": subject, "label": "Weight", "kind": "number", "role_names": ["Nurse"]}
            custom_fields.add_custom_field(hidden, by=None)
            custom_fields.add_custom_field({"subject": subject, "label": "Paper", "kind": "file"}, by=None)
    return cast


@pytest.fixture(scope="module")
def admin(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture(scope="module")
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture(params=list(Subject), ids=str)
def resource(request: pytest.FixtureRequest) -> Resource:
    return _resource(request.param)


@pytest.fixture
def row_id(cast: Cast, admin: Caller, resource: Resource) -> Iterator[str]:
    """Harbor's record, with its remark."""
    found = str(cast.harbor.own[resource.name]["id"])
    remark(admin, resource, found, "Two steps")
    yield found
    remark(admin, resource, found, None)


def remark(caller: Caller, resource: Resource, row_id: str, text: str | None) -> None:
    answer = caller.call("PATCH", f"/api/v1/{resource.name}/{row_id}", json={"custom_remark": text})
    assert answer.status_code == 200, answer.text


def test_they_are_the_core_records(cast: Cast) -> None:
    assert {one.value for one in Subject} == CORE
    assert {one.model.__tablename__ for one in registry.values() if "custom" in one.model.__table__.c} == CORE
    assert owners().keys() >= CORE  # a field may hold a document


def test_programs_write_read_and_find_it(admin: Caller, resource: Resource, row_id: str) -> None:
    record = admin.get(f"/api/v1/{resource.name}/{row_id}").json["result"]
    assert record["custom_remark"] == "Two steps"
    assert row_id in admin.get(f"/api/v1/{resource.name}/?custom_remark.sw=Two").json["ids"]
    assert row_id not in admin.get(f"/api/v1/{resource.name}/?custom_remark=Three").json["ids"]
    assert row_id in admin.get(f"/api/v1/{resource.name}/?order=custom_remark&custom_remark.null=false").json["ids"]


def test_the_screens_show_it(browser: Caller, resource: Resource, row_id: str) -> None:
    listed = browser.get(f"/{resource.name}/list/?custom_remark=Two steps").text
    assert "Remark" in listed and "<td>Two steps</td>" in listed
    shown = browser.get(f"/{resource.name}/show/{row_id}").text
    assert "Of ours" in shown and "Two steps" in shown
    form = browser.get(f"/{resource.name}/edit/{row_id}").text
    assert re.search(r'name="custom_remark"[^>]* value="Two steps"', form)
    assert 'name="custom_paper_id-upload"' in form
    assert 'name="custom_remark"' in browser.get(f"/{resource.name}/add").text
    assert f'id="fields-{resource.model.__tablename__}"' in browser.get("/settings/fields").text


def test_a_file_of_the_list_has_its_column(browser: Caller, resource: Resource, row_id: str) -> None:
    text = browser.get(f"/{resource.name}/download?custom_remark=Two steps").text
    assert next(iter(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))))["Remark"] == "Two steps"


def test_the_trail_tells_of_it_field_by_field(browser: Caller, resource: Resource, row_id: str) -> None:
    history = browser.get(f"/audit/records/{resource.model.__tablename__}/{row_id}").text
    assert "Remark" in history and "Two steps" in history


def test_only_its_roles_see_it(cast: Cast, admin: Caller, browser: Caller, resource: Resource, row_id: str) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        row = db.session.get_one(resource.model, row_id)
        row.custom = {**row.custom, "weight": "77.25"}
    for path in ("show", "edit"):
        assert "77.25" not in browser.get(f"/{resource.name}/{path}/{row_id}").text
    assert "77.25" not in admin.get(f"/api/v1/{resource.name}/{row_id}").text
    assert admin.get(f"/api/v1/{resource.name}/?custom_weight=77.25").status_code == 422
    remark(admin, resource, row_id, "Three steps")
    with tenancy.acting(cast.harbor.id), db.transaction():
        assert db.session.get_one(resource.model, row_id).custom["weight"] == "77.25"


def test_the_other_agency_has_no_such_field(cast: Cast, resource: Resource, row_id: str) -> None:
    other = by_token(cast.application, cast.summit.people["Administrator"])
    found: list[dict[str, Any]] = other.get(f"/api/v1/{resource.name}/").json["result"]
    assert found and all("custom_remark" not in one for one in found)


def test_what_is_empty_is_repeated_nowhere(cast: Cast, admin: Caller, resource: Resource, row_id: str) -> None:
    remark(admin, resource, row_id, None)
    with tenancy.acting(cast.harbor.id), db.transaction():
        held = db.session.query(CustomValue).filter_by(subject=resource.model.__tablename__, field="remark")
        assert held.filter_by(row_id=row_id).count() == 0
