"""What the demo's people find on their bell: the requests that wait, and a sign-in from a device they know."""

from starline.core.db import User, session
from starline.notifications.security import NEW_DEVICE
from starline.notifications.service import notify, notify_all, people_who_may
from starline.staff.models import TimeOff
from starline.staff.time_off import REQUESTED


def tell_people(people: list[User]) -> None:
    """Say what the verbs would have said, had the demo's past gone through them."""
    for one in people:
        notify(one.id, "new_device", NEW_DEVICE, link="/me/sessions", device="Chrome on Windows")
    waiting = session.query(TimeOff).filter_by(status="requested").order_by(TimeOff.starts_on)
    for absence in waiting:
        deciders = set(people_who_may("edit", "TimeOffRequests")) - {absence.staff_member.user_id}
        notify_all(
            deciders,
            "time_off_requested",
            REQUESTED,
            link=f"/time_off/show/{absence.id}",
            who=str(absence.staff_member),
            first=absence.starts_on,
            last=absence.ends_on,
        )
