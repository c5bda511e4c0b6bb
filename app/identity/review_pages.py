"""The access review: every person in every role, and whether they still need it."""

import csv
import io
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.display import choice_label
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.core.sheets import neutral
from starline.core import audit
from starline.core.db import session
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.identity import reviews
from starline.identity.reviews import ReviewLine

HEADINGS = (
    "Person",
    "E-mail",
    "Active",
    "Role",
    "Sees",
    "Last sign-in",
    "Last use",
    "May",
    "Decision",
    "Decided",
    "Decided by",
)

add_entry(Entry("Settings", "Access review", "/access-review/", "list-check", ("can_read", "AccessReview")))


class AccessReviewView(BaseView):  # type: ignore[misc]
    """`/access-review/`, its CSV, and a decision on one line."""

    route_base = "/access-review"
    default_view = "list"

    @expose("/", methods=["GET"])
    def list(self) -> str:
        viewer = allowed("can_read", "AccessReview")
        lines = [{"one": one, "cells": _cells(one)} for one in _read()]
        return render_template(
            "identity/access_review.html",
            headings=[_(heading) for heading in HEADINGS],
            lines=lines,
            may_decide=("can_edit", "AccessReview") in viewer.permissions,
            may_export=("can_export", "AccessReview") in viewer.permissions,
        )

    @expose("/download", methods=["GET"])
    def download(self) -> Response:
        allowed("can_export", "AccessReview")
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([_(heading) for heading in HEADINGS])
        writer.writerows([[neutral(cell) for cell in _cells(one)] for one in _read()])
        answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
        answer.headers["Content-Disposition"] = 'attachment; filename="access_review.csv"'
        return answer

    @expose("/decide", methods=["POST"])
    def decide(self) -> AnyResponse:
        viewer = allowed("can_edit", "AccessReview")
        given = request.form
        try:
            with session.begin_nested():
                reviews.decide(
                    _number("user_id"),
                    _number("role_id"),
                    decision=given.get("decision", ""),
                    note=given.get("note"),
                    by=viewer.user_id,
                )
            flash(_("The decision is kept."), "success")
        except Invalid as problem:
            flash(_(problem.message), "danger")
        return redirect("/access-review/")


def _read() -> list[ReviewLine]:
    """The lines; that they were read is kept in the audit."""
    lines = reviews.review_lines()
    audit.record_read("ab_user", sorted({one.user_id for one in lines}))
    return lines


def _cells(one: ReviewLine) -> tuple[str, ...]:
    instant = current_profile().display.instant

    def moment(at: Any) -> str:
        return instant(at) if at else _("never")

    return (
        one.person,
        one.email,
        _("Yes") if one.is_active else _("No"),
        _(one.role),
        choice_label(one.scope),
        moment(one.last_sign_in),
        moment(one.last_use),
        one.summary,
        choice_label(one.decision) if one.decision else _("open"),
        instant(one.decided_on) if one.decided_on else "",
        one.decided_by or "",
    )


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
