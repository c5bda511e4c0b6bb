"""Incidents: reported at once, investigated in time, closed with a reason why it won't happen again. Never deleted."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starline.clients.models import Incident, IncidentNotification
from starline.clients.service import locked_client
from starline.clients.vocabulary import IncidentSeverity, IncidentStatus, NotifiedParty
from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today
from starline.organizations.settings import policy

SLACK = timedelta(hours=1)
"""Clocks of phones run ahead a little."""

VOIDED_WITHOUT_WORDS = "Reported by mistake"


def report_incident(values: Mapping[str, Any], *, by: int | None) -> Incident:
    """Report what happened. It is due by what the agency allows for its severity, unless a day is given."""
    client = locked_client(values["client_id"])
    day = today(client.branch_id)
    values = {**values, "due_on": values.get("due_on") or due_on(IncidentSeverity(values["severity"]), since=day)}
    _check(values)
    incident = Incident(**values)
    session.add(incident)
    session.flush()
    events.record("incident:reported", incident)
    return incident


def update_incident(incident: Incident, values: Mapping[str, Any], *, by: int | None) -> Incident:
    """Change a report. Another severity brings another due date, unless one is given with it."""
    if incident.status == IncidentStatus.CLOSED and _changes(incident, values):
        raise Conflict("This incident is closed. Open it again to change it.")
    if values.get("client_id", incident.client_id) != incident.client_id:
        raise invalid("client_id", "An incident stays with its client; void it and report it anew.")
    severity = values.get("severity") or incident.severity
    if severity != incident.severity and values.get("due_on", incident.due_on) == incident.due_on:
        since = today(incident.client.branch_id)
        values = {**values, "due_on": due_on(IncidentSeverity(severity), since=since)}
    _check(proposed(incident, values))
    assign(incident, values)
    session.flush()
    events.record("incident:updated", incident)
    return incident


def start_investigation(incident: Incident, *, by: int | None) -> Incident:
    """Begin to look into it; whoever begins investigates unless somebody was named."""
    if incident.status != IncidentStatus.REPORTED:
        raise Conflict("Somebody is looking into this incident already.")
    incident.status = IncidentStatus.INVESTIGATING
    incident.investigator_id = incident.investigator_id or by
    return _moved(incident, "incident:investigated")


def close_incident(incident: Incident, *, by: int | None) -> Incident:
    """Close it, once it is known why it happened, what was changed, and whoever must know was told."""
    if incident.status != IncidentStatus.INVESTIGATING:
        raise Conflict("Only an incident under investigation can be closed; start the investigation first.")
    problems = Problems()
    if not (incident.investigation or "").strip():
        problems.add("investigation", "Write what the investigation found before you close the incident.")
    if not (incident.corrective_action or "").strip():
        problems.add("corrective_action", "Write what is done so that it doesn't happen again.")
    if incident.is_reportable and not _told(incident, NotifiedParty.STATE):
        problems.add("is_reportable", "This must be reported to the state: add the notification first.")
    if problems:
        raise Conflict(" ".join(sentence for sentences in problems.values() for sentence in sentences))
    incident.status, incident.closed_at = IncidentStatus.CLOSED, clock.now()
    return _moved(incident, "incident:closed")


def reopen_incident(incident: Incident, *, by: int | None) -> Incident:
    """Look into a closed one again."""
    if incident.status != IncidentStatus.CLOSED:
        raise Conflict("This incident is open.")
    incident.status, incident.closed_at = IncidentStatus.INVESTIGATING, None
    return _moved(incident, "incident:reopened")


def void_incident(incident: Incident, *, by: int | None, reason: str | None = None) -> Incident:
    """Take a report out of the lists; it stays on record with the reason."""
    if incident.voided_at is not None:
        raise Conflict("This incident was voided before.")
    incident.voided_at = clock.now()
    incident.void_reason = reason or tenancy.current().reason or VOIDED_WITHOUT_WORDS
    return _moved(incident, "incident:voided")


def add_notification(values: Mapping[str, Any], *, by: int | None) -> IncidentNotification:
    """Note that somebody was told."""
    _check_notification(values)
    told = IncidentNotification(**values)
    session.add(told)
    session.flush()
    events.record("incident_notification:added", told)
    return told


def update_notification(
    told: IncidentNotification, values: Mapping[str, Any], *, by: int | None
) -> IncidentNotification:
    if values.get("incident_id", told.incident_id) != told.incident_id:
        raise invalid("incident_id", "A notification stays with its incident; add one to the other incident.")
    _check_notification(proposed(told, values))
    assign(told, values)
    session.flush()
    events.record("incident_notification:updated", told)
    return told


def due_on(severity: IncidentSeverity, *, since: date) -> date:
    """The last day for closing an incident of that severity, by the agency's settings."""
    return since + timedelta(days=policy("client_policy")[f"{severity.value}_incident_days"])


def _moved(incident: Incident, event: str) -> Incident:
    session.flush()
    events.record(event, incident)
    return incident


def _changes(incident: Incident, values: Mapping[str, Any]) -> bool:
    return any(getattr(incident, name) != value for name, value in values.items())


def _told(incident: Incident, party: NotifiedParty) -> bool:
    query = session.query(IncidentNotification.id).filter_by(incident_id=incident.id, party=party)
    return query.first() is not None


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    at = values.get("occurred_at")
    if at and at > clock.now() + SLACK:
        problems.add("occurred_at", "This lies in the future; give the moment it happened.")
    if not (values.get("description") or "").strip():
        problems.add("description", "Write what happened, in order.")
    problems.refuse()


def _check_notification(values: Mapping[str, Any]) -> None:
    incident = session.get(Incident, values["incident_id"])
    if incident is None or incident.voided_at is not None:
        raise invalid("incident_id", "Choose an incident from the list.")
    at = values.get("notified_at")
    if at and at > clock.now() + SLACK:
        raise invalid("notified_at", "This lies in the future; note it once somebody was told.")
