"""Proofs in somebody's file, who verified them, and what is lacking."""

from typing import Any

import pytest

from starline.core.errors import Conflict, Invalid, NotAllowed
from starline.staff import compliance, credentials
from starline.staff.models import Credential
from starline.staff.rules import expiry
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, days, today

pytestmark = pytest.mark.usefixtures("harbor")


def _credential(member: Any, kind: Any, **values: Any) -> Credential:
    given = {"staff_member_id": member.id, "credential_type_id": kind.id, "issued_on": days(-30)}
    return credentials.add_credential({**given, **values}, by=None)


def test_the_type_says_when_a_credential_expires() -> None:
    member = a_staff_member()
    assert _credential(member, a_credential_type()).expires_on == expiry(days(-30), 24)
    assert _credential(member, a_credential_type(name="HHA", validity_months=None)).expires_on is None
    assert _credential(member, a_credential_type(name="TB"), expires_on=days(5)).expires_on == days(5)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"issued_on": days(3)}, "issued_on"), ({"expires_on": days(-31)}, "expires_on")],
)
def test_impossible_dates_are_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _credential(a_staff_member(), a_credential_type(), **values)
    assert list(refused.value.errors) == [field]


def test_a_change_of_what_was_verified_takes_the_verification_back() -> None:
    boss = a_user("noor", "Human resources")
    credential = credentials.verify_credential(_credential(a_staff_member(), a_credential_type()), by=boss.id)
    assert (credential.verified_on, credential.verified_by_id) == (today(), boss.id)
    credentials.update_credential(credential, {"number": "CP-1"}, by=None)
    assert (credential.verified_on, credential.possible_actions) == (None, ("verify",))


def test_nobody_verifies_their_own() -> None:
    user = a_user("imani")
    with pytest.raises(NotAllowed):
        credentials.verify_credential(_credential(a_staff_member(user_id=user.id), a_credential_type()), by=user.id)


def test_an_expired_credential_is_not_verified() -> None:
    boss = a_user("noor", "Human resources")
    credential = _credential(a_staff_member(), a_credential_type(), expires_on=days(-1))
    with pytest.raises(Conflict):
        credentials.verify_credential(credential, by=boss.id)


def test_compliance_names_what_is_required_and_lacking() -> None:
    boss, member = a_user("noor", "Human resources"), a_staff_member()
    held = a_credential_type(name="CPR")
    lacking = a_credential_type(name="Background check")
    a_credential_type(name="Nursing license", required_disciplines=["rn"])
    credentials.verify_credential(_credential(member, held), by=boss.id)
    cells = compliance.line_of(member, today()).cells
    found = {key: (one.state, one.keeps_off_schedule) for key, one in cells.items()}
    assert found == {lacking.id: ("missing", True), held.id: ("ok", False)}


def test_a_voided_credential_no_longer_counts_and_stays_on_record(session: Any) -> None:
    member, kind = a_staff_member(), a_credential_type()
    credential = credentials.void_credential(_credential(member, kind), by=None, reason="Wrong person")
    assert compliance.line_of(member, today()).cells[kind.id].state == "missing"
    assert session.get(Credential, credential.id).void_reason == "Wrong person"
    with pytest.raises(Conflict):
        credentials.update_credential(credential, {"number": "x"}, by=None)


def test_a_type_that_is_held_is_not_removed() -> None:
    kind = a_credential_type()
    _credential(a_staff_member(), kind)
    with pytest.raises(Conflict):
        credentials.remove_credential_type(kind, by=None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"required_disciplines": ["surgeon"]}, "required_disciplines"),
        ({"validity_months": 0}, "validity_months"),
        ({"reminder_days": ["soon"]}, "reminder_days"),
    ],
)
def test_a_type_with_nonsense_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        credentials.add_credential_type({"name": "X", **values}, by=None)
    assert list(refused.value.errors) == [field]
