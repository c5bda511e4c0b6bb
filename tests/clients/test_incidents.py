"""Incidents are due by their severity, closed with their reasons, and never deleted."""

from datetime import timedelta
from typing import Any

import pytest

from starline.clients import incidents
from starline.core import clock
from starline.core.errors import Conflict, Invalid
from starline.organizations import preferences
from tests.clients.factories import an_incident
from tests.organizations.factories import a_client, a_user, days

pytestmark = pytest.mark.usefixtures("harbor")


def test_it_is_due_by_what_the_agency_allows_for_its_severity() -> None:
    client = a_client()
    assert an_incident(client, severity="critical").due_on == days(1)
    preferences.update_settings({"client_policy": {"critical_incident_days": 5}}, by=None)
    assert an_incident(client, severity="critical").due_on == days(5)


def test_another_severity_brings_another_due_date_unless_one_is_given() -> None:
    incident = an_incident(a_client(), severity="minor")
    incidents.update_incident(incident, {"severity": "serious"}, by=None)
    assert incident.due_on == days(3)
    incidents.update_incident(incident, {"severity": "critical", "due_on": days(9)}, by=None)
    assert incident.due_on == days(9)


def test_what_lies_in_the_future_has_not_happened() -> None:
    with pytest.raises(Invalid) as refused:
        an_incident(a_client(), occurred_at=clock.now() + timedelta(days=1))
    assert list(refused.value.errors) == ["occurred_at"]


def test_whoever_begins_investigates() -> None:
    nurse = a_user("paula", "Nurse")
    incident = incidents.start_investigation(an_incident(a_client()), by=nurse.id)
    assert (incident.status, incident.investigator_id) == ("investigating", nurse.id)
    with pytest.raises(Conflict):
        incidents.start_investigation(incident, by=nurse.id)


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, "what the investigation found"),
        ({"investigation": "Loose mat"}, "doesn't happen again"),
        ({"investigation": "Loose mat", "corrective_action": "Removed", "is_reportable": True}, "state"),
    ],
)
def test_it_is_not_closed_before_everything_is_known(known: dict[str, Any], missing: str) -> None:
    incident = incidents.start_investigation(an_incident(a_client(), **known), by=None)
    with pytest.raises(Conflict, match=missing):
        incidents.close_incident(incident, by=None)


def test_it_is_closed_once_the_state_was_told_and_then_left_alone() -> None:
    known = {"investigation": "Loose mat", "corrective_action": "Removed", "is_reportable": True}
    incident = incidents.start_investigation(an_incident(a_client(), **known), by=None)
    incidents.add_notification({"incident_id": incident.id, "party": "state", "notified_at": clock.now()}, by=None)
    incidents.close_incident(incident, by=None)
    assert incident.closed_at is not None
    with pytest.raises(Conflict, match="Open it again"):
        incidents.update_incident(incident, {"place": "Kitchen"}, by=None)
    incidents.reopen_incident(incident, by=None)
    incidents.update_incident(incident, {"place": "Kitchen"}, by=None)
    assert (incident.status, incident.place) == ("investigating", "Kitchen")


def test_it_is_voided_once_and_takes_no_notification_any_more() -> None:
    incident = incidents.void_incident(an_incident(a_client()), by=None)
    assert incident.void_reason
    with pytest.raises(Conflict):
        incidents.void_incident(incident, by=None)
    with pytest.raises(Invalid):
        incidents.add_notification({"incident_id": incident.id, "party": "family"}, by=None)


def test_an_incident_stays_with_its_client() -> None:
    incident, other = an_incident(a_client()), a_client(first_name="Opal")
    with pytest.raises(Invalid):
        incidents.update_incident(incident, {"client_id": other.id}, by=None)
