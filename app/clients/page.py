"""What a client's page says beyond its fields: what nobody may overlook, the line under the name, and the timeline."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask import render_template

from app.core.access import may
from app.core.display import choice_label
from app.core.profile import current_profile
from app.core.resource import registry
from app.core.security import required_viewer
from app.core.tabs import LAST, TIMELINE, Alert, Fact, Record, Tab, add_tab, extend_header
from starline.clients import rules
from starline.clients.models import (
    CareTeamMember,
    Client,
    ClientNote,
    ClientStatusChange,
    Hospitalisation,
    Incident,
    ServiceAddress,
)
from starline.clients.vocabulary import CodeStatus, FallRisk, IncidentStatus
from starline.core import audit
from starline.core.db import session
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.organizations.calendar import today

MOST_OF_A_KIND = 60


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, at an instant or on a day."""

    when: datetime | date
    icon: str
    title: str
    sentence: str = ""
    url: str | None = None
    tone: str = "plain"


def alerts(record: Record) -> list[Alert]:
    """Code status, allergies, risks and what is open, the gravest first."""
    client: Client = record.row
    found = []
    if client.code_status in (CodeStatus.DNR, CodeStatus.POLST):
        words = _("Do not resuscitate") if client.code_status == CodeStatus.DNR else _("POLST form in the home")
        found.append(Alert(words, tone="bad", icon="heart"))
    if client.allergies_note:
        found.append(Alert(_("Allergies: %(what)s", what=client.allergies_note), tone="bad", icon="alert-triangle"))
    if client.fall_risk == FallRisk.HIGH:
        found.append(Alert(_("High fall risk"), tone="warn", icon="alert-circle"))
    if client.is_elopement_risk:
        found.append(Alert(_("May wander off"), tone="warn", icon="walk"))
    return found + _stays(client) + _open_incidents(record)


def facts(record: Record) -> list[Fact]:
    """Number, age, how to reach the client and where they live."""
    client: Client = record.row
    born = client.birth_date.strftime(current_profile().display.date_format)
    age = rules.age(client.birth_date, today(client.branch_id))
    found = [
        Fact(f"#{client.client_number}", _("Number")),
        Fact(_("%(born)s · %(age)s years", born=born, age=age), _("Born"), "cake"),
    ]
    if client.preferred_name:
        found.append(Fact(_("Called %(name)s", name=client.preferred_name), icon="message"))
    if client.pronouns:
        found.append(Fact(client.pronouns, _("Pronouns"), "user"))
    phone = client.phone or client.mobile_phone
    if phone:
        found.append(Fact(phone, _("Phone"), "phone", f"tel:{phone}"))
    home = session.query(ServiceAddress).filter_by(client_id=client.id, is_primary=True).first()
    if home is not None and may("can_read", registry["ServiceAddresses"]):
        found.append(Fact(str(home), _("Lives at"), "map-pin", f"/service_addresses/show/{home.id}"))
    return found


def draw_timeline(record: Record) -> str:
    """Everything that happened, newest first, of what the viewer may read."""
    display, zone = current_profile().display, current_profile().display.zone

    def instant(moment: Moment) -> datetime:
        when = moment.when
        return when if isinstance(when, datetime) else datetime.combine(when, time(23, 59), zone)

    def said(moment: Moment) -> str:
        when = moment.when
        return display.instant(when) if isinstance(when, datetime) else when.strftime(display.date_format)

    moments = [one for kind in KINDS for one in _of_kind(kind, record)]
    moments.sort(key=instant, reverse=True)
    return render_template("clients/timeline.html", moments=[(one, said(one)) for one in moments])


def _stays(client: Client) -> list[Alert]:
    if not may("can_read", registry["Hospitalisations"]):
        return []
    stay = session.query(Hospitalisation).filter_by(client_id=client.id, discharged_on=None, voided_at=None).first()
    if stay is None:
        return []
    day = stay.admitted_on.strftime(current_profile().display.date_format)
    where = stay.facility or _("hospital")
    words = _("In %(where)s since %(day)s", where=where, day=day)
    return [Alert(words, tone="info", icon="ambulance", url=f"/hospitalisations/show/{stay.id}")]


def _open_incidents(record: Record) -> list[Alert]:
    if not may("can_read", registry["Incidents"]):
        return []
    valid = session.query(Incident).filter(Incident.client_id == record.key, Incident.voided_at.is_(None))
    count = valid.filter(Incident.status != IncidentStatus.CLOSED).count()
    words = ngettext("%(num)d open incident", "%(num)d open incidents", count)
    return [Alert(words, tone="warn", icon="flag", url=f"{record.url}?tab=incidents")] if count else []


def _of_kind(kind: "Kind", record: Record) -> Iterable[Moment]:
    """The newest moments of a kind, within the viewer's scope; that they were shown is on record."""
    resource = registry[kind.resource]
    if not may("can_read", resource):
        return []
    scope = kind.model.visible_to(required_viewer())
    query = session.query(kind.model).filter(kind.model.client_id == record.key)
    query = query if scope is None else query.filter(scope)
    rows = query.order_by(kind.newest.desc()).limit(MOST_OF_A_KIND).all()
    if rows:
        audit.record_read(resource.model.__tablename__, [one.id for one in rows], [record.key])
    return [moment for row in rows for moment in kind.moments(row)]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one resource as moments of the timeline."""

    resource: str
    model: Any
    newest: Any
    moments: Callable[[Any], list[Moment]]


def _status(one: ClientStatusChange) -> list[Moment]:
    title = _("Status: %(status)s", status=choice_label(one.to_status))
    return [Moment(one.changed_status_on, "flag", title, one.reason or "", tone="info")]


def _note(one: ClientNote) -> list[Moment]:
    title = _("Note: %(kind)s", kind=choice_label(one.kind))
    return [Moment(one.created_on, "note", title, one.body, f"/client_notes/show/{one.id}")]


def _incident(one: Incident) -> list[Moment]:
    title = _("Incident: %(kind)s", kind=choice_label(one.kind))
    found = [Moment(one.occurred_at, "alert-triangle", title, one.description, f"/incidents/show/{one.id}", "bad")]
    if one.closed_at:
        closed = _("Incident %(number)s closed", number=one.incident_number)
        found.append(Moment(one.closed_at, "check", closed, one.corrective_action or "", tone="good"))
    return found


def _hospital(one: Hospitalisation) -> list[Moment]:
    url, where = f"/hospitalisations/show/{one.id}", one.facility or ""
    found = [Moment(one.admitted_on, "ambulance", _("Admitted: %(reason)s", reason=one.reason), where, url, "warn")]
    if one.discharged_on:
        found.append(Moment(one.discharged_on, "home-heart", _("Home from hospital"), where, url, "good"))
    return found


def _team(one: CareTeamMember) -> list[Moment]:
    who, role = str(one.user), choice_label(one.role)
    found = [Moment(one.starts_on, "user-plus", _("%(who)s joins the care team", who=who), role)]
    if one.ends_on and one.ends_on <= today():
        found.append(Moment(one.ends_on, "user", _("%(who)s leaves the care team", who=who), role))
    return found


KINDS = (
    Kind("ClientStatusChanges", ClientStatusChange, ClientStatusChange.changed_status_on, _status),
    Kind("ClientNotes", ClientNote, ClientNote.created_on, _note),
    Kind("Incidents", Incident, Incident.occurred_at, _incident),
    Kind("Hospitalisations", Hospitalisation, Hospitalisation.admitted_on, _hospital),
    Kind("CareTeamMembers", CareTeamMember, CareTeamMember.starts_on, _team),
)

extend_header("Clients", alerts=alerts, facts=facts)
add_tab("Clients", Tab(TIMELINE, "Timeline", "activity", draw=draw_timeline, place=LAST))
