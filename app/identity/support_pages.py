"""Where an operator arrives at the agency's own host with a hand-over."""

from flask import g, redirect
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.identity import web_session
from app.identity.refusals import web_origin
from starline.core.errors import NotFound
from starline.core.language import gettext as _
from starline.identity import support


class SupportView(BaseView):  # type: ignore[misc]
    """`/support/<token>`, good once and for a minute."""

    route_base = "/support"

    @expose("/<token>", methods=["GET"])
    def enter(self, token: str) -> Response:
        if g.get("tenant") is None:
            raise NotFound(_("There is nothing here, or you may not see it."))
        web_session.remember_session(support.enter(token, origin=web_origin()))
        return redirect("/")
