"""`/shell/…` and `/palette`: what a page's script asks for, and the choice of a branch."""

import orjson
from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.core import branches
from app.core import news as newest
from app.core.redirects import local_path
from app.core.security import confirm_viewer, required_viewer
from app.shell import palette
from starline.core.db import session
from starline.core.errors import NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.organizations.models import Branch

MOST_BRANCHES = 200


class ShellView(BaseView):  # type: ignore[misc]
    """The moving parts of the shell."""

    route_base = ""

    @expose("/shell/news", methods=["GET"])
    def news(self) -> Response:
        """Figures for the rail and the bell. Doesn't count as the person's being there."""
        required_viewer()
        confirm_viewer()
        found = newest.newest()
        return _json({"unread": found.unread, "places": found.places})

    @expose("/palette", methods=["GET"])
    def palette(self) -> Response:
        """What fits `q` of all that the person may open and do; without it, where they were last."""
        required_viewer()
        confirm_viewer()
        return _json({"groups": palette.answer(request.args.get("q", ""))})

    @expose("/shell/branches", methods=["GET", "POST"])
    def branches(self) -> str | AnyResponse:
        required_viewer()
        confirm_viewer()
        if not branches.may_choose():
            raise NotFound(_("You see the records that are yours to see; there is no branch to choose."))
        if request.method == "POST":
            return _choose(request.form.get("branch", ""))
        found = session.scalars(select(Branch).order_by(Branch.name).limit(MOST_BRANCHES)).all()
        back = local_path(request.args.get("back", ""))
        return render_template("shell/branches.html", found=found, back=back)


VIEWS = (ShellView,)


def _choose(asked: str) -> AnyResponse:
    if asked:
        key = parse_uuid(asked)
        branch = session.get(Branch, key) if key is not None else None
        if branch is None:
            raise NotFound(_("There is no such branch, or you may not see it."))
        branches.choose(branch.id, branch.name)
        flash(_("Lists and figures show %(branch)s alone.", branch=branch.name), "success")
    else:
        branches.choose_all()
        flash(_("Lists and figures show all branches."), "success")
    return redirect(local_path(request.form.get("back", "")))


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")
