"""What the event `organization:created` carries to the domains that add their part to a new agency."""

from dataclasses import dataclass

from starline.core.tenancy import PLATFORM_ID
from starline.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class Founding:
    """A new organisation and who is to administer it."""

    organization: Organization
    administrator_email: str
    administrator_first_name: str
    administrator_last_name: str
    by: int | None = None

    @property
    def is_platform(self) -> bool:
        return self.organization.id == PLATFORM_ID
