"""A field of the agency's own that holds a document: handed in with the form, one of the record's files, for programs
its id."""

import io
import re
from typing import Any
from uuid import UUID

import pytest

from app.imports.targets import TARGETS
from starline.core import db, tenancy
from starline.core.errors import Invalid
from starline.files.models import StoredFile
from starline.files.service import store
from starline.organizations import custom_fields
from tests.contract.callers import Caller, by_cookie, by_token
from tests.isolation.cast import Cast

KEY = "custom_contract_id"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(scope="module")
def cast(cast: Cast) -> Cast:
    with tenancy.acting(cast.harbor.id), db.transaction():
        values = {"subject": "clients", "label": "Contract", "kind": "file", "is_in_list": True}
        custom_fields.add_custom_field(values, by=None)
        user = db.session.get(db.User, cast.harbor.people["Administrator"].user_id)
        user.branch_id = cast.harbor.parents["branches"]
    return cast


@pytest.fixture(scope="module")
def admin(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture(scope="module")
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


def sent(**more: Any) -> dict[str, Any]:
    return {"first_name": "Ada", "last_name": "Signed", "birth_date": "1940-01-02", "status": "inquiry", **more}


def record(admin: Caller, name: str) -> dict[str, Any]:
    found = admin.get(f"/api/v1/clients/?last_name={name}").json["result"]
    assert len(found) == 1
    one: dict[str, Any] = admin.get(f"/api/v1/clients/{found[0]['id']}").json["result"]
    return one


def add_client(browser: Caller, name: str, content: bytes = PDF, file_name: str = "contract.pdf") -> Any:
    page = browser.get("/clients/add").text
    branch = re.search(r'name="branch_id".*?<option value="([0-9a-f-]{36})"', page, re.S)
    assert branch
    data = sent(last_name=name, branch_id=branch.group(1), **{f"{KEY}-upload": (io.BytesIO(content), file_name)})
    return browser.post("/clients/add", data=data, content_type="multipart/form-data")


def test_a_document_comes_with_the_form_and_belongs_to_the_record(cast: Cast, browser: Caller, admin: Caller) -> None:
    assert 'enctype="multipart/form-data"' in browser.get("/clients/add").text
    answer = add_client(browser, "Signed")
    assert answer.status_code == 302, re.findall(r'class="error".*?</p>|role="alert".*?</div>', answer.text, re.S)
    one = record(admin, "Signed")
    assert one["custom_contract"] == "contract.pdf"
    with tenancy.acting(cast.harbor.id), db.transaction():
        file = db.session.get_one(StoredFile, UUID(one[KEY]))
        assert (file.owner_table, str(file.client_id)) == ("clients", one["id"])
    link = f'href="/files/show/{one[KEY]}">contract.pdf</a>'
    assert link in browser.get(f"/clients/show/{one['id']}").text
    assert link in browser.get("/clients/list/").text


def test_another_one_takes_its_place_and_it_can_be_let_go(cast: Cast, browser: Caller, admin: Caller) -> None:
    add_client(browser, "Replaced")
    one = record(admin, "Replaced")
    page = browser.get(f"/clients/edit/{one['id']}").text
    assert "contract.pdf" in page
    assert f'name="{KEY}-let-go"' in page
    data = {"version": one["version"], f"{KEY}-upload": (io.BytesIO(PDF), "newer.pdf")}
    answer = browser.post(f"/clients/edit/{one['id']}", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text[-300:]
    newer = record(admin, "Replaced")
    assert newer["custom_contract"] == "newer.pdf"
    browser.post(f"/clients/edit/{one['id']}", data={"version": newer["version"], f"{KEY}-let-go": "y"})
    assert record(admin, "Replaced")[KEY] is None
    files = admin.get(f"/api/v1/files/?client_id={one['id']}").json["result"]
    assert sorted(file["name"] for file in files) == ["contract.pdf", "newer.pdf"]


def test_a_form_that_says_nothing_of_it_keeps_it(browser: Caller, admin: Caller) -> None:
    add_client(browser, "Keeping")
    one = record(admin, "Keeping")
    data = {"version": one["version"], "preferred_name": "Kay"}
    assert browser.post(f"/clients/edit/{one['id']}", data=data).status_code == 302
    after = record(admin, "Keeping")
    assert (after["preferred_name"], after[KEY]) == ("Kay", one[KEY])


def test_a_content_that_is_refused_says_so_at_its_field_and_makes_nothing(browser: Caller, admin: Caller) -> None:
    answer = add_client(browser, "Refused", b"", "empty.pdf")
    assert answer.status_code == 200
    assert f'id="{KEY}-error"' in answer.text
    assert 'value="Refused"' in answer.text
    assert admin.get("/api/v1/clients/?last_name=Refused").json["result"] == []


def test_programs_name_a_document_of_the_same_record(cast: Cast, browser: Caller, admin: Caller) -> None:
    add_client(browser, "Program")
    one, other = record(admin, "Program"), cast.harbor.parents["clients"]
    with tenancy.acting(cast.harbor.id), db.transaction():
        client = db.session.get_one(StoredFile, UUID(one[KEY])).client
        mine = str(store(io.BytesIO(PDF), "mine.pdf", owner=client, by=None).id)
    theirs = record(admin, "Signed")[KEY]
    refused = admin.call("PATCH", f"/api/v1/clients/{one['id']}", json={KEY: theirs})
    assert refused.status_code == 422
    assert "own documents" in refused.json["errors"][KEY][0]
    assert admin.call("PATCH", f"/api/v1/clients/{other}", json={KEY: mine}).status_code == 422
    assert admin.call("PATCH", f"/api/v1/clients/{one['id']}", json={KEY: mine}).status_code == 200
    assert record(admin, "Program")["custom_contract"] == "mine.pdf"
    assert admin.post("/api/v1/clients/", json={**sent(last_name="Early"), KEY: mine}).status_code == 422


def test_who_has_none_can_be_found(browser: Caller, admin: Caller) -> None:
    add_client(browser, "Has")
    with_one = {one["last_name"] for one in admin.get("/api/v1/clients/?custom_contract_id.null=false").json["result"]}
    without = {one["last_name"] for one in admin.get("/api/v1/clients/?custom_contract_id.null=true").json["result"]}
    assert "Has" in with_one
    assert with_one.isdisjoint(without)
    assert without


def test_who_may_not_hand_in_files_cannot_by_this_way(cast: Cast, admin: Caller) -> None:
    biller = by_cookie(cast.application, cast.harbor.people["Biller"])
    with tenancy.acting(cast.harbor.id), db.transaction():
        role = db.session.query(db.Role).filter_by(template="Biller").one()
        role.permissions = [one for one in role.permissions if str(one) != "can add on Files"]
    one = record(admin, "Signed")
    data = {"version": one["version"], f"{KEY}-upload": (io.BytesIO(PDF), "sly.pdf")}
    answer = biller.post(f"/clients/edit/{one['id']}", data=data, content_type="multipart/form-data")
    assert answer.status_code in (200, 403)
    assert record(admin, "Signed")[KEY] == one[KEY]


def test_a_document_is_never_required_nor_turned_into_words_nor_imported(cast: Cast) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        values = {"subject": "clients", "label": "Must", "kind": "file", "is_required": True}
        with pytest.raises(Invalid, match="marked fields") as refusal:
            custom_fields.add_custom_field({**values, "role_names": ["Nurse"]}, by=None)
    assert "can't be required" in refusal.value.errors["is_required"][0]
    assert "Whoever sees the record" in refusal.value.errors["role_names"][0]
    assert not custom_fields.rules.may_become(custom_fields.FieldKind.FILE, custom_fields.FieldKind.TEXT)
    assert KEY not in TARGETS["Clients"].fields


def test_the_other_agency_has_no_such_field(cast: Cast) -> None:
    other = by_token(cast.application, cast.summit.people["Administrator"])
    found = other.get("/api/v1/clients/").json["result"]
    assert all(KEY not in one for one in found)


def test_a_form_that_is_shown_again_asks_for_the_document_again(browser: Caller, admin: Caller) -> None:
    """The page of people who may be the same, and that of two versions: neither can keep a chosen file."""
    add_client(browser, "Twice")
    alike = add_client(browser, "Twice", file_name="second.pdf")
    assert "You may know this person already" in alike.text
    assert "Choose second.pdf again" in alike.text
    one = record(admin, "Twice")
    data = {"version": one["version"] - 1, "preferred_name": "Tw", f"{KEY}-upload": (io.BytesIO(PDF), "third.pdf")}
    stale = browser.post(f"/clients/edit/{one['id']}", data=data, content_type="multipart/form-data")
    assert "Choose third.pdf again" in stale.text


def test_a_tick_survives_a_form_that_is_shown_again(browser: Caller, admin: Caller) -> None:
    add_client(browser, "Ticked")
    one = record(admin, "Ticked")
    data = {"version": one["version"] - 1, f"{KEY}-let-go": "y"}
    stale = browser.post(f"/clients/edit/{one['id']}", data=data).text
    assert re.search(rf'name="{KEY}-let-go" value="y" checked', stale)


def test_a_document_in_the_trash_is_shown_nowhere_and_can_be_let_go(cast: Cast, browser: Caller, admin: Caller) -> None:
    add_client(browser, "Trashed")
    one = record(admin, "Trashed")
    assert admin.post(f"/api/v1/files/{one[KEY]}/trash").status_code == 200
    after = record(admin, "Trashed")
    assert (after["custom_contract"], after[KEY]) == (None, one[KEY])
    assert f"/files/show/{one[KEY]}" not in browser.get(f"/clients/show/{one['id']}").text
    again = admin.call("PATCH", f"/api/v1/clients/{one['id']}", json={KEY: one[KEY], "preferred_name": "Ann"})
    assert again.status_code == 200, again.json
    page = browser.get(f"/clients/edit/{one['id']}").text
    assert "A document that was thrown away" in page
    assert f'name="{KEY}-let-go"' in page
    version = record(admin, "Trashed")["version"]
    browser.post(f"/clients/edit/{one['id']}", data={"version": version, f"{KEY}-let-go": "y"})
    assert record(admin, "Trashed")[KEY] is None
