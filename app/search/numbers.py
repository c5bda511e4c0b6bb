"""`/search/numbers`: whose number this is, for whoever may reveal such numbers. It never stands in an address."""

from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose

from app.core.access import permission_title
from app.core.numbers import find_number, looked_through, numbers_of
from app.core.security import confirm_viewer, required_viewer
from starline.core.errors import Invalid, NotAllowed
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer


class NumbersView(BaseView):  # type: ignore[misc]
    """The question, then the records that have the number."""

    route_base = "/search/numbers"
    default_view = "ask"

    @expose("", methods=["GET"])
    def ask(self) -> str:
        asking()
        return _page()

    @expose("", methods=["POST"])
    def find(self) -> Any:
        viewer = asking()
        try:
            return _page(hits=find_number(viewer, request.form.get("number", "")))
        except Invalid as problem:
            return _page(error=problem.message), problem.status


def asking() -> Viewer:
    """The newest viewer, who may reveal some of these numbers."""
    required_viewer()
    confirm_viewer()
    if not looked_through():
        raise NotAllowed(_("You may not look numbers up. Ask an administrator of your agency."))
    return required_viewer()


def _page(error: str | None = None, **more: Any) -> str:
    searched = [
        f"{permission_title(one.permission)}: {', '.join(_(one.secrets[name].label) for name in numbers_of(one))}"
        for one in looked_through()
    ]
    return render_template("search/numbers.html", error=error, searched=searched, **more)
