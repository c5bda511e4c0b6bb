"""`/visits/<pk>/match`: who could take an open visit, ranked; `/assign` and `/offer` beside it. `/open-visits`."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose

from app.core.access import allowed
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.writing import find_row
from app.scheduling.asked_visits import visit_asked
from app.scheduling.matching_rows import note_seen, rows_of, when, within_scope
from app.scheduling.open_rows import open_rows, open_visits
from app.scheduling.sent import ids_sent
from starline.core import clock
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, NotFound
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.core.problems import invalid
from starline.scheduling import offers, visits
from starline.scheduling.matching import match
from starline.scheduling.models import Visit

MAY_EDIT = ("can_edit", "Visits")
TICKED = 3
HOURS = (1, 2, 4, 8, 24, 48)
"""How long an offer may stay open, to choose from."""


class MatchView(BaseView):  # type: ignore[misc]
    """The page of one open visit, and what is done from it."""

    route_base = "/visits"
    default_view = "match"

    @expose("/<pk>/match", methods=["GET"])
    def match(self, pk: str) -> str:
        allowed(*MAY_EDIT)
        return _page(visit_asked(pk))

    @expose("/<pk>/assign", methods=["POST"])
    def assign(self, pk: str) -> Any:
        """Give the visit to one of them now."""
        viewer, visit = allowed(*MAY_EDIT), visit_asked(pk)
        try:
            with session.begin_nested():
                offers.check_open(visit)
                member = find_row(registry["StaffMembers"], _one())
                visits.update_visit(visit, {"staff_member_id": member.id}, by=viewer.user_id)
        except NotFound:
            raise
        except DomainError as problem:
            return _page(visit, problem), problem.status
        flash(_("%(who)s has the visit.", who=member), "success")
        return redirect(f"/visits/show/{visit.id}")

    @expose("/<pk>/offer", methods=["POST"])
    def offer(self, pk: str) -> Any:
        """Offer the visit to those who are ticked, or ask them too where it is offered already."""
        viewer, visit = allowed(*MAY_EDIT), visit_asked(pk)
        try:
            with session.begin_nested():
                chosen = _chosen()
                known = offers.open_offer_of(visit)
                if known is not None:
                    made = offers.invite(known, to=chosen, by=viewer.user_id)
                else:
                    note = request.form.get("note", "").strip() or None
                    made = offers.offer(visit, to=chosen, until=_until(visit), note=note, by=viewer.user_id)
        except NotFound:
            raise
        except DomainError as problem:
            return _page(visit, problem), problem.status
        flash(ngettext("%(num)d caregiver was asked.", "%(num)d caregivers were asked.", len(chosen)), "success")
        return redirect(f"/offers/show/{made.id}")


class OpenVisitsView(BaseView):  # type: ignore[misc]
    """The worklist: visits of the next two weeks that nobody has, with their offers."""

    route_base = "/open-visits"
    default_view = "list"

    @expose("", methods=["GET"])
    def list(self) -> str:
        allowed(*MAY_EDIT)
        found = open_visits()
        for visit in found:
            note_sight(registry["Visits"], visit)
        return render_template("scheduling/open_visits.html", rows=open_rows(found))


VIEWS = (MatchView, OpenVisitsView)


def _one() -> str:
    if not request.form.get("assign"):
        raise invalid("assign", _("Choose who is to have the visit."))
    return request.form["assign"]


def _chosen() -> list[UUID]:
    """Those who are ticked, each within the viewer's scope."""
    return [find_row(registry["StaffMembers"], str(key)).id for key in ids_sent("staff_member_id")]


def _until(visit: Visit) -> datetime:
    text = request.form.get("hours", "")
    if text not in {str(one) for one in HOURS}:
        raise invalid("expires_at", _("Choose how long the offer stays open."))
    return min(visit.starts_at, clock.now() + timedelta(hours=int(text)))


def _page(visit: Visit, problem: DomainError | None = None) -> str:
    note_sight(registry["Visits"], visit)
    reason = _why_settled(visit)
    found = match(visit, within=within_scope()) if reason is None else None
    if found is not None:
        note_seen([found])
    rows = rows_of(found) if found else []
    known = offers.open_offer_of(visit)
    ticked = set(request.form.getlist("staff_member_id")) if problem else {one.id for one in rows[:TICKED]}
    return render_template(
        "scheduling/match.html",
        visit=visit,
        when=when(visit),
        settled=reason,
        rows=rows,
        ticked=ticked,
        barred=found.barred if found else [],
        blocked=found.blocked_because if found else [],
        offer=known,
        asked=offers.asked_ids(known) if known else set(),
        hours=HOURS,
        chosen_hours=request.form.get("hours", "24"),
        note=request.form.get("note", ""),
        problem=problem,
        back_url=f"/visits/show/{visit.id}",
    )


def _why_settled(visit: Visit) -> str | None:
    """Why nobody needs to be found for it."""
    try:
        offers.check_open(visit)
    except Conflict as refusal:
        return refusal.message
    return None
