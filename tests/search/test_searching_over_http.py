"""Search answers within the caller's permissions, record scope and agency, on the page and for programs alike."""

from typing import Any

import pytest
from sqlalchemy import select

from starline.clients import contacts
from starline.clients import service as clients
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, SUMMIT, a_client, a_staff_member, a_user, acting_for

PEOPLE = {"ada": "Administrator", "cara": "Caregiver", "fay": "Family", "hugo": "Human resources"}
TYPED = ("Ellsworth", "ellswroth", "ell", "ida ellsworth", "1941-05-02", "0142")


@pytest.fixture(scope="module")
def ids(database: str) -> dict[str, str]:
    """Three clients of one name, one of them the caregiver's and another the family's; the same name at Summit."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        users = {name: a_user(name, role) for name, role in PEOPLE.items()}
        for user in users.values():
            user.password = passwords.hashed(PASSWORD)
        made = {one: _ida() for one in ("cared", "mother", "stranger")}
        a_staff_member(first_name="Ida", last_name="Ellsworth-Pratt", phone="503-555-0142")
        assigned = {"client_id": made["cared"].id, "user_id": users["cara"].id, "role": "caregiver"}
        clients.assign_to_care_team(assigned, by=None)
        contact = {"client_id": made["mother"].id, "first_name": "Fay", "last_name": "E", "relationship": "daughter"}
        contacts.add_contact({**contact, "user_id": users["fay"].id}, by=None)
    with acting_for(SUMMIT, "summit"), db.transaction():
        made["theirs"] = _ida()
    return {name: str(one.id) for name, one in made.items()}


def _ida() -> Any:
    return a_client(first_name="Ida", last_name="Ellsworth", phone="(503) 555-0142")


def browser(app: Any, name: str) -> Any:
    found = Web(app).at("harbor.localhost")
    sign_in(found, name)
    return found


def found_by(browser: Any, typed: str, **more: Any) -> set[str]:
    answer = browser.get("/api/v1/search", query_string={"q": typed, **more})
    assert answer.status_code == 200, answer.text
    return {one["id"] for one in answer.json["result"] if one["type"] == "clients"}


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("ada", {"cared", "mother", "stranger"}),
        ("cara", {"cared"}),
        ("fay", {"mother"}),
    ],
)
def test_everybody_finds_their_own_and_nobody_elses(app: Any, ids: dict[str, str], name: str, seen: set[str]) -> None:
    here = browser(app, name)
    for typed in TYPED:
        assert found_by(here, typed) == {ids[one] for one in seen}, typed
        page = here.get("/search", query_string={"q": typed}).text
        assert {one for one, key in ids.items() if key in page} == seen, typed


def test_the_search_of_a_list_forgives_typos_in_the_same_bounds(app: Any, ids: dict[str, str]) -> None:
    for name, seen in (("ada", {"cared", "mother", "stranger"}), ("cara", {"cared"})):
        here = browser(app, name)
        for typed in ("ellsworth", "ellswroth", "0142"):
            answer = here.get("/api/v1/clients/", query_string={"search": typed}).json
            assert set(answer["ids"]) == {ids[one] for one in seen}
            assert answer["count"] == len(seen)
            page = here.get("/clients/list/", query_string={"search": typed}).text
            assert {one for one, key in ids.items() if key in page} == seen


def test_a_picker_forgives_typos_too(app: Any, ids: dict[str, str]) -> None:
    offered = browser(app, "ada").get("/api/v1/contacts/related/client?search=elsworht").json["result"]
    assert {one["id"] for one in offered} == {ids[one] for one in ("cared", "mother", "stranger")}


def test_kinds_that_one_may_not_read_are_not_searched(app: Any, ids: dict[str, str]) -> None:
    here = browser(app, "hugo")
    kinds = {one["type"] for one in here.get("/api/v1/search?q=ellsworth").json["result"]}
    assert "staff" in kinds and kinds <= {"staff", "clients"}
    fay = browser(app, "fay")
    assert {one["type"] for one in fay.get("/api/v1/search?q=ellsworth").json["result"]} == {"clients"}
    refused = fay.get("/api/v1/search?q=ellsworth&types=staff")
    assert refused.status_code == 422 and "types" in refused.json["errors"]


def test_kinds_and_number_can_be_chosen(app: Any, ids: dict[str, str]) -> None:
    here = browser(app, "ada")
    assert found_by(here, "ellsworth", types="staff") == set()
    assert len(here.get("/api/v1/search?q=ellsworth&limit=2").json["result"]) == 2
    for wrong in ("0", "101", "x", "-1"):
        assert here.get(f"/api/v1/search?q=e&limit={wrong}").status_code == 422


def test_what_was_found_is_audited_as_read(app: Any, ids: dict[str, str]) -> None:
    browser(app, "cara").get("/search?q=ellsworth")
    with tenancy.acting(HARBOR), db.transaction():
        query = select(AuditEvent).where(AuditEvent.action == "read", AuditEvent.subject == "clients")
        newest = db.session.scalars(query.order_by(AuditEvent.id.desc())).first()
        assert newest is not None and [str(one) for one in newest.client_ids or []] == [ids["cared"]]


def test_the_page_says_what_to_do_where_there_is_nothing(app: Any, ids: dict[str, str]) -> None:
    here = browser(app, "ada")
    assert "Who are you looking for?" in here.get("/search").text
    assert "Nothing found" in here.get("/search?q=zzzzzz").text
    assert 'action="/search"' in here.get("/").text


def test_strangers_are_asked_to_sign_in(app: Any, ids: dict[str, str]) -> None:
    stranger = Web(app).at("harbor.localhost")
    assert stranger.get("/api/v1/search?q=ellsworth").status_code == 401
    assert ids["cared"] not in stranger.get("/search?q=ellsworth").text
