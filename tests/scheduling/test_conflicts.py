"""What speaks against a visit, found among the agency's records, and what a planner may do about it."""

from datetime import time, timedelta
from typing import Any

import pytest

from starline.clients import preferences as wishes
from starline.clients import service as clients
from starline.clients.vocabulary import ClientStatus
from starline.core.errors import Conflict
from starline.organizations import preferences
from starline.scheduling import visits
from starline.scheduling.conflicts import check, proposal_of
from starline.scheduling.models import Visit
from starline.scheduling.rules.conflicts import Effect, Rule
from starline.staff import availability, exclusions, time_off
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, today
from tests.scheduling.factories import a_visit, at
from tests.services.factories import a_plan, a_service, a_service_of


def found(visit: Visit, **values: Any) -> dict[Rule, Effect]:
    return {one.rule: one.effect for one in check(proposal_of(visit, values))}


def test_nothing_speaks_against_an_ordinary_visit(harbor: Any) -> None:
    visit = a_visit(staff_member_id=a_staff_member().id)
    findings = check(proposal_of(visit, {}))
    assert [one.rule for one in findings if "exclusion lists" not in one.sentence] == []
    assert (visit.overridden, visit.override_reason) == ([], None)


def test_somebody_away_is_not_sent_unless_it_is_said_why(harbor: Any) -> None:
    maria, hr = a_staff_member(first_name="Maria"), a_user("hana", "Human resources")
    day = today() + timedelta(days=1)
    absence = time_off.request_time_off({"staff_member_id": maria.id, "starts_on": day, "ends_on": day}, by=None)
    a_visit(day=1, hours=(6, 7), staff_member_id=maria.id)  # asked for only: nobody has answered
    time_off.approve_time_off(absence, by=hr.id)
    with pytest.raises(Conflict, match="has time off") as refusal:
        a_visit(staff_member_id=maria.id)
    assert "say why" in refusal.value.errors["override_reason"][-1]
    visit = a_visit(staff_member_id=maria.id, override_reason="She offered to come")
    assert visit.overridden == ["time_off"]
    visits.update_visit(visit, {"note": "Thank her"}, by=None)
    assert visit.overridden == ["time_off"]
    visits.update_visit(visit, {"starts_at": at(2, 9), "ends_at": at(2, 11)}, by=None)
    assert visit.overridden == []


def test_assigning_asks_the_rules_too_and_changes_nothing_where_they_refuse(harbor: Any) -> None:
    a_credential_type(required_disciplines=["hha"], on_lapse="block")
    visit = a_visit()
    with pytest.raises(Conflict, match="CPR"):
        visits.update_visit(visit, {"staff_member_id": a_staff_member().id}, by=None)
    assert (visit.staff_member_id, visit.version) == (None, 1)


def test_an_excluded_person_is_never_sent_whatever_is_said(harbor: Any) -> None:
    maria = a_staff_member(first_name="Maria")
    values = {"staff_member_id": maria.id, "source": "oig", "result": "excluded", "note": "Listed since March"}
    exclusions.record_exclusion_check({**values, "checked_on": today()}, by=None)
    with pytest.raises(Conflict, match="exclusion list of OIG") as refusal:
        a_visit(staff_member_id=maria.id, override_reason="Nobody else is there")
    assert set(refusal.value.errors) == {"staff_member_id"}


def test_the_discipline_must_include_what_is_done(harbor: Any) -> None:
    nursing = a_service(discipline="rn", hcpcs="G0299")
    with pytest.raises(Conflict, match="by RN only"):
        a_visit(service_type_id=nursing.id, staff_member_id=a_staff_member(discipline="hha").id)
    nurse = a_staff_member(discipline="rn", position="Nurse")
    assert a_visit(service_type_id=nursing.id, staff_member_id=nurse.id).overridden == []
    assert a_visit(day=2, staff_member_id=nurse.id).overridden == []  # a nurse may do what an aide does


def test_a_caregiver_whom_the_client_does_not_want(harbor: Any) -> None:
    client, user = an_active_client(), a_user("omar")
    omar = a_staff_member(user_id=user.id)
    wish = {"client_id": client.id, "kind": "excluded_caregiver", "caregiver_id": user.id, "reason": "An argument"}
    wishes.add_preference(wish, by=None)
    with pytest.raises(Conflict, match="An argument"):
        a_visit(client, staff_member_id=omar.id)
    assert a_visit(staff_member_id=omar.id).overridden == []


def test_a_client_on_hold_and_one_who_is_doubly_covered(harbor: Any) -> None:
    client = an_active_client()
    visit = a_visit(client)
    other = a_visit(client, hours=(10, 12))
    assert found(other)[Rule.DOUBLE_COVER] is Effect.WARN
    clients.change_status(client, to=ClientStatus.ON_HOLD, by=None, reason="With family")
    assert found(visit)[Rule.CLIENT_STATUS] is Effect.BLOCK
    with pytest.raises(Conflict, match="on hold"):
        a_visit(client, day=5)


def test_the_plan_says_what_and_how_much(harbor: Any) -> None:
    client, service = an_active_client(), a_service()
    plan = a_plan(client, starts_on=today() - timedelta(days=7))
    a_service_of(plan, service_type_id=service.id, hours_per_week=3)
    visit = a_visit(client, service_type_id=service.id)
    assert found(visit) == {}  # a draft is nobody's plan yet
    plan.status, plan.approved_at = "active", at(0, 8)  # type: ignore[assignment]
    assert found(visit) == {}
    longer = {"ends_at": at(1, 9) + timedelta(minutes=181)}
    assert found(visit, **longer) == {Rule.PLAN: Effect.WARN}
    assert found(visit, service_type_id=a_service().id) == {Rule.PLAN: Effect.WARN}


def test_availability_and_the_agencys_own_severity(harbor: Any) -> None:
    maria = a_staff_member()
    day = today() + timedelta(days=1)
    slot = {"staff_member_id": maria.id, "on_date": day, "starts_time": time(8), "ends_time": time(10)}
    availability.add_availability(slot, by=None)
    visit = a_visit(staff_member_id=maria.id)
    assert found(visit)[Rule.AVAILABILITY] is Effect.WARN
    for chosen, effect in (("block", Effect.BLOCK), ("nothing", None)):
        preferences.update_settings({"scheduling_policy": {"when_availability": chosen}}, by=None)
        assert found(visit).get(Rule.AVAILABILITY) is effect


def test_overtime_counts_the_agencys_week(harbor: Any) -> None:
    maria = a_staff_member()
    first = (6 - today().weekday()) % 7 or 7  # the Sunday on which the week begins
    for day in range(first, first + 4):
        a_visit(day=day, hours=(8, 18), staff_member_id=maria.id)
    visit = a_visit(day=first + 5, staff_member_id=maria.id)
    assert found(visit)[Rule.OVERTIME] is Effect.WARN
    preferences.update_settings({"scheduling_policy": {"overtime_rule": "california_attendant"}}, by=None)
    assert Rule.OVERTIME not in found(visit)  # 42 hours of 45
