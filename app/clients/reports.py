"""An incident on paper, for the file and for the state."""

from typing import Any

from flask import Response
from flask_appbuilder import BaseView, expose

from app.core.access import allowed
from app.core.display import choice_label
from app.core.pdf import pdf_response
from app.core.profile import current_profile
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.writing import find_row
from starline.clients.models import Incident, IncidentNotification
from starline.core.db import session
from starline.core.language import gettext as _

TEXTS = ("description", "involved", "injuries", "immediate_action", "investigation", "corrective_action")


class IncidentReportView(BaseView):  # type: ignore[misc]
    """`/incidents/<pk>/report`."""

    route_base = "/incidents"

    @expose("/<pk>/report", methods=["GET"])
    def report(self, pk: str) -> Response:
        allowed("can_read", "Incidents")
        resource = registry["Incidents"]
        incident: Incident = find_row(resource, pk)
        note_sight(resource, incident)
        told = session.query(IncidentNotification).filter_by(incident_id=incident.id)
        return pdf_response(
            "incident.html",
            f"incident-{incident.incident_number}",
            number=incident.incident_number,
            kind=choice_label(incident.kind),
            facts=_facts(incident),
            texts=[
                (_(resource.fields[name].label), getattr(incident, name)) for name in TEXTS if getattr(incident, name)
            ],
            told=[_told(one) for one in told.order_by(IncidentNotification.notified_at)],
        )


def _facts(incident: Incident) -> list[tuple[str, str]]:
    display = current_profile().display
    client = incident.client
    return [
        (_("Client"), _("%(name)s, number %(number)s", name=str(client), number=client.client_number)),
        (_("Birth date"), client.birth_date.strftime(display.date_format)),
        (_("When"), display.instant(incident.occurred_at)),
        (_("Where"), incident.place),
        (_("Severity"), choice_label(incident.severity)),
        (_("Status"), choice_label(incident.status)),
        (_("Due"), incident.due_on.strftime(display.date_format)),
        (_("Must be reported to the state"), _("Yes") if incident.is_reportable else _("No")),
        (_("Investigated by"), str(incident.investigator) if incident.investigator else "–"),
        (_("Closed"), display.instant(incident.closed_at) if incident.closed_at else "–"),
    ]


def _told(one: IncidentNotification) -> dict[str, Any]:
    return {
        "party": choice_label(one.party),
        "name": one.name or "",
        "at": current_profile().display.instant(one.notified_at),
        "channel": choice_label(one.channel),
        "note": one.note or "",
    }


VIEWS = (IncidentReportView,)
