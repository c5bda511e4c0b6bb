"""Whom something is told, once, and never those who did it themselves."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from starline.core import clock, events, tenancy
from starline.core.errors import NotFound
from starline.identity import alerts
from starline.identity.alerts import AlertKind, SecurityAlert
from starline.notifications import service
from starline.notifications.models import Notification
from starline.staff import time_off
from tests.organizations.factories import a_staff_member, a_user, days


def sentences(user: Any) -> list[str]:
    return [one.sentence % one.facts for one in service.newest(user.id)]


def test_a_person_is_told_and_counts_what_is_unread(harbor: Any) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    service.notify(ada.id, "walk", "Hello %(who)s.", link="/me", who="Ada")
    assert sentences(ada) == ["Hello Ada."] and sentences(bo) == []
    assert (service.count_unread(ada.id), service.count_unread(bo.id)) == (1, 0)


def test_the_same_key_is_told_once_to_each_person(harbor: Any) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    for people in ([ada.id], [ada.id, bo.id], [bo.id]):
        service.notify_all(people, "walk", "Once.", key="credential:1:30")
    assert sentences(ada) == sentences(bo) == ["Once."]


def test_without_a_key_everything_is_told(harbor: Any) -> None:
    ada = a_user("ada")
    for _turn in range(2):
        service.notify(ada.id, "walk", "Again.")
    assert sentences(ada) == ["Again.", "Again."]


def test_nobody_is_told_of_what_they_did_and_nobody_who_left(harbor: Any, session: Any) -> None:
    ada, bo, gone = a_user("ada"), a_user("bo"), a_user("gone")
    gone.active = False
    session.flush()
    with tenancy.acting(harbor.id, ada.id):
        service.notify_all([ada.id, bo.id, gone.id], "walk", "Done.")
    assert (sentences(ada), sentences(bo), sentences(gone)) == ([], ["Done."], [])


def test_only_its_reader_marks_it_as_read(harbor: Any) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    service.notify(ada.id, "walk", "Hello.")
    (told,) = service.newest(ada.id)
    for stranger, key in ((bo.id, told.id), (ada.id, uuid4())):
        with pytest.raises(NotFound):
            service.mark_read(key, by=stranger)
    first = service.mark_read(told.id, by=ada.id).read_at
    assert first is not None and service.count_unread(ada.id) == 0
    assert service.mark_read(told.id, by=ada.id).read_at == first


def test_all_are_marked_as_read_but_those_of_others(harbor: Any) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    service.notify_all([ada.id, bo.id], "walk", "Hello.")
    service.notify(ada.id, "walk", "Again.")
    assert service.mark_all_read(by=ada.id) == 2
    assert (service.count_unread(ada.id), service.count_unread(bo.id)) == (0, 1)


def test_what_is_older_than_ninety_days_is_cleared_away(harbor: Any) -> None:
    ada = a_user("ada")
    with clock.frozen(clock.now() - service.KEPT - timedelta(minutes=1)):
        service.notify(ada.id, "walk", "Old.")
    service.notify(ada.id, "walk", "New.")
    assert service.clear_old() == 1
    assert sentences(ada) == ["New."]


def test_a_request_for_time_off_is_told_to_those_who_decide_and_the_answer_to_who_asked(harbor: Any) -> None:
    noor, imani, ada = a_user("noor", "Human resources"), a_user("imani"), a_user("ada", "Auditor")
    member = a_staff_member(user_id=imani.id)
    given = {"staff_member_id": member.id, "kind": "vacation", "starts_on": days(10), "ends_on": days(12)}
    absence = time_off.request_time_off(given, by=imani.id)
    (asked,) = service.newest(noor.id)
    assert asked.link == f"/time_off/show/{absence.id}" and asked.facts["who"] == "Imani Okafor"
    assert service.newest(ada.id) == [] == service.newest(imani.id)
    with tenancy.acting(harbor.id, noor.id):
        time_off.approve_time_off(absence, by=noor.id)
    (answered,) = service.newest(imani.id)
    assert answered.kind == "time_off_approved" and answered.facts["first"] == {"on": str(days(10))}


def test_administrators_are_told_of_a_security_alert(harbor: Any, session: Any) -> None:
    root, ada = a_user("root", "Administrator"), a_user("ada")
    alert = SecurityAlert(kind=AlertKind.DENIALS, user_id=ada.id, count=30, severity=alerts.AlertSeverity.WARNING)
    session.add(alert)
    session.flush()
    for _turn in range(2):
        events.record("alert:raised", alert)
    (told,) = service.newest(root.id)
    assert told.facts == {"count": 30} and told.link == f"/security_alerts/show/{alert.id}"
    assert service.newest(ada.id) == []


def test_people_of_a_branch_are_asked_for_their_own_branch_only(harbor: Any, session: Any) -> None:
    from starline.core.db import Role
    from starline.identity import roles
    from tests.organizations.factories import branch_id

    role = Role(name="Branch lead", record_scope="branch", permissions=roles.role_of(roles.ADMINISTRATOR).permissions)
    session.add(role)
    lead = a_user("lead")
    lead.roles, lead.branch_id = [role], branch_id()
    session.flush()
    assert lead.id in service.people_who_may("edit", "TimeOffRequests", branch_id=branch_id())
    assert lead.id not in service.people_who_may("edit", "TimeOffRequests", branch_id=uuid4())
    assert lead.id not in service.people_who_may("edit", "TimeOffRequests")


def test_every_kind_of_row_can_be_read_back(harbor: Any, session: Any) -> None:
    ada = a_user("ada")
    service.notify(ada.id, "walk", "On %(day)s, %(count)s times.", day=days(1), count=3)
    session.expire_all()
    one = session.query(Notification).one()
    assert one.facts == {"day": {"on": str(days(1))}, "count": 3} and not one.is_read and one.version == 1
