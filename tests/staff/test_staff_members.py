"""Hiring, changing and ending an employment."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from starline.core.crypto import index_of
from starline.core.errors import Invalid
from starline.staff import service
from starline.staff.models import StaffMember
from tests.organizations.factories import a_staff_member, a_user, days, today

pytestmark = pytest.mark.usefixtures("harbor")


def test_somebody_new_is_active_and_numbered() -> None:
    first, second = a_staff_member(), a_staff_member(first_name="Luis")
    assert (first.status, second.staff_number) == ("active", first.staff_number + 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"npi": "1234567890"}, "npi"),
        ({"ssn": "666-12-3456"}, "ssn"),
        ({"birth_date": date(2090, 1, 1)}, "birth_date"),
        ({"birth_date": date(2010, 1, 1)}, "birth_date"),
        ({"terminated_on": date(2020, 1, 1)}, "terminated_on"),
        ({"state": "ZZ"}, "state"),
        ({"status": "terminated"}, "termination_reason"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_staff_member(**values)
    assert list(refused.value.errors) == [field]


def test_somebody_hired_on_the_sixteenth_birthday_is_old_enough() -> None:
    assert a_staff_member(birth_date=date(2006, 3, 1), hired_on=date(2022, 3, 1)).birth_date == date(2006, 3, 1)


def test_leaving_has_a_day_and_a_reason_and_coming_back_clears_them() -> None:
    member = service.terminate(a_staff_member(), reason="Moved away", by=None)
    assert (member.status, member.terminated_on, member.is_working) == ("terminated", today(), False)
    service.update_staff_member(member, {"phone": "(503) 555-0111"}, by=None)
    assert member.termination_reason == "Moved away"
    service.update_staff_member(member, {"status": "active"}, by=None)
    assert (member.terminated_on, member.termination_reason) == (None, None)


def test_whoever_leaves_is_shut_out_and_not_let_in_by_coming_back() -> None:
    user = a_user("imani")
    member = service.terminate(a_staff_member(user_id=user.id), reason="Moved away", by=None)
    assert not user.active
    service.update_staff_member(member, {"status": "active"}, by=None)
    assert not user.active


def test_a_planned_last_day_keeps_somebody_working() -> None:
    member = service.update_staff_member(a_staff_member(), {"terminated_on": days(30)}, by=None)
    assert member.is_working


def test_nobody_supervises_the_person_above_them() -> None:
    director = a_staff_member()
    nurse = a_staff_member(first_name="Paula", supervisor_id=director.id)
    aide = a_staff_member(first_name="Luis", supervisor_id=nurse.id)
    for above, below in ((director, director), (director, nurse), (director, aide), (nurse, aide)):
        with pytest.raises(Invalid):
            service.update_staff_member(above, {"supervisor_id": below.id}, by=None)


def test_a_sign_in_belongs_to_one_person() -> None:
    user = a_user("imani")
    member = a_staff_member(user_id=user.id)
    with pytest.raises(Invalid) as refused:
        a_staff_member(first_name="Luis", user_id=user.id)
    assert refused.value.errors["user_id"] == ["This sign-in belongs to Imani Okafor already; choose another."]
    service.update_staff_member(member, {"user_id": user.id}, by=None)


def test_a_caregiver_sees_only_themselves(session: Any) -> None:
    user = a_user("imani")
    me, _other = a_staff_member(user_id=user.id), a_staff_member(first_name="Luis")
    for scope in ("assigned", "own"):
        viewer = SimpleNamespace(scope=scope, user_id=user.id, branch_id=None)
        assert [one.id for one in session.query(StaffMember).filter(StaffMember.visible_to(viewer))] == [me.id]


def test_an_ssn_is_stored_sealed() -> None:
    member = a_staff_member(ssn="212-54-8890")
    assert (member.ssn, member.ssn_last4) == ("212548890", "8890")
    assert member.ssn_hash == index_of("212548890")
    assert b"212548890" not in member.ssn_encrypted
