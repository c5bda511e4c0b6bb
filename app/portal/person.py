"""Who holds the phone."""

from starline.core.errors import NotFound
from starline.core.language import gettext as _
from starline.organizations.settings import policy
from starline.staff.models import StaffMember
from starline.staff.service import member_of

PERMISSION = "OwnVisits"
OFFERS = "OwnOffers"


def own_file(user_id: int) -> StaffMember:
    """The personnel file of whoever is signed in. Raises `NotFound` where there is none."""
    member = member_of(user_id)
    if member is None:
        raise NotFound(_("You have no personnel file here. Ask human resources."))
    return member


def lock_minutes() -> int:
    """After how many minutes without a touch a phone closes its pages."""
    return int(policy("scheduling_policy")["phone_lock_minutes"])
