"""A sign-in for somebody on staff: the least role there is, by an invitation to the address in their file."""

from starline.core import events
from starline.core.db import User, session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import invalid
from starline.identity import invitations, roles
from starline.staff.models import StaffMember
from starline.staff.vocabulary import StaffStatus

TEMPLATE = "Caregiver"


def invite_to_sign_in(member: StaffMember, *, by: int | None) -> User:
    """Open an account with the caregivers' role and mail the link to choose a password.

    More than that role is given by those who manage users.
    """
    if member.user_id is not None:
        raise Conflict(_("%(member)s has a sign-in already.", member=member))
    if member.status == StaffStatus.TERMINATED:
        raise Conflict(_("%(member)s no longer works here.", member=member))
    if not member.email:
        raise invalid("email", "There is no e-mail address to send the invitation to.")
    values = {
        "email": member.email,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "branch_id": member.branch_id,
        "roles": [roles.role_of(roles.BY_NAME[TEMPLATE])],
    }
    # Done by the system: whoever hires need not be allowed to manage users, and gives no more than this role.
    user = invitations.invite(values, by=None)
    member.user_id = user.id
    session.flush()
    events.record("staff_member:invited", member)
    return user
