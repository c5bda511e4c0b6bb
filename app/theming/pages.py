"""The brand's style sheet and logo, public because the sign-in page wears them."""

from flask import Response
from flask_appbuilder import BaseView, expose

from app.core.profile import current_profile
from starline.core.colors import style_sheet
from starline.core.errors import NotFound
from starline.core.storage import storage


class ThemeView(BaseView):  # type: ignore[misc]
    """`/theme/<slug>.css` and `/theme/logo`; both carry a version in their address and may be kept by browsers."""

    route_base = "/theme"

    @expose("/<slug>.css")
    def style(self, slug: str) -> Response:
        answer = Response(style_sheet(current_profile().primary_color), mimetype="text/css")
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer

    @expose("/logo")
    def logo(self) -> Response:
        key = current_profile().logo_file
        if not key:
            raise NotFound("This agency has no logo.")
        answer = Response(storage().get(key), mimetype="image/png")
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer


VIEWS = (ThemeView,)
