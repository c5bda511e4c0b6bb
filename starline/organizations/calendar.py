"""What day it is where the agency, or one of its branches, works."""

from datetime import date
from uuid import UUID

from starline.core import clock, db, tenancy
from starline.core.db import session
from starline.organizations.models import Branch, OrganizationSettings

_known: dict[tuple[UUID, UUID | None], tuple[int | None, str]] = {}


def zone_of(branch_id: UUID | None = None) -> str:
    """The IANA name of the branch's time zone, or the organisation's where the branch has none of its own."""
    key = (tenancy.current_organization_id(), branch_id)
    version, zone = _known.get(key, (None, ""))
    if version is None or version != db.current_version():
        zone = _look_up(branch_id)
        if len(_known) > 10_000:
            _known.clear()
        _known[key] = (db.current_version(), zone)
    return zone


def today(branch_id: UUID | None = None) -> date:
    """Today's date on the wall of the branch's office."""
    return clock.today(zone_of(branch_id))


def _look_up(branch_id: UUID | None) -> str:
    branch = session.get(Branch, branch_id) if branch_id else None
    return (branch.time_zone if branch else None) or session.query(OrganizationSettings.time_zone).scalar() or "UTC"
