"""What day it is where the agency, or one of its branches, works."""

from datetime import date
from uuid import UUID

from starline.core import clock
from starline.core.db import session
from starline.organizations.models import Branch, OrganizationSettings


def zone_of(branch_id: UUID | None = None) -> str:
    """The IANA name of the branch's time zone, or the organisation's where the branch has none of its own."""
    branch = session.get(Branch, branch_id) if branch_id else None
    return (branch.time_zone if branch else None) or session.query(OrganizationSettings.time_zone).scalar() or "UTC"


def today(branch_id: UUID | None = None) -> date:
    """Today's date on the wall of the branch's office."""
    return clock.today(zone_of(branch_id))
