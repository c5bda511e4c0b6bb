"""Support access, emergency access, reviews, dormant accounts and alerts, as verbs."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from starline.clients import emergency
from starline.clients.models import Client, ServiceAddress
from starline.core import audit, clock, tenancy
from starline.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from starline.core.outbox import OutboxMessage
from starline.identity import alerts, break_glass, dormancy, reviews, support, users
from starline.identity.alerts import AlertSeverity, SecurityAlert
from starline.identity.models import UserSession
from starline.identity.support import Operator, SupportAccess, SupportState
from starline.identity.viewer import load_viewer
from starline.organizations.models import Branch, OrganizationSettings
from tests.identity.factories import WEB, a_person

pytestmark = pytest.mark.usefixtures("harbor")
ASKING = Operator(7, "Odile Operator", "odile@platform.example")
WHY = "A report shows no rows"


def _mails(session: Any, template: str) -> list[Any]:
    sent = session.scalars(select(OutboxMessage).where(OutboxMessage.task == "identity.send_notice"))
    return [one.arguments["user_id"] for one in sent if one.arguments["template"] == template]


def _policy(session: Any, **values: Any) -> None:
    session.query(OrganizationSettings).one().security_policy = values
    session.flush()


def _entered(access: SupportAccess) -> UserSession:
    return support.enter(support.hand_over(access), origin=WEB)


def test_support_waits_for_an_administrator_who_is_told(session: Any) -> None:
    admin = a_person("admin", "Administrator")
    access = support.request_access(ASKING, reason=WHY, hours=2)
    assert (access.state, access.is_running) == (SupportState.REQUESTED, False)
    assert _mails(session, "support_access") == [admin.id]
    with pytest.raises(Conflict):
        support.hand_over(access)
    support.approve(access, by=admin.id)
    assert access.is_running
    assert access.ends_at == access.starts_at + timedelta(hours=2)
    with pytest.raises(Conflict):
        support.refuse(access, by=admin.id)


def test_support_begins_at_once_where_the_agency_allows_it(session: Any) -> None:
    _policy(session, support_needs_approval=False)
    assert support.request_access(ASKING, reason=WHY, hours=1).is_running


@pytest.mark.parametrize(("reason", "hours"), [("short", 1), (WHY, 0), (WHY, 5)])
def test_support_needs_a_reason_and_four_hours_at_most(reason: str, hours: int) -> None:
    with pytest.raises(Invalid):
        support.request_access(ASKING, reason=reason, hours=hours)


def test_a_support_session_reads_everything_and_may_nothing_else(session: Any) -> None:
    access = support.approve(support.request_access(ASKING, reason=WHY, hours=1), by=None)
    viewer = load_viewer(_entered(access).id)
    assert viewer is not None
    assert viewer.support == f"Support access by Odile Operator: {WHY}"
    assert {action for action, _name in viewer.permissions} == {"can_read"}
    assert ("can_read", "Clients") in viewer.permissions
    assert ("can_read", "Organizations") not in viewer.permissions


def test_a_hand_over_serves_once_and_for_a_minute(session: Any, frozen_clock: Any) -> None:
    access = support.approve(support.request_access(ASKING, reason=WHY, hours=1), by=None)
    secret = support.hand_over(access)
    assert support.enter(secret, origin=WEB).kind == "support"
    with pytest.raises(NotFound):
        support.enter(secret, origin=WEB)
    late = support.hand_over(access)
    with clock.frozen(frozen_clock + timedelta(seconds=61)), pytest.raises(NotFound):
        support.enter(late, origin=WEB)


def test_ending_support_ends_its_session_at_once_and_time_does_too(session: Any, frozen_clock: Any) -> None:
    access = support.approve(support.request_access(ASKING, reason=WHY, hours=1), by=None)
    opened = _entered(access)
    with clock.frozen(frozen_clock + timedelta(hours=1, seconds=1)):
        assert load_viewer(opened.id) is None
    assert load_viewer(opened.id) is not None
    support.end(access, by=None)
    assert load_viewer(opened.id) is None
    assert opened.ended_at is not None


def test_an_expired_support_access_is_marked_as_ended(session: Any, frozen_clock: Any) -> None:
    access = support.approve(support.request_access(ASKING, reason=WHY, hours=1), by=None)
    assert support.close_expired() == 0
    with clock.frozen(frozen_clock + timedelta(hours=1)):
        assert support.close_expired() == 1
    assert access.state == SupportState.ENDED


def _a_client(session: Any) -> Client:
    branch = Branch(name="Salem")
    session.add(branch)
    session.flush()
    client = Client(first_name="Otis", last_name="Ames", birth_date=date(1950, 2, 3), branch_id=branch.id)
    session.add(client)
    session.flush()
    home = {"line1": "1 Elm St", "city": "Salem", "state": "OR", "postal_code": "97301"}
    session.add(ServiceAddress(client_id=client.id, **home))
    session.flush()
    return client


def _sees(session: Any, model: Any, viewer: Any) -> int:
    return int(session.query(model.id).filter(model.visible_to(viewer)).count())


@pytest.mark.parametrize("scope", ["branch", "assigned"])
def test_an_emergency_opens_one_client_with_what_belongs_to_it(session: Any, scope: str) -> None:
    client, nurse = _a_client(session), a_person()
    _a_client_number_two(session, client)
    admin = a_person("admin", "Administrator")
    viewer = SimpleNamespace(scope=scope, user_id=nurse.id, branch_id=None)
    assert _sees(session, Client, viewer) == 0
    named = {"first_name": "otis", "last_name": "AMES", "birth_date": "1950-02-03"}
    with pytest.raises(Invalid):
        emergency.open_client(named, reason="too short", viewer=viewer)
    opened = emergency.open_client(named, reason="Fell on the stairs, alone", viewer=viewer)
    assert _sees(session, Client, viewer) == 1
    assert _sees(session, ServiceAddress, viewer) == 1
    assert _mails(session, "break_glass") == [admin.id]
    break_glass.end(opened, by=admin.id)
    opened.expires_at = clock.now() - timedelta(seconds=5)
    session.flush()
    assert _sees(session, Client, viewer) == 0


def _a_client_number_two(session: Any, like: Client) -> None:
    values = {"first_name": "Otis", "last_name": "Amesbury", "birth_date": like.birth_date}
    session.add(Client(**values, branch_id=like.branch_id))
    session.flush()


def test_a_search_needs_the_exact_client_and_is_counted(session: Any) -> None:
    client, nurse = _a_client(session), a_person()
    with tenancy.acting(tenancy.current_organization_id(), nurse.id):
        assert emergency.find_client({"client_number": str(client.client_number)}, by=nurse.id) == client.id
        with pytest.raises(NotFound):
            emergency.find_client({"first_name": "Oti", "last_name": "Ames", "birth_date": "1950-02-03"}, by=nurse.id)
        for _time in range(emergency.MOST_SEARCHES - 2):
            emergency.find_client({"client_number": str(client.client_number)}, by=nurse.id)
        with pytest.raises(TooManyRequests):
            emergency.find_client({"client_number": str(client.client_number)}, by=nurse.id)


def test_whoever_sees_the_client_needs_no_emergency(session: Any) -> None:
    client, nurse = _a_client(session), a_person()
    viewer = SimpleNamespace(scope="all", user_id=nurse.id, branch_id=None)
    with pytest.raises(Conflict):
        emergency.open_client({"client_number": str(client.client_number)}, reason="x" * 20, viewer=viewer)


def test_somebody_else_signs_an_emergency_off_with_an_opinion(session: Any) -> None:
    client, nurse, admin = _a_client(session), a_person(), a_person("admin", "Administrator")
    opened = break_glass.open_client(client.id, reason="Fell on the stairs", by=nurse.id)
    with pytest.raises(Invalid):
        break_glass.sign_off(opened, {"opinion": "It was real."}, by=nurse.id)
    with pytest.raises(Invalid):
        break_glass.sign_off(opened, {"opinion": " "}, by=admin.id)
    break_glass.sign_off(opened, {"opinion": "It was real."}, by=admin.id)
    assert (opened.reviewed_by_id, opened.reviewed_at is not None) == (admin.id, True)


def test_the_review_shows_each_role_and_keeps_decisions(session: Any) -> None:
    nurse = a_person("nurse", ["Nurse", "Biller"])
    lines = [one for one in reviews.review_lines() if one.user_id == nurse.id]
    assert {one.role for one in lines} == {"Nurse", "Biller"}
    assert all(one.decision is None for one in lines)
    role_id = next(one.role_id for one in lines if one.role == "Biller")
    reviews.decide(nurse.id, role_id, decision="not_needed", note="Moved on", by=None)
    decided = {one.role: one.decision for one in reviews.review_lines() if one.user_id == nurse.id}
    assert decided == {"Nurse": None, "Biller": "not_needed"}
    with pytest.raises(Invalid):
        reviews.decide(nurse.id, role_id, decision="perhaps", note=None, by=None)


def test_dormant_accounts_are_warned_twice_then_disabled_but_the_last_administrator(
    session: Any, frozen_clock: Any
) -> None:
    nurse, admin = a_person(), a_person("admin", "Administrator")
    done = {}
    for days in (75, 76, 77, 86, 87, 88, 90, 91):
        with clock.frozen(frozen_clock + timedelta(days=days)):
            session.flush()
            done[days] = _tended(session, days)
    assert done == {75: (0, 0), 76: (2, 0), 77: (0, 0), 86: (0, 0), 87: (2, 0), 88: (0, 0), 90: (0, 1), 91: (0, 0)}
    assert (nurse.active, admin.active) == (False, True)
    users.enable(nurse, by=None)
    assert dormancy.tend(frozen_clock) == (0, 0)


def _tended(session: Any, days: int) -> tuple[int, int]:
    """The job's day; what it wrote to the audit is dated as if the days had passed."""
    return dormancy.tend(clock.now())


def test_reading_many_rows_raises_one_alert_and_one_mail(session: Any) -> None:
    nurse, admin = a_person(), a_person("admin", "Administrator")
    _policy(session, mass_export_rows=100)
    with tenancy.acting(tenancy.current_organization_id(), nurse.id):
        audit.record_read("staff_members", range(60))
        assert alerts.watch() == 0
        audit.record_read("staff_members", range(41))
        assert alerts.watch() == 0, "seen before"
        audit.record_read("staff_members", range(60, 101))
        assert (alerts.watch(), alerts.watch()) == (1, 0)
        audit.record_read("staff_members", range(500))
        assert alerts.watch() == 0
    alert = session.query(SecurityAlert).one()
    assert (alert.kind, alert.user_id, alert.count) == ("mass_export", nurse.id, 500)
    assert alert.severity == AlertSeverity.CRITICAL
    assert _mails(session, "security_alert") == [admin.id]
    with pytest.raises(Invalid):
        alerts.acknowledge(alert, {"comment": ""}, by=admin.id)
    assert alerts.acknowledge(alert, {"comment": "A yearly report."}, by=admin.id).acknowledged_by_id == admin.id


def test_fifty_denials_of_one_person_raise_an_alert(session: Any) -> None:
    nurse = a_person()
    with tenancy.acting(tenancy.current_organization_id(), nurse.id):
        for _time in range(49):
            audit.record("denied", "ClientsApi.get", changes={"status": 404})
        assert alerts.watch() == 0
        audit.record("denied", "ClientsApi.get", changes={"status": 404})
        assert alerts.watch() == 1
    assert session.query(SecurityAlert).one().severity == AlertSeverity.WARNING
