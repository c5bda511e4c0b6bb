"""`/notifications`: what a person was told; the bell's panel shows the newest of it."""

from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.redirects import local_path
from app.notifications.telling import reader, told
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.notifications import service

IN_PANEL = 8


class NotificationView(BaseView):  # type: ignore[misc]
    """The page and the panel of the person's own notifications."""

    route_base = "/notifications"

    @expose("/", methods=["GET"])
    def list(self) -> str:
        user_id = reader().user_id
        shown = [told(one) for one in service.newest(user_id)]
        return render_template("notifications/list.html", shown=shown, unread=service.count_unread(user_id))

    @expose("/panel", methods=["GET"])
    def panel(self) -> str:
        """A piece of a page, asked for when the bell is opened."""
        user_id = reader().user_id
        shown = [told(one) for one in service.newest(user_id, limit=IN_PANEL)]
        return render_template("notifications/panel.html", shown=shown, unread=service.count_unread(user_id))

    @expose("/<uuid:pk>/open", methods=["POST"])
    def open(self, pk: UUID) -> Response:
        """Read: go where something can be done about it."""
        read = service.mark_read(pk, by=reader().user_id)
        return redirect(local_path(read.link or "", otherwise="/notifications/"))

    @expose("/read", methods=["POST"])
    def read(self) -> Response:
        number = service.mark_all_read(by=reader().user_id)
        said = ngettext("One notification is marked as read.", "%(num)d notifications are marked as read.", number)
        flash(said if number else _("There was nothing to mark as read."), "success")
        return redirect(local_path(request.form.get("back", ""), otherwise="/notifications/"))


VIEWS = (NotificationView,)
