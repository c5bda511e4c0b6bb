"""Today, by what the person may see: figures and charts of what the domains declare, what waits, what changed."""

from typing import Any

from flask import g, redirect, render_template
from flask_appbuilder import IndexView, expose
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.core import figures
from app.core.access import offers
from app.core.profile import current_profile
from app.core.resource import registry
from app.core.security import confirm_viewer, current_viewer, required_viewer
from app.home.live import live
from app.home.worklist import worklist
from starline.core import clock, language, saying
from starline.core.audit import AuditEvent
from starline.core.db import User, session
from starline.core.language import gettext as _

RECENT = 8


class HomeView(IndexView):  # type: ignore[misc]
    """`/`."""

    route_base = ""

    @expose("/")
    def index(self) -> str | Response:
        if current_viewer() is None:
            return redirect("/login")
        confirm_viewer()
        viewer = required_viewer()
        now = clock.now().astimezone(current_profile().display.zone)
        hello = _("Good morning") if now.hour < 12 else _("Good afternoon") if now.hour < 18 else _("Good evening")
        return render_template(
            "home/today.html",
            greeting=f"{hello}, {viewer.name.split()[0]}",
            date_label=saying.day_by_name(now.date(), language.current()),
            worklist=worklist(),
            recent=_recent(),
            **({} if g.tenant.is_platform else _of_agency()),
        )


def _of_agency() -> dict[str, Any]:
    """What only an agency has: figures, charts, and visits under way."""
    return {
        "kpis": _figures(),
        "charts": figures.charts(),
        "live": live(),
        "new_visit_url": "/visits/add" if offers("add", registry["Visits"]) else None,
    }


def _figures() -> list[dict[str, Any]]:
    return [
        {"label": _(one.label), "value": f"{one.number:,}", "url": one.url, "line": one.line if any(one.trend) else ""}
        for one in figures.figures()
    ]


def _recent() -> list[dict[str, Any]]:
    """What was changed last in the resources that the person may see whole."""
    viewer = required_viewer()
    if viewer.scope != "all":
        return []
    tables = {
        one.model.__tablename__: one for one in registry.values() if ("can_read", one.permission) in viewer.permissions
    }
    query = (
        select(AuditEvent)
        .where(
            AuditEvent.organization_id == viewer.organization_id,
            AuditEvent.subject.in_(tables),
        )
        .where(
            AuditEvent.action.in_(("insert", "update", "delete")),
            AuditEvent.actor_id.is_not(None),
        )
        .order_by(AuditEvent.at.desc())
        .limit(RECENT)
    )
    events = session.scalars(query).all()
    people = {
        one.id: one.get_full_name() for one in session.query(User).filter(User.id.in_({e.actor_id for e in events}))
    }
    verbs = {"insert": _("added"), "update": _("changed"), "delete": _("deleted")}
    return [
        {
            "title": f"{_(tables[event.subject].title)}: {verbs[event.action]}",
            "sentence": people.get(event.actor_id, ""),
            "at": current_profile().display.instant(event.at),
            "url": f"/{tables[event.subject].name}/show/{event.subject_id}" if event.action != "delete" else None,
        }
        for event in events
    ]
