"""Calendar addresses, as a list for those who look after them, and REST."""

from app.core.resource import Resource
from starline.scheduling import feeds
from starline.scheduling.models import CalendarFeed


class CalendarFeeds(Resource, model=CalendarFeed, menu="Settings", icon="link"):
    title = "Calendar addresses"
    table = "staff_member client ending issued_at last_seen_at revoked_at"
    filters = "staff_member client last_seen_at revoked_at"
    order = "-issued_at"
    form = {"Whose visits": "staff_member client"}
    show = {
        "Whose visits": "staff_member client",
        "Address": "ending issued_at last_seen_at",
        "Revoked": "revoked_at revoked_by",
    }
    without = "edit delete"
    shown_once = "address"
    create = feeds.make
    actions = {"revoke": feeds.revoke}
