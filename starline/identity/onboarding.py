"""What identity adds to a new organisation: the template roles and its first administrator."""

from typing import TYPE_CHECKING

from starline.core import tenancy
from starline.core.events import subscribe
from starline.identity import invitations, roles

if TYPE_CHECKING:
    from starline.organizations.founding import Founding


@subscribe("organization:created")
def found_identity(founding: "Founding") -> None:
    """Make the roles and invite the administrator, inside the transaction that makes the organisation."""
    roles.create_roles_from_templates()
    is_platform = tenancy.current_organization_id() == tenancy.PLATFORM_ID
    leader = roles.OPERATOR if is_platform else roles.ADMINISTRATOR
    invitations.invite(
        {
            "email": founding.administrator_email,
            "first_name": founding.administrator_first_name,
            "last_name": founding.administrator_last_name,
            "roles": [roles.role_of(leader)],
        },
        by=None,
    )
