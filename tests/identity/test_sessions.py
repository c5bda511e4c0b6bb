"""A session holds while its person is there, and ends when somebody says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from starline.core import clock, db, tenancy
from starline.core.errors import NotFound
from starline.identity import roles, sessions, signin, users
from starline.identity.attempts import Origin
from starline.identity.models import RecordScope, UserSession
from starline.identity.signin import SignedIn
from starline.identity.viewer import Viewer, load_viewer, load_viewer_of_user
from starline.organizations.models import OrganizationStatus
from starline.organizations.settings import settings_row
from tests.identity.factories import API, SUMMIT, WEB, a_person, an_agency


def opened_for(person: Any, origin: Origin = WEB, *, has_second_factor: bool = False) -> UserSession:
    return signin.open_session(SignedIn(person, has_second_factor=has_second_factor), origin=origin)


def viewer_of(opened: UserSession) -> Viewer:
    viewer = load_viewer(opened.id)
    assert viewer is not None
    return viewer


def test_a_viewer_holds_what_permission_and_scope_need(harbor: Any) -> None:
    viewer = viewer_of(opened_for(a_person()))
    assert (viewer.name, viewer.email, viewer.roles) == ("Nurse Okafor", "nurse@harbor.example", ("Nurse",))
    assert viewer.scope is RecordScope.ALL and viewer.time_zone == "America/New_York" and viewer.locale == "en"
    assert viewer.can("read", "Clients") and not viewer.can("delete", "Clients") and not viewer.can("read", "Users")


def test_the_widest_of_several_roles_decides_the_scope(harbor: Any) -> None:
    assert viewer_of(opened_for(a_person("one", "Caregiver"))).scope is RecordScope.ASSIGNED
    assert viewer_of(opened_for(a_person("two", ["Caregiver", "Family"]))).scope is RecordScope.ASSIGNED
    assert viewer_of(opened_for(a_person("three", ["Family", "Nurse"]))).scope is RecordScope.ALL


def test_somebody_without_roles_sees_least(harbor: Any) -> None:
    viewer = viewer_of(opened_for(a_person("newcomer", [])))
    assert viewer.scope is RecordScope.OWN and viewer.permissions == frozenset()


def test_loading_a_viewer_is_one_statement(harbor: Any) -> None:
    from sqlalchemy import event

    opened = opened_for(a_person())
    db.session.flush()
    seen: list[str] = []
    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    viewer_of(opened)
    assert len(seen) == 1


def test_a_session_ends_after_half_an_hour_without_a_request(harbor: Any, frozen_clock: Any) -> None:
    opened = opened_for(a_person())
    with clock.frozen(frozen_clock + timedelta(minutes=29)):
        sessions.touch(viewer_of(opened))
    with clock.frozen(frozen_clock + timedelta(minutes=58)):
        assert load_viewer(opened.id) is not None
    with clock.frozen(frozen_clock + timedelta(minutes=60)):
        assert load_viewer(opened.id) is None


def test_a_session_ends_after_twelve_hours_however_busy(harbor: Any, frozen_clock: Any) -> None:
    opened = opened_for(a_person())
    for minutes in range(20, 12 * 60, 20):
        with clock.frozen(frozen_clock + timedelta(minutes=minutes)):
            sessions.touch(viewer_of(opened))
    with clock.frozen(frozen_clock + timedelta(hours=12)):
        assert load_viewer(opened.id) is None


def test_the_agency_sets_both_timeouts(harbor: Any, frozen_clock: Any) -> None:
    settings_row().security_policy = {"idle_minutes": 5, "absolute_hours": 1}
    db.session.flush()
    opened = opened_for(a_person())
    with clock.frozen(frozen_clock + timedelta(minutes=6)):
        assert load_viewer(opened.id) is None
    assert opened.expires_at == frozen_clock + timedelta(hours=1)


def test_a_programs_session_does_not_idle(harbor: Any, frozen_clock: Any) -> None:
    opened = opened_for(a_person(), API)
    with clock.frozen(frozen_clock + timedelta(days=29)):
        assert load_viewer(opened.id) is not None


def test_a_viewer_kept_in_memory_knows_when_it_is_over(harbor: Any, frozen_clock: Any) -> None:
    viewer = viewer_of(opened_for(a_person()))
    assert viewer.is_current(frozen_clock) and not viewer.is_current(frozen_clock + timedelta(minutes=31))
    assert not replace(viewer, expires_at=frozen_clock).is_current(frozen_clock)


def test_touching_writes_at_most_once_a_minute(harbor: Any, frozen_clock: Any) -> None:
    opened = opened_for(a_person())
    viewer = viewer_of(opened)
    with clock.frozen(frozen_clock + timedelta(seconds=59)):
        sessions.touch(viewer)
        assert viewer_of(opened).last_seen_at == frozen_clock
    with clock.frozen(frozen_clock + timedelta(seconds=61)):
        sessions.touch(viewer)
        assert viewer_of(opened).last_seen_at == clock.now()


def test_an_ended_session_shows_nobody(harbor: Any) -> None:
    nurse = a_person()
    opened = opened_for(nurse)
    sessions.end(opened.id, user_id=nurse.id)
    assert load_viewer(opened.id) is None


def test_nobody_ends_somebody_elses_session(harbor: Any) -> None:
    nurse, other = a_person(), a_person("other")
    opened = opened_for(nurse)
    with pytest.raises(NotFound):
        sessions.end(opened.id, user_id=other.id)
    with pytest.raises(NotFound):
        sessions.end(uuid4(), user_id=nurse.id)


def test_the_list_shows_the_sessions_that_still_hold(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    first, second = opened_for(nurse), opened_for(nurse, API)
    ended = opened_for(nurse)
    sessions.end(ended.id, user_id=nurse.id)
    assert {one.id for one in sessions.open_sessions(nurse.id)} == {first.id, second.id}
    with clock.frozen(frozen_clock + timedelta(minutes=31)):
        assert [one.id for one in sessions.open_sessions(nurse.id)] == [second.id]


def test_a_disabled_person_is_shown_nowhere(harbor: Any) -> None:
    nurse = a_person()
    opened = opened_for(nurse)
    users.disable(nurse, by=None)
    assert load_viewer(opened.id) is None and load_viewer_of_user(nurse.id) is None


def test_nobody_is_seen_at_an_agency_that_was_suspended(harbor: Any) -> None:
    opened = opened_for(a_person())
    harbor.status = OrganizationStatus.SUSPENDED
    db.session.flush()
    assert load_viewer(opened.id) is None


def test_a_session_of_another_agency_shows_nobody(harbor: Any) -> None:
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        theirs = opened_for(a_person())
    assert load_viewer(theirs.id) is None


def test_a_demanded_second_factor_is_asked_of_sessions_that_have_none(harbor: Any) -> None:
    nurse = a_person()
    without, with_factor = opened_for(nurse), opened_for(nurse, has_second_factor=True)
    roles.role_of(roles.BY_NAME["Nurse"]).requires_second_factor = True
    db.session.flush()
    assert viewer_of(without).requires_second_factor and not viewer_of(with_factor).requires_second_factor
    sessions.confirm_second_factor(without.id)
    assert not viewer_of(without).requires_second_factor
