"""A field that an agency adds is everywhere on the next request, and nowhere for anybody else."""

import csv
import io
from typing import Any

import pytest

from starline.core import db, tenancy
from starline.organizations import custom_fields
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Agency, Cast


def add(agency: Agency, label: str, kind: str, **more: Any) -> custom_fields.CustomField:
    with tenancy.acting(agency.id), db.transaction():
        values = {"subject": "clients", "label": label, "kind": kind, **more}
        return custom_fields.add_custom_field(values, by=None)


@pytest.fixture(scope="module")
def fields(cast: Cast) -> None:
    """Harbor's fields: one of each kind, and one that Harbor's nurses alone see."""
    add(cast.harbor, "Shirt size", "choice", choices=["small", "extra_large"], is_in_list=True, section="Clothing")
    add(cast.harbor, "Pill boxes", "number")
    add(cast.harbor, "Last ride", "date")
    add(cast.harbor, "Hobbies", "multi_choice", choices=["Chess", "Bowls", "Tea, green"])
    add(cast.harbor, "Likes music", "yes_no")
    add(cast.harbor, "Buddy", "person")
    add(cast.harbor, "Story", "long_text")
    add(cast.harbor, "Bed side", "text")
    add(cast.harbor, "Secret wish", "text", is_in_list=True, role_names=["Nurse"])
    add(cast.summit, "Shirt size", "number")


VALUES = {
    "custom_shirt_size": "extra_large",
    "custom_pill_boxes": "12.50",
    "custom_last_ride": "2026-03-31",
    "custom_hobbies": ["Chess", "Tea, green"],
    "custom_likes_music": True,
    "custom_story": "Long ago",
    "custom_bed_side": "Left",
}


@pytest.fixture(scope="module")
def admin(cast: Cast, fields: None) -> Caller:
    return by_token(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture(scope="module")
def browser(cast: Cast, fields: None) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture(scope="module")
def client_id(cast: Cast, admin: Caller) -> str:
    """A client of Harbor's who has a value in every field."""
    values = {
        "first_name": "Ada",
        "last_name": "Own",
        "birth_date": "1940-01-02",
        "branch_id": cast.harbor.parents["branches"],
    }
    buddy = cast.harbor.people["Caregiver"].user_id
    made = admin.post("/api/v1/clients/", json={**values, **VALUES, "custom_buddy_id": buddy})
    assert made.status_code == 201, made.text
    return str(made.json["result"]["id"])


def test_values_come_back_as_they_were_given(cast: Cast, admin: Caller, client_id: str) -> None:
    record = admin.get(f"/api/v1/clients/{client_id}").json["result"]
    assert {name: record[name] for name in VALUES} == {**VALUES, "custom_pill_boxes": "12.5"}
    assert record["custom_buddy"] == "Caregiver Person"
    assert "custom_secret_wish" not in record


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("custom_shirt_size", "huge", "must be one of: small, extra_large"),
        ("custom_pill_boxes", "many", "must be a number"),
        ("custom_pill_boxes", "1.1234567", "at most 6 decimals"),
        ("custom_last_ride", "31 March", "must be a date"),
        ("custom_hobbies", ["Golf"], "must be one of"),
        ("custom_likes_music", "perhaps", "must be yes or no"),
        ("custom_buddy_id", 999_999_999, "choose one from the list"),
        ("custom_bed_side", "x" * 201, "at most 200 characters"),
        ("custom_secret_wish", "a pony", "no field called this"),
        ("custom_nothing", "x", "no field called this"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence(
    admin: Caller, client_id: str, name: str, value: Any, sentence: str
) -> None:
    answer = admin.call("PATCH", f"/api/v1/clients/{client_id}", json={name: value})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.json["errors"][name])


@pytest.mark.parametrize(
    "query",
    [
        "custom_shirt_size=extra_large",
        "custom_shirt_size.in=small,extra_large",
        "custom_pill_boxes=12.5",
        "custom_pill_boxes.gt=9&custom_pill_boxes.lt=100",
        "custom_last_ride.ge=2026-03-31",
        "custom_hobbies=Tea, green",
        "custom_likes_music=true",
        "custom_bed_side.sw=Le",
        "custom_bed_side.null=false",
        "custom_shirt_size.ne=small&last_name=Own",
    ],
)
def test_a_filter_finds_the_client(admin: Caller, client_id: str, query: str) -> None:
    assert client_id in admin.get(f"/api/v1/clients/?{query}").json["ids"]


@pytest.mark.parametrize(
    "query",
    [
        "custom_shirt_size=small",
        "custom_pill_boxes.lt=2",
        "custom_last_ride.lt=2026-03-31",
        "custom_hobbies=Bowls",
        "custom_likes_music=false",
        "custom_bed_side.null=true",
        "custom_shirt_size.ne=extra_large",
    ],
)
def test_a_filter_leaves_the_client_out(admin: Caller, client_id: str, query: str) -> None:
    assert client_id not in admin.get(f"/api/v1/clients/?{query}").json["ids"]


def test_a_person_is_found_and_shown_by_name(cast: Cast, admin: Caller, client_id: str) -> None:
    buddy = cast.harbor.people["Caregiver"].user_id
    page = admin.get(f"/api/v1/clients/?custom_buddy={buddy}&columns=last_name,custom_buddy").json
    assert [(row["custom_buddy_id"], row["custom_buddy"]) for row in page["result"]] == [(buddy, "Caregiver Person")]


def test_numbers_are_sorted_as_numbers(admin: Caller, cast: Cast, client_id: str) -> None:
    for number in ("9", "100"):
        values = {
            "first_name": "Ada",
            "last_name": "Sorted",
            "birth_date": "1940-01-02",
            "branch_id": cast.harbor.parents["branches"],
        }
        admin.post("/api/v1/clients/", json={**values, "custom_pill_boxes": number})
    found = admin.get("/api/v1/clients/?order=-custom_pill_boxes&columns=custom_pill_boxes&custom_pill_boxes.ge=9").json
    assert [row["custom_pill_boxes"] for row in found["result"]] == ["100", "12.5", "9"]


def test_the_screens_show_the_fields(browser: Caller, client_id: str) -> None:
    listed = browser.get("/clients/list/?custom_shirt_size=extra_large&custom_hobbies=Chess").text
    assert "Shirt size" in listed and "<td>extra_large</td>" in listed
    assert "Secret wish" not in listed and "Pill boxes" in listed  # offered as a column
    form = browser.get(f"/clients/edit/{client_id}").text
    assert "Clothing" in form and 'name="custom_pill_boxes" value="12.5"' in form and "Secret wish" not in form
    shown = browser.get(f"/clients/show/{client_id}").text
    assert "Tea, green" in shown and "Caregiver Person" in shown and "03/31/2026" in shown


def test_a_form_changes_some_and_keeps_the_rest(cast: Cast, browser: Caller, admin: Caller, client_id: str) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        row = db.session.get(_client(), client_id)
        row.custom = {**row.custom, "secret_wish": "a pony"}
    form = {
        "first_name": "Ada",
        "last_name": "Own",
        "birth_date": "1940-01-02",
        "branch_id": cast.harbor.parents["branches"],
        "sex": "unknown",
    }
    sent = {**form, "custom_shirt_size": "small", "custom_hobbies": ["Bowls"], "custom_bed_side": ""}
    answer = browser.post(f"/clients/edit/{client_id}", data=sent)
    assert answer.status_code == 302, answer.text
    with tenancy.acting(cast.harbor.id), db.transaction():
        custom = db.session.get(_client(), client_id).custom
    assert custom["shirt_size"] == "small" and custom["hobbies"] == ["Bowls"] and custom["secret_wish"] == "a pony"
    assert "bed_side" not in custom and custom["pill_boxes"] == "12.5"
    history = browser.get(f"/clients/show/{client_id}").text
    assert "a pony" not in history
    admin.call("PATCH", f"/api/v1/clients/{client_id}", json=VALUES)


def test_a_cell_and_many_rows_can_be_changed(browser: Caller, admin: Caller, client_id: str) -> None:
    version = admin.get(f"/api/v1/clients/{client_id}").json["result"]["version"]
    cell = browser.post(
        f"/clients/{client_id}/cell/custom_shirt_size", data={"custom_shirt_size": "small", "version": version}
    )
    assert cell.status_code == 200 and "<td>small</td>" in cell.text
    sent = {"verb": "set", "field": "custom_shirt_size", "custom_shirt_size": "extra_large", "confirmed": "1"}
    assert browser.post("/clients/selected", data={**sent, "ids": [client_id]}).status_code == 302
    assert admin.get(f"/api/v1/clients/{client_id}").json["result"]["custom_shirt_size"] == "extra_large"


def test_an_export_has_the_columns_that_are_shown(browser: Caller, client_id: str) -> None:
    text = browser.get("/clients/download?columns=last_name,custom_hobbies&custom_hobbies=Chess").text
    assert next(iter(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))))["Hobbies"] == "Chess, Tea, green"


def test_the_document_of_the_api_is_the_organisations_own(cast: Cast, admin: Caller) -> None:
    def described(caller: Caller) -> dict[str, Any]:
        schemas = caller.get("/api/v1/_openapi").json["components"]["schemas"]
        return {name: one for name, one in schemas["Clients"]["properties"].items() if name.startswith("custom_")}

    assert described(admin)["custom_shirt_size"]["enum"] == ["small", "extra_large"]
    assert described(admin)["custom_hobbies"]["items"]["enum"] == ["Chess", "Bowls", "Tea, green"]
    summit = by_token(cast.application, cast.summit.people["Administrator"])
    assert "custom_hobbies" not in described(summit)
    assert described(summit)["custom_shirt_size"]["format"] == "decimal"


def test_a_role_that_may_not_see_a_field_learns_nothing_of_it(cast: Cast, admin: Caller, client_id: str) -> None:
    nurse = by_token(cast.application, cast.harbor.people["Nurse"])
    assert nurse.call("PATCH", f"/api/v1/clients/{client_id}", json={"custom_secret_wish": "a pony"}).status_code == 200
    assert nurse.get("/api/v1/clients/?custom_secret_wish.sw=a").json["ids"] == [client_id]
    for path in ("", f"{client_id}", "_info", "?columns=last_name"):
        assert "secret_wish" not in admin.get(f"/api/v1/clients/{path}").text
        assert "a pony" not in admin.get(f"/api/v1/clients/{path}").text
    for query in ("custom_secret_wish=a pony", "columns=custom_secret_wish", "order=custom_secret_wish"):
        assert admin.get(f"/api/v1/clients/?{query}").status_code == 422
    for role in ("Administrator", "Auditor"):
        seen = by_cookie(cast.application, cast.harbor.people[role])
        for path in (f"/clients/show/{client_id}", f"/audit/records/clients/{client_id}", "/audit/export?format=jsonl"):
            assert "a pony" not in seen.get(path).text, path
        assert "pony" not in seen.get("/clients/download?format=csv").text


def test_a_field_appears_and_goes_on_the_next_request(cast: Cast, admin: Caller, browser: Caller) -> None:
    assert admin.get("/api/v1/clients/?custom_new_one=x").status_code == 422
    one = add(cast.harbor, "New one", "text")
    assert admin.get("/api/v1/clients/?custom_new_one=x").status_code == 200
    assert "New one" in browser.get("/clients/list/").text
    browser.post(f"/custom_fields/{one.id}/deactivate")
    assert admin.get("/api/v1/clients/?custom_new_one=x").status_code == 422
    assert "New one" not in browser.get("/clients/list/").text


@pytest.mark.parametrize("way", ["move_up", "move_down"])
def test_a_field_out_of_use_has_no_place_to_move_to(cast: Cast, admin: Caller, way: str) -> None:
    one = add(cast.harbor, f"Out of use {way}", "text")
    with tenancy.acting(cast.harbor.id), db.transaction():
        custom_fields.deactivate(db.session.get_one(custom_fields.CustomField, one.id), by=None)
    answer = admin.post(f"/api/v1/custom_fields/{one.id}/{way}")
    assert answer.status_code == 409
    assert "Take it into use first" in answer.json["message"]


def test_a_change_of_kind_shows_what_would_be_lost(cast: Cast, browser: Caller, admin: Caller, client_id: str) -> None:
    one = add(cast.harbor, "Door", "text")
    admin.call("PATCH", f"/api/v1/clients/{client_id}", json={"custom_door": "seven"})
    values = {
        "first_name": "Bea",
        "last_name": "Door",
        "birth_date": "1940-01-02",
        "branch_id": cast.harbor.parents["branches"],
    }
    other = admin.post("/api/v1/clients/", json={**values, "custom_door": "1,200"}).json["result"]["id"]
    asked = browser.get(f"/settings/fields/{one.id}/kind?kind=number").text
    assert "1 values go along" in asked and "seven" in asked
    refused = browser.post(f"/settings/fields/{one.id}/kind", data={"kind": "number"})
    assert refused.status_code == 200 and "1 values would be lost" in refused.text
    assert admin.get(f"/api/v1/clients/{client_id}").json["result"]["custom_door"] == "seven"
    assert (
        browser.post(f"/settings/fields/{one.id}/kind", data={"kind": "number", "accepts_loss": "y"}).status_code == 302
    )
    assert admin.get(f"/api/v1/clients/{client_id}").json["result"]["custom_door"] is None
    assert admin.get("/api/v1/clients/?custom_door=1200").json["ids"] == [other]


def test_the_editor_lists_and_previews(browser: Caller) -> None:
    page = browser.get("/settings/fields").text
    assert "Shirt size" in page and "Whoever sees the record" in page and "Nurse" in page
    drawn = browser.get("/settings/fields/preview?label=Colour&kind=choice&choices=red,blue&help=Pick").text
    assert "Colour" in drawn and '<option value="red">red</option>' in drawn and "Pick" in drawn


def _client() -> Any:
    from starline.clients.models import Client

    return Client
