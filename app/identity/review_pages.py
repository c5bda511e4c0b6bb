"""The access review: every person in every role, and whether they still need it."""

import csv
import io
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed, permission_title
from app.core.display import choice_label
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.core.sheets import neutral
from starline.core import audit
from starline.core.db import session
from starline.core.errors import Invalid
from starline.core.language import N_
from starline.core.language import gettext as _
from starline.identity import reviews
from starline.identity.reviews import ReviewLine

HEADINGS = {
    "person": N_("Person"),
    "email": N_("E-mail"),
    "active": N_("Active"),
    "role": N_("Role"),
    "scope": N_("Sees"),
    "signed_in": N_("Last sign-in"),
    "used": N_("Last use"),
    "may": N_("May"),
    "decision": N_("Decision"),
    "decided": N_("Decided"),
    "decided_by": N_("Decided by"),
}
MOST_NAMED = 3
"""So many of the records that a role may change are named; the others are counted."""

add_entry(Entry("Settings", "Access review", "/access-review/", "list-check", ("can_read", "AccessReview")))


class AccessReviewView(BaseView):  # type: ignore[misc]
    """`/access-review/`, its CSV, and a decision on one line."""

    route_base = "/access-review"
    default_view = "list"

    @expose("/", methods=["GET"])
    def list(self) -> str:
        viewer = allowed("can_read", "AccessReview")
        lines = [{"one": one, **_told(one)} for one in _read()]
        return render_template(
            "identity/access_review.html",
            headings={name: _(heading) for name, heading in HEADINGS.items()},
            lines=lines,
            may_decide=("can_edit", "AccessReview") in viewer.permissions,
            may_export=("can_export", "AccessReview") in viewer.permissions,
        )

    @expose("/download", methods=["GET"])
    def download(self) -> Response:
        allowed("can_export", "AccessReview")
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([_(heading) for heading in HEADINGS.values()])
        writer.writerows([[neutral(told) for told in _told(one).values()] for one in _read()])
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


def _told(one: ReviewLine) -> dict[str, str]:
    """A line in words, by the names of `HEADINGS` and in their order."""
    instant = current_profile().display.instant

    def moment(at: Any) -> str:
        return instant(at) if at else _("never")

    return {
        "person": one.person,
        "email": one.email,
        "active": _("Yes") if one.is_active else _("No"),
        "role": _(one.role),
        "scope": choice_label(one.scope),
        "signed_in": moment(one.last_sign_in),
        "used": moment(one.last_use),
        "may": _allowed(one),
        "decision": choice_label(one.decision) if one.decision else _("open"),
        "decided": instant(one.decided_on) if one.decided_on else "",
        "decided_by": one.decided_by or "",
    }


def _allowed(one: ReviewLine) -> str:
    """What the role allows, in a few words."""
    if not one.writes:
        return _("Sees %(reads)d kinds of records and changes none.", reads=one.reads)
    names = sorted(permission_title(name) for name in one.writes)
    told, more = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
    if more > 0:
        return _(
            "Sees %(reads)d kinds of records and changes %(names)s and %(more)d more.",
            reads=one.reads,
            names=told,
            more=more,
        )
    return _("Sees %(reads)d kinds of records and changes %(names)s.", reads=one.reads, names=told)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
