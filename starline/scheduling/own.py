"""The visits of one caregiver, as they carry them along."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from starline.core.db import session
from starline.scheduling.holders import was_of
from starline.scheduling.models import Visit
from starline.staff.models import StaffMember


def own_visits(member: StaffMember, since: datetime, until: datetime) -> list[Visit]:
    """The member's visits that begin in the time, in the order of the day; also those that were called off."""
    query = select(Visit).where(Visit.staff_member_id == member.id, Visit.starts_at >= since, Visit.starts_at < until)
    joined = query.options(
        joinedload(Visit.client), joinedload(Visit.service_type), joinedload(Visit.service_address)
    ).order_by(Visit.starts_at, Visit.id)
    return list(session.scalars(joined))


def own_visit(member: StaffMember, visit_id: UUID) -> Visit | None:
    """The visit, if it is the member's now."""
    query = select(Visit).where(Visit.id == visit_id, Visit.staff_member_id == member.id)
    return session.scalars(query).one_or_none()


def reported_visit(member: StaffMember, visit_id: UUID) -> Visit | None:
    """The visit, if it is the member's or once was: what they did there is kept whoever has it now."""
    visit = session.get(Visit, visit_id)
    return visit if visit is not None and was_of(visit, member.id) else None
