"""Whose a visit is, and whose it once was."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text as sql

from starline.core import clock
from starline.core.db import session
from starline.scheduling.models import Visit

OLDEST = timedelta(days=62)
"""What a phone that was switched off for longer has to tell is entered by hand."""


def was_of(visit: Visit, member_id: UUID) -> bool:
    """Whether the visit is the caregiver's, or once was: their phone may not have heard yet that it isn't any more.

    What a phone tells of a visit that lies further back than `OLDEST` has nobody waiting for it.
    """
    if visit.staff_member_id == member_id:
        return True
    if visit.starts_at < clock.now() - OLDEST:
        return False
    given = {"visit_id": str(visit.id), "member": f'"{member_id}"', "organization_id": visit.organization_id}
    return session.execute(_EVER_GIVEN, given).first() is not None


_EVER_GIVEN = sql(
    "SELECT 1 FROM audit_events WHERE organization_id = :organization_id AND subject_id = :visit_id"
    " AND subject = 'visits' AND changes -> 'staff_member_id' @> CAST(:member AS jsonb) LIMIT 1"
)
