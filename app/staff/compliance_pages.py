"""`/compliance/…`: who has what of which credential type, what ends or waits, and the year's hours of training."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.navigation import Entry, add_entry
from app.core.security import required_viewer
from app.staff import compliance_sheets
from app.staff.compliance_tables import Asked, LineOfWork, asked_from, cells_of, chips_of, day_label, lines_of, states
from starline.core.db import session
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.organizations.calendar import today
from starline.organizations.models import Branch
from starline.staff import compliance, exclusions, trainings
from starline.staff.models import Credential, CredentialType, StaffMember
from starline.staff.vocabulary import CredentialState, Discipline, ExclusionList, StaffStatus

ROWS = 100
WITHIN_DAYS = 60
PERMISSION = "Compliance"

add_entry(Entry("People", "Compliance", "/compliance/", "clipboard-check", ("can_read", PERMISSION)))


class ComplianceView(BaseView):  # type: ignore[misc]
    """`/compliance/`."""

    route_base = "/compliance"
    default_view = "matrix"

    @expose("/", methods=["GET"])
    def matrix(self) -> str:
        viewer = allowed("can_read", PERMISSION)
        asked = asked_from(request.args)
        demands = compliance.demands()
        lines = lines_of(asked, viewer, demands)
        first = (asked.page - 1) * ROWS
        shown = lines[first : first + ROWS]
        used = {key: demands[key] for key in demands if any(key in line.cells for line in lines)}
        return render_template(
            "staff/matrix.html",
            page=_page("matrix", asked, lines),
            kinds=used,
            rows=[{"line": line, "cells": cells_of(line, used, viewer, asked)} for line in shown],
            next_url=asked.url(page=asked.page + 1) if first + ROWS < len(lines) else None,
            previous_url=asked.url(page=asked.page - 1) if asked.page > 1 else None,
        )

    @expose("/download", methods=["GET"])
    def download(self) -> Response:
        """The filtered matrix as CSV or as a workbook."""
        viewer = allowed("can_export", PERMISSION)
        demands = compliance.demands()
        lines = lines_of(asked_from(request.args), viewer, demands)
        return compliance_sheets.sheet(demands, lines, _branches(), request.args.get("format", "csv"))

    @expose("/expiring", methods=["GET"])
    def expiring(self) -> str:
        """The worklist: what waits to be verified, has ended or is missing, and what ends soon."""
        viewer = allowed("can_read", PERMISSION)
        asked = asked_from(request.args)
        lines = lines_of(asked, viewer, compliance.demands())
        work = _work(lines)
        return render_template(
            "staff/expiring.html",
            page=_page("expiring", asked, lines),
            waiting=_waiting({line.id for line in lines}),
            lapsed=[one for one in work if one.cell.is_lacking],
            ending=[one for one in work if one.cell.state == CredentialState.EXPIRING],
            may_verify=viewer.can("edit", "Credentials"),
            own_id=viewer.user_id,
            may_add=viewer.can("add", "Credentials"),
            day=today(),
        )

    @expose("/in-service", methods=["GET"])
    def in_service(self) -> str:
        """How everybody with a rule stands with the hours of the year, those furthest behind first."""
        viewer = allowed("can_read", PERMISSION)
        asked, day = asked_from(request.args), today()
        members = asked.members(viewer)
        found = trainings.hours_of(members, day)
        rows = [(one, found[one.id]) for one in members if one.id in found]
        rows.sort(key=lambda row: (row[1].percent, str(row[0])))
        may_add = viewer.can("add", "TrainingRecords")
        return render_template(
            "staff/in_service.html", page=_page("in-service", asked, rows), rows=rows, day=day, may_add=may_add
        )

    @expose("/exclusions", methods=["GET", "POST"])
    def exclusions(self) -> str | AnyResponse:
        """Whom the lists haven't been searched for lately; a search in vain is kept for many at once."""
        viewer = allowed("can_read", PERMISSION)
        if request.method == "POST":
            return _record_clear()
        asked = asked_from(request.args)
        lines = [one for one in lines_of(asked, viewer, {}) if one.screening != CredentialState.OK]
        lines.sort(key=lambda line: line.screened_until or date.min)
        may_add = viewer.can("add", "ExclusionChecks")
        return render_template(
            "staff/exclusions.html",
            page=_page("exclusions", asked, lines),
            lines=lines,
            sources=[(one.value, one.upper()) for one in ExclusionList],
            may_add=may_add,
        )


VIEWS = (ComplianceView,)


def _record_clear() -> AnyResponse:
    viewer = allowed("can_add", "ExclusionChecks")
    chosen = [UUID(key) for key in request.form.getlist("ids") if len(key) == 36]
    source = request.form.get("source", "")
    if not chosen or source not in list(ExclusionList):
        flash(_("Tick the people that you looked for."), "warning")
        return redirect("/compliance/exclusions")
    query = session.query(StaffMember).filter(StaffMember.id.in_(chosen))
    scope = StaffMember.visible_to(viewer)
    members = (query if scope is None else query.filter(scope)).all()
    with session.begin_nested():
        exclusions.record_clear(members, source=ExclusionList(source), by=viewer.user_id)
    number = len(members)
    flash(ngettext("One check was kept.", "%(num)s checks were kept.", number), "success")
    return redirect("/compliance/exclusions")


def _page(name: str, asked: Asked, found: Any) -> dict[str, Any]:
    tabs = [
        ("matrix", _("Matrix"), "/compliance/"),
        ("expiring", _("To do"), "/compliance/expiring"),
        ("exclusions", _("Exclusion lists"), "/compliance/exclusions"),
        ("in-service", _("In-service hours"), "/compliance/in-service"),
    ]
    return {
        "title": _("Compliance"),
        "tabs": [{"label": label, "url": url, "is_here": key == name} for key, label, url in tabs],
        "name": name,
        "path": next(url for key, _label, url in tabs if key == name),
        "asked": asked,
        "chips": chips_of(asked, _branches()),
        "branches": sorted(_branches().items(), key=lambda pair: pair[1]),
        "disciplines": [(one.value, one.upper()) for one in Discipline],
        "states": states() if name == "matrix" else [],
        "count": len(found),
        "day": today(),
        "said": day_label,
        "here": next(label for key, label, _url in tabs if key == name),
        "may_export": required_viewer().can("export", PERMISSION),
    }


def _branches() -> dict[UUID, str]:
    return {one.id: one.name for one in session.query(Branch)}


def _work(lines: list[compliance.Line]) -> list[LineOfWork]:
    """Each thing that one person lacks or soon will, the longest overdue first."""
    names = {kind.id: kind.name for kind in session.query(CredentialType)}
    soon = today() + timedelta(days=WITHIN_DAYS)
    work = [
        LineOfWork(line, cell, names[cell.kind_id])
        for line in lines
        for cell in line.cells.values()
        if (cell.is_lacking and cell.state != CredentialState.UNVERIFIED)
        or (cell.state == CredentialState.EXPIRING and cell.expires_on is not None and cell.expires_on <= soon)
    ]
    return sorted(work, key=lambda one: (one.cell.expires_on or date.min, one.line.name))


def _waiting(members: set[UUID]) -> list[Credential]:
    """The credentials that somebody has to look at, the oldest first."""
    query = session.query(Credential).join(StaffMember, StaffMember.id == Credential.staff_member_id)
    query = query.filter(
        Credential.verified_on.is_(None),
        Credential.voided_at.is_(None),
        StaffMember.status != StaffStatus.TERMINATED,
        Credential.staff_member_id.in_(members),
    )
    found = query.order_by(Credential.id).all()
    return [one for one in found if one.expires_on is None or one.expires_on >= today()]
