"""Calendar addresses: `/feeds/<secret>.ics` for calendars; a tab on pages of people; `/me/calendar` for oneself."""

import hashlib
from typing import Any

from flask import Response, flash, g, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.idempotency import not_kept, once
from app.core.navigation import Entry, add_entry
from app.core.openapi import ID, VERSIONED, document_post
from app.core.profile import current_profile
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.security import required_viewer
from app.core.tabs import LAST, Record, Tab, add_tab
from app.core.versions import check_version
from app.core.writing import find_row
from starline.core.db import session
from starline.core.errors import Conflict, NotFound
from starline.core.language import gettext as _
from starline.scheduling import feed_contents, feeds
from starline.scheduling.models import CalendarFeed
from starline.staff.models import StaffMember
from starline.staff.service import member_of

PERMISSION = "CalendarFeeds"
KEYS = {"StaffMembers": "staff_member_id", "Clients": "client_id"}

add_entry(Entry("Mine", "My calendar address", "/me/calendar", "link", ("can_add", "OwnCalendar")))


class FeedView(BaseView):  # type: ignore[misc]
    """`/feeds/<secret>.ics`, for whoever knows the secret."""

    route_base = "/feeds"
    default_view = "read"

    @expose("/<secret>.ics", methods=["GET"])
    def read(self, secret: str) -> Response:
        """The calendar; 404 alike for an address that never was and for one that is no more."""
        feed = feeds.find(secret) if g.get("tenant") is not None else None
        if feed is None:
            raise NotFound(_("There is nothing here, or you may not see it."))
        body = feed_contents.write(feed)
        feeds.touch(feed)
        answer = Response(body, mimetype="text/calendar")
        answer.headers["Content-Disposition"] = "inline; filename=visits.ics"
        answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer.make_conditional(request)


class CalendarAddressView(BaseView):  # type: ignore[misc]
    """`POST /staff/<pk>/calendar-address` and `/clients/<pk>/calendar-address`: the page that shows it, once."""

    route_base = ""
    default_view = "of_staff_member"

    @expose("/staff/<pk>/calendar-address", methods=["POST"])
    def of_staff_member(self, pk: str) -> Any:
        return _renewed_page("StaffMembers", pk)

    @expose("/clients/<pk>/calendar-address", methods=["POST"])
    def of_client(self, pk: str) -> Any:
        return _renewed_page("Clients", pk)


class OwnCalendarView(BaseView):  # type: ignore[misc]
    """`/me/calendar`."""

    route_base = "/me/calendar"
    default_view = "show"

    @expose("", methods=["GET"])
    def show(self) -> str:
        viewer = allowed("can_read", "OwnCalendar")
        return _own_page(member_of(viewer.user_id))

    @expose("", methods=["POST"])
    def renew(self) -> Any:
        """Make the address, or another one in its place."""
        viewer = allowed("can_add", "OwnCalendar")
        member = _required_file(viewer.user_id)
        try:
            with session.begin_nested():
                feed = _renew(member.id, None, by=viewer.user_id)
        except Conflict as problem:
            flash(problem.message, "danger")
            return redirect("/me/calendar")
        return _shown_page(feed, "/me/calendar")

    @expose("/end", methods=["POST"])
    def end(self) -> AnyResponse:
        viewer = allowed("can_add", "OwnCalendar")
        feed = feeds.current_feed(staff_member_id=_required_file(viewer.user_id).id)
        if feed is not None:
            feeds.revoke(feed, by=viewer.user_id)
            flash(_("The address was revoked. Calendars that read it will find nothing any more."), "success")
        return redirect("/me/calendar")


class CalendarFeedApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/calendar_feeds/<pk>/rotate`."""

    resource_name = "calendar_feeds"
    openapi_spec_tag = "Calendar addresses"

    @expose("/<row:pk>/rotate", methods=["POST"])
    @once
    def rotate(self, pk: str) -> Response:
        viewer = allowed("can_edit", PERMISSION)
        feed: CalendarFeed = find_row(registry[PERMISSION], pk, lock=True)
        check_version(feed)
        feeds.rotate(feed, by=viewer.user_id)
        session.flush()
        not_kept(["address"])
        return jsonify(id=str(feed.id), address=feed.address)


VIEWS = (FeedView, CalendarAddressView, OwnCalendarView)
APIS = (CalendarFeedApi,)


def address_of(record: Record) -> str:
    """The tab: whether there is an address, who reads it, and what can be done about it."""
    feed = feeds.current_feed(**{KEYS[record.resource.permission]: record.key})
    if feed is not None:
        note_sight(registry[PERMISSION], feed)
    viewer = required_viewer()
    return render_template(
        "scheduling/calendar_tab.html",
        feed=_shown(feed),
        renew_url=f"{record.url.replace('/show/', '/')}/calendar-address",
        end_url=f"/calendar_feeds/{feed.id}/revoke?back={record.url}?tab=calendar" if feed else None,
        may_make=viewer.can("add" if feed is None else "edit", PERMISSION),
        may_end=viewer.can("edit", PERMISSION),
    )


for _name in KEYS:
    add_tab(
        _name,
        Tab(
            "calendar",
            "Calendar address",
            "link",
            draw=address_of,
            permission=("can_read", PERMISSION),
            place=LAST - 1,
        ),
    )


def _renewed_page(name: str, pk: str) -> Any:
    allowed("can_read", PERMISSION)
    resource = registry[name]
    person = find_row(resource, pk)
    keys = {"staff_member_id": None, "client_id": None, KEYS[name]: person.id}
    viewer = allowed("can_add" if feeds.current_feed(**keys) is None else "can_edit", PERMISSION)
    back = f"/{resource.name}/show/{person.id}?tab=calendar"
    try:
        with session.begin_nested():
            feed = _renew(**keys, by=viewer.user_id)
    except Conflict as problem:
        flash(problem.message, "danger")
        return redirect(back)
    return _shown_page(feed, back)


def _renew(staff_member_id: Any, client_id: Any, *, by: int) -> CalendarFeed:
    keys = {"staff_member_id": staff_member_id, "client_id": client_id}
    feed = feeds.current_feed(**keys)
    return feeds.make(keys, by=by) if feed is None else feeds.rotate(feed, by=by)


def _shown_page(feed: CalendarFeed, back: str) -> str:
    """The only page that shows the address."""
    address = feed.address or ""
    return render_template(
        "scheduling/calendar_address.html",
        address=address,
        subscribe_url=f"webcal://{address.partition('://')[2]}",
        who=feed.staff_member or feed.client,
        back_url=back,
    )


def _own_page(member: StaffMember | None) -> str:
    feed = feeds.current_feed(staff_member_id=member.id) if member is not None else None
    return render_template("scheduling/own_calendar.html", member=member, feed=_shown(feed))


def _shown(feed: CalendarFeed | None) -> dict[str, str] | None:
    if feed is None:
        return None
    display = current_profile().display
    seen = display.instant(feed.last_seen_at) if feed.last_seen_at else ""
    return {"ending": feed.ending, "issued": display.instant(feed.issued_at), "seen": seen}


def _required_file(user_id: int) -> StaffMember:
    member = member_of(user_id)
    if member is None:
        raise NotFound(_("You have no personnel file here. Ask human resources."))
    return member


document_post(
    "/api/v1/calendar_feeds/{pk}/rotate",
    "Calendar addresses",
    "Make another address in its place, which this answer tells once",
    body=None,
    headers=VERSIONED,
    told={"type": "object", "required": ["id"], "properties": {"id": ID, "address": {"type": "string"}}},
)
