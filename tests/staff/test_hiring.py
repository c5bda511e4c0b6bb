"""From the first word of an applicant to a colleague whose steps are all done."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from starline.core.db import User
from starline.core.errors import Conflict, Invalid
from starline.staff import access, applicants, compliance, credentials, onboarding
from starline.staff.applicants import Hire
from starline.staff.models import Applicant, OnboardingItem, PayRate
from starline.staff.rules.pipeline import TARGETS, WAY, conversions, may_move
from starline.staff.vocabulary import ApplicantStage
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, branch_id, days, today

pytestmark = pytest.mark.usefixtures("harbor")
STAGES = some.sampled_from(list(ApplicantStage))


def _applicant(**values: Any) -> Applicant:
    given = {
        "first_name": "Lucia",
        "last_name": "Moreno",
        "email": "lucia@people.example",
        "discipline": "hha",
        "position": "Home health aide",
        "branch_id": branch_id(),
    }
    return applicants.take_in({**given, **values}, by=None)


def _offered(**values: Any) -> Applicant:
    applicant = _applicant(**values)
    for stage in ("screening", "interview", "offer"):
        applicants.move_applicant(applicant, to=ApplicantStage(stage), by=None)
    return applicant


def test_an_application_begins_in_the_first_stage() -> None:
    applicant = _applicant()
    assert (applicant.stage, applicant.applied_on, applicant.is_open) == ("applied", today(), True)


@pytest.mark.parametrize("stage", ["offer", "applied"])
def test_a_stage_that_does_not_follow_is_refused(stage: str) -> None:
    with pytest.raises(Conflict):
        applicants.move_applicant(_applicant(), to=ApplicantStage(stage), by=None)


def test_who_cannot_be_reached_goes_no_further() -> None:
    with pytest.raises(Invalid):
        applicants.move_applicant(_applicant(email=None), to=ApplicantStage.SCREENING, by=None)


def test_hiring_and_rejecting_ask_for_more_than_a_stage() -> None:
    for stage in (ApplicantStage.HIRED, ApplicantStage.REJECTED):
        with pytest.raises(Invalid):
            applicants.move_applicant(_offered(email=f"{stage}@people.example"), to=stage, by=None)


def test_a_rejection_has_its_reason_and_can_be_taken_back() -> None:
    applicant = _applicant()
    applicants.reject_applicant(applicant, reason="pay", by=None)  # type: ignore[arg-type]
    assert (applicant.stage, applicant.rejected_from, applicant.is_open) == ("rejected", "applied", False)
    applicants.move_applicant(applicant, to=ApplicantStage.INTERVIEW, by=None)
    assert (applicant.stage, applicant.rejection_reason, applicant.rejected_from) == ("interview", None, None)


def test_another_reason_needs_words() -> None:
    with pytest.raises(Invalid):
        applicants.reject_applicant(_applicant(), reason="other", note=" ", by=None)  # type: ignore[arg-type]


def test_one_open_application_for_an_address() -> None:
    first = _applicant()
    with pytest.raises(Invalid):
        _applicant(first_name="Lu")
    applicants.reject_applicant(first, reason="withdrew", by=None)  # type: ignore[arg-type]
    assert _applicant(first_name="Lu").is_open


def test_a_hire_makes_a_colleague_with_a_rate_steps_and_an_invitation(session: Any) -> None:
    kind = a_credential_type()
    _checklist(credential_type_id=kind.id)
    applicant = _offered(phone="503-555-0142")
    terms = Hire(days(7), hourly_rate=Decimal("21.50"), is_invited=True)
    member = applicants.hire_applicant(applicant, terms, by=a_user("noor", "Human resources").id)
    assert (str(member), member.phone, member.hired_on) == ("Lucia Moreno", "503-555-0142", days(7))
    assert (applicant.stage, applicant.staff_member_id) == ("hired", member.id)
    assert session.query(PayRate).filter_by(staff_member_id=member.id).one().rate_amount == Decimal("21.50")
    assert [one.title for one in _items(session, member)] == ["Welcome", "CPR card"]
    user = session.get(User, member.user_id)
    assert user.email == "lucia@people.example" and [role.template for role in user.roles] == ["Caregiver"]


def test_nobody_is_hired_without_an_offer_or_twice() -> None:
    with pytest.raises(Conflict):
        applicants.hire_applicant(_applicant(), Hire(today()), by=None)
    applicant = _offered(email="twice@people.example")
    applicants.hire_applicant(applicant, Hire(today()), by=None)
    with pytest.raises(Conflict):
        applicants.hire_applicant(applicant, Hire(today()), by=None)


def test_a_missing_credential_blocks_until_it_is_verified_and_ticks_its_step(session: Any) -> None:
    kind, boss = a_credential_type(), a_user("noor", "Human resources")
    _checklist(credential_type_id=kind.id)
    member = applicants.hire_applicant(_offered(), Hire(today()), by=boss.id)
    assert compliance.line_of(member, today()).clearance.is_blocked
    values = {"staff_member_id": member.id, "credential_type_id": kind.id, "issued_on": today()}
    credential = credentials.add_credential(values, by=None)
    assert compliance.line_of(member, today()).clearance.is_blocked
    credentials.verify_credential(credential, by=boss.id)
    assert not compliance.line_of(member, today()).clearance.is_blocked
    assert [(one.title, one.status) for one in _items(session, member)] == [("Welcome", "open"), ("CPR card", "done")]


def test_steps_are_given_once_and_by_discipline(session: Any) -> None:
    _checklist()
    _checklist(name="Nurses", disciplines=["rn"])
    member = a_staff_member()
    assert len(onboarding.start_onboarding(member, by=None)) == 2
    assert onboarding.start_onboarding(member, by=None) == []
    assert {one.due_on for one in _items(session, member)} == {member.hired_on, member.hired_on + timedelta(days=7)}


def test_a_step_is_done_waived_and_opened_again(session: Any) -> None:
    boss = a_user("noor", "Human resources")
    _checklist()
    first, second = onboarding.start_onboarding(a_staff_member(), by=None)
    onboarding.complete_item(first, by=boss.id, note="Seen")
    onboarding.waive_item(second, by=boss.id)
    assert (first.status, first.done_on, first.done_by_id, first.note) == ("done", today(), boss.id, "Seen")
    assert (second.status, second.possible_actions) == ("waived", ("reopen",))
    with pytest.raises(Conflict):
        onboarding.complete_item(second, by=boss.id)
    assert onboarding.reopen_item(second, by=boss.id).done_on is None


def test_a_step_taken_off_the_list_stays_with_the_person(session: Any) -> None:
    checklist = _checklist()
    member = a_staff_member()
    onboarding.start_onboarding(member, by=None)
    for step in session.query(onboarding.OnboardingStep).filter_by(checklist_id=checklist.id).all():
        onboarding.remove_step(step, by=None)
    assert len(_items(session, member)) == 2


def test_an_invitation_needs_an_address_and_comes_once() -> None:
    with pytest.raises(Invalid):
        access.invite_to_sign_in(a_staff_member(), by=None)
    member = a_staff_member(email="imani@harbor.example")
    access.invite_to_sign_in(member, by=None)
    with pytest.raises(Conflict):
        access.invite_to_sign_in(member, by=None)


@given(STAGES, STAGES)
def test_a_hire_comes_only_from_an_offer_and_is_the_end(now: ApplicantStage, to: ApplicantStage) -> None:
    if may_move(now, to):
        assert now != ApplicantStage.HIRED and (to != ApplicantStage.HIRED or now == ApplicantStage.OFFER)
    assert now not in TARGETS[now]


@given(some.lists(some.sampled_from(list(WAY)), max_size=30))
def test_fewer_come_to_each_next_stage(furthest: list[ApplicantStage]) -> None:
    found = conversions(furthest)
    assert [one.reached for one in found] == sorted((one.reached for one in found), reverse=True)
    assert all(one.went_on <= one.reached for one in found)
    assert found[0].reached == len(furthest)


def _checklist(name: str = "Everybody", credential_type_id: Any = None, **values: Any) -> Any:
    checklist = onboarding.add_checklist({"name": name, **values}, by=None)
    onboarding.add_step({"checklist_id": checklist.id, "title": "Welcome", "due_days": 0}, by=None)
    card = {"checklist_id": checklist.id, "title": "CPR card", "due_days": 7, "credential_type_id": credential_type_id}
    onboarding.add_step(card, by=None)
    return checklist


def _items(session: Any, member: Any) -> list[OnboardingItem]:
    query = session.query(OnboardingItem).filter_by(staff_member_id=member.id)
    return list(query.order_by(OnboardingItem.due_on))
