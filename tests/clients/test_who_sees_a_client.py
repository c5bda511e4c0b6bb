"""The record scopes: all, branch, assigned by name, own client; and what of the client's rows each may read."""

from types import SimpleNamespace
from typing import Any

import pytest

from starline.clients import contacts, notes, service
from starline.clients.models import CareTeamMember, Client, ClientNote, Contact
from starline.core.errors import Conflict, Invalid
from starline.organizations.models import Branch
from tests.organizations.factories import a_client, a_user, branch_id, days

pytestmark = pytest.mark.usefixtures("harbor")


def _seen(session: Any, model: Any, scope: str, user: Any = None, branch: Any = None) -> set[Any]:
    viewer = SimpleNamespace(scope=scope, user_id=user.id if user else None, branch_id=branch)
    condition = model.visible_to(viewer)
    query = session.query(model.id)
    return {found for (found,) in (query if condition is None else query.filter(condition))}


def _assign(client: Any, user: Any, **dates: Any) -> CareTeamMember:
    values = {"client_id": client.id, "user_id": user.id, "role": "caregiver", **dates}
    return service.assign_to_care_team(values, by=None)


def test_a_caregiver_sees_the_clients_assigned_by_name(session: Any) -> None:
    mine, other, aide = a_client(), a_client(first_name="Otis"), a_user("josie")
    _assign(mine, aide)
    assert _seen(session, Client, "assigned", aide) == {mine.id}
    assert other.id in _seen(session, Client, "all")


@pytest.mark.parametrize(
    ("starts", "ends", "seen"),
    [(-10, None, True), (-10, 0, True), (-10, -3, False), (3, None, False), (0, 5, True)],
)
def test_an_assignment_holds_on_its_days_only(session: Any, starts: int, ends: int | None, seen: bool) -> None:
    client, aide = a_client(), a_user("josie")
    _assign(client, aide, starts_on=days(starts), ends_on=None if ends is None else days(ends))
    assert (client.id in _seen(session, Client, "assigned", aide)) is seen


def test_family_sees_the_client_they_are_a_contact_of(session: Any) -> None:
    mother, _stranger, son = a_client(), a_client(first_name="Otis"), a_user("caleb", "Family")
    values = {"client_id": mother.id, "first_name": "Caleb", "last_name": "A", "relationship": "son"}
    contact = contacts.add_contact({**values, "user_id": son.id}, by=None)
    assert _seen(session, Client, "own", son) == {mother.id}
    assert _seen(session, Contact, "own", son) == {contact.id}


def test_a_branch_sees_its_own_and_nobody_without_a_branch_sees_any(session: Any) -> None:
    here = a_client()
    salem = Branch(name="Salem")
    session.add(salem)
    session.flush()
    there = a_client(branch_id=salem.id)
    assert _seen(session, Client, "branch", branch=here.branch_id) == {here.id}
    assert _seen(session, Client, "branch", branch=salem.id) == {there.id}
    assert _seen(session, Client, "branch") == set()


def test_an_unknown_scope_sees_nothing(session: Any) -> None:
    a_client()
    assert _seen(session, Client, "something else") == set()


@pytest.mark.parametrize(
    ("scope", "bodies"),
    [("all", {"office", "care_team", "family"}), ("assigned", {"care_team", "family"}), ("own", {"family"})],
)
def test_notes_reach_those_they_are_meant_for(session: Any, scope: str, bodies: set[str]) -> None:
    client, user = a_client(), a_user("josie")
    _assign(client, user)
    values = {"client_id": client.id, "first_name": "J", "last_name": "R", "relationship": "friend"}
    contacts.add_contact({**values, "user_id": user.id}, by=None)
    for visibility in ("office", "care_team", "family"):
        notes.add_note({"client_id": client.id, "body": visibility, "visibility": visibility}, by=None)
    seen = _seen(session, ClientNote, scope, user)
    assert {session.get(ClientNote, one).body for one in seen} == bodies


def test_nobody_is_on_a_care_team_twice_at_a_time() -> None:
    client, aide = a_client(), a_user("josie")
    member = _assign(client, aide, starts_on=days(-30), ends_on=days(-10))
    again = _assign(client, aide, starts_on=days(-9))
    with pytest.raises(Conflict):
        service.update_assignment(member, {"ends_on": days(-5)}, by=None)
    with pytest.raises(Invalid):
        service.update_assignment(again, {"ends_on": days(-20)}, by=None)


def test_a_client_in_another_branch_is_not_pulled_in_by_a_shared_name(session: Any) -> None:
    first = a_client()
    a_client()
    assert first.branch_id == branch_id()
    assert len(_seen(session, Client, "branch", branch=first.branch_id)) == 2
