"""Looks into exclusion lists, and reviews that are signed by somebody else."""

from typing import Any

import pytest

from starline.core.errors import Conflict, Invalid, NotAllowed
from starline.staff import compliance, exclusions, reviews
from starline.staff.models import PerformanceReview
from starline.staff.rules import ServiceFacts
from starline.staff.vocabulary import ExclusionList
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, days, today

pytestmark = pytest.mark.usefixtures("harbor")


def _check(member: Any, **values: Any) -> Any:
    given = {"staff_member_id": member.id, "source": "oig", "checked_on": today(), "result": "clear"}
    return exclusions.record_exclusion_check({**given, **values}, by=None)


def test_the_agencys_settings_say_when_to_look_again() -> None:
    assert _check(a_staff_member()).next_due_on == days(31)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"checked_on": days(2)}, "checked_on"),
        ({"next_due_on": today()}, "next_due_on"),
        ({"result": "excluded"}, "note"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _check(a_staff_member(), **values)
    assert list(refused.value.errors) == [field]


def test_only_the_newest_look_into_a_list_counts() -> None:
    member = a_staff_member()
    _check(member, checked_on=days(-20), result="possible_match")
    assert compliance.line_of(member, today()).screening == "unverified"
    _check(member)
    line = compliance.line_of(member, today())
    assert (line.screening, line.screened_until, line.clearance.answer) == ("ok", days(31), "yes")


def test_the_monthly_look_is_kept_for_everybody_at_once() -> None:
    members = [a_staff_member(), a_staff_member(first_name="Luis")]
    assert len(exclusions.record_clear(members, source=ExclusionList.SAM, by=None)) == 2


def test_many_people_are_asked_about_in_two_statements(session: Any) -> None:
    from sqlalchemy import event

    kind = a_credential_type()
    members = [a_staff_member(first_name=f"Person {number}") for number in range(12)]
    session.flush()
    seen: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    found = compliance.clearances([one.id for one in members], ServiceFacts(), today())
    assert len(found) == 12 and all(kind.name in one.reasons[0].sentence for one in found.values())
    assert len([one for one in seen if "staff_members" in one or "credential_types" in one]) == 2


def _review(**values: Any) -> PerformanceReview:
    member = values.pop("member", None) or a_staff_member()
    given = {"period_starts_on": days(-365), "period_ends_on": days(-1), "due_on": days(7)}
    return reviews.plan_review({"staff_member_id": member.id, **given, **values}, by=None)


def test_a_review_is_signed_once_it_says_something() -> None:
    boss, review = a_user("noor", "Human resources"), _review()
    with pytest.raises(Conflict):
        reviews.sign_review(review, by=boss.id)
    reviews.update_review(review, {"rating": 4, "strengths": "Calm and on time."}, by=boss.id)
    reviews.sign_review(review, by=boss.id)
    assert (review.status, review.signed_by_id, review.possible_actions) == ("signed", boss.id, ())
    for change in (
        lambda: reviews.update_review(review, {"rating": 5}, by=boss.id),
        lambda: reviews.remove_review(review, by=boss.id),
    ):
        with pytest.raises(Conflict):
            change()


def test_nobody_signs_their_own_review() -> None:
    user = a_user("imani")
    review = _review(member=a_staff_member(user_id=user.id), rating=5, strengths="Everything")
    with pytest.raises(NotAllowed):
        reviews.sign_review(review, by=user.id)


@pytest.mark.parametrize(
    ("values", "field"), [({"rating": 6}, "rating"), ({"period_ends_on": days(-400)}, "period_ends_on")]
)
def test_a_review_that_cannot_be_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _review(**values)
    assert list(refused.value.errors) == [field]
