"""`/my`: my day, my schedule, a visit, messages and me, as pages that also work without a script."""

from typing import Any

from flask import flash, redirect, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.navigation import Entry, add_entry
from app.core.security import current_viewer
from app.portal import acts, days, worker
from app.portal.door import reveal_code
from app.portal.frame import draw, ended
from app.portal.me import availability_url, languages_offered, office_of, places_of, time_off_url
from app.portal.offered import OfferedView, offered_to
from app.portal.person import PERMISSION, own_file
from starline.core import clock, texting
from starline.core.db import User, session
from starline.core.errors import Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import LANGUAGES
from starline.core.language import gettext as _
from starline.identity import users
from starline.scheduling import own
from starline.scheduling.models import Visit
from starline.staff import service
from starline.staff.models import StaffMember

add_entry(Entry("Mine", "My day", "/my", "device-mobile", ("can_read", PERMISSION), place=10))


class PortalView(BaseView):  # type: ignore[misc]
    """The pages of the phone."""

    route_base = "/my"
    default_view = "day"

    @expose("", methods=["GET"])
    @expose("/", methods=["GET"])
    def day(self) -> Any:
        if current_viewer() is None:
            return ended()
        viewer = allowed("can_read", PERMISSION)
        found = days.days_of(own_file(viewer.user_id))
        count = len([one for one in found.of_today if not one["is_void"]])
        label, offered = days.date_label(found.today), offered_to(found.member, viewer)
        more = {"date_label": label, "of_today": count, "offered": offered}
        return draw("day", next=found.next, later=found.later, **more)

    @expose("/schedule", methods=["GET"])
    def schedule(self) -> Any:
        if current_viewer() is None:
            return ended()
        member = own_file(allowed("can_read", PERMISSION).user_id)
        ways = {"time_off_url": time_off_url(member), "availability_url": availability_url(member)}
        return draw("schedule", days=days.days_of(member).by_day, **ways)

    @expose("/visits/<pk>", methods=["GET"])
    def visit(self, pk: str) -> Any:
        if current_viewer() is None:
            return ended()
        member = own_file(allowed("can_read", PERMISSION).user_id)
        return draw("visit", v=days.one_of(_own_visit(member, pk), member))

    @expose("/visits/<pk>/acts", methods=["POST"])
    def act(self, pk: str) -> Any:
        """One act by a form: what a phone with a script keeps and sends by itself."""
        viewer = allowed("can_add", PERMISSION)
        member = own_file(viewer.user_id)
        try:
            with session.begin_nested():
                sentence = acts.do(acts.read(_form(pk)), member, by=viewer.user_id)
        except Invalid as problem:
            flash(acts.sentence_of(problem), "danger")
            return _again(member, pk), problem.status
        if sentence:
            flash(sentence, "warning")
        return redirect(f"/my/visits/{pk}" if own.own_visit(member, parse_uuid(pk)) else "/my")  # type: ignore[arg-type]

    @expose("/visits/<pk>/door", methods=["POST"])
    def door(self, pk: str) -> Any:
        member = own_file(allowed("can_read", PERMISSION).user_id)
        code = reveal_code(member, pk)
        return draw("visit", v={**days.one_of(_own_visit(member, pk), member), "door_code": code})

    @expose("/messages", methods=["GET"])
    def messages(self) -> Any:
        if current_viewer() is None:
            return ended()
        member = own_file(allowed("can_read", PERMISSION).user_id)
        return draw("messages", office=office_of(member))

    @expose("/me", methods=["GET"])
    def me(self) -> Any:
        if current_viewer() is None:
            return ended()
        member = own_file(allowed("can_read", PERMISSION).user_id)
        may_text = texting.is_possible()
        return draw("me", member=member, places=places_of(member), languages=languages_offered(), may_text=may_text)

    @expose("/language", methods=["POST"])
    def language(self) -> Response:
        viewer = allowed("can_read", PERMISSION)
        chosen = request.form.get("locale", "")
        if chosen not in LANGUAGES:
            raise Invalid(_("Choose one of the languages on the page."))
        users.update_profile(session.get_one(User, viewer.user_id), {"locale": chosen})
        return redirect("/my/me")

    @expose("/texts", methods=["POST"])
    def texts(self) -> Response:
        """Yes or no to text messages, by the person themselves."""
        viewer = allowed("can_read", PERMISSION)
        agrees = request.form.get("agrees") == "yes"
        service.agree_to_texts(own_file(viewer.user_id), agrees=agrees, by=viewer.user_id)
        return redirect("/my/me")

    @expose("/shell", methods=["GET"])
    def shell(self) -> str:
        """The page for when there is no signal. It names nobody, so a browser may keep it."""
        return draw("shell")


class WorkerView(BaseView):  # type: ignore[misc]
    """`/service-worker.js`, at the root so that it may look after `/my`."""

    route_base = ""
    default_view = "script"

    @expose("/service-worker.js", methods=["GET"])
    def script(self) -> Response:
        return worker.script()

    @expose("/my/manifest.webmanifest", methods=["GET"])
    def manifest(self) -> Response:
        return worker.manifest()


VIEWS = (PortalView, OfferedView, WorkerView)


def _own_visit(member: StaffMember, pk: str) -> Visit:
    key = parse_uuid(pk)
    visit = own.own_visit(member, key) if key is not None else None
    if visit is None:
        raise NotFound(_("There is no such visit, or it is somebody else's now."))
    return visit


def _again(member: StaffMember, pk: str) -> str:
    return draw("visit", v=days.one_of(_own_visit(member, pk), member))


def _form(pk: str) -> dict[str, Any]:
    """What a form sent, as an act: the moment is ours, since a form can't wait for signal."""
    given: dict[str, Any] = {**request.form.to_dict(), "visit_id": pk, "happened_at": clock.now().isoformat()}
    picture = request.files.get("image")
    if picture is not None and picture.filename:
        given["image"] = picture.read(acts.LARGEST_PICTURE + 1)
    return given
