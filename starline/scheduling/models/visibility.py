"""Who sees what is on the schedule."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from starline.clients.models import Client
from starline.identity.models import RecordScope
from starline.staff.models import StaffMember


def visits_visible_to(kind: Any, viewer: Any) -> ColumnElement[bool] | None:
    """Visits or series of the clients in the viewer's scope, and a caregiver's own; None is all."""
    scope = Client.in_scope_of(viewer)
    if scope is None:
        return None
    of_clients: ColumnElement[bool] = kind.client_id.in_(select(Client.id).where(scope))
    if viewer.scope != RecordScope.ASSIGNED:
        return of_clients
    own = select(StaffMember.id).where(StaffMember.user_id == viewer.user_id)
    return or_(of_clients, kind.staff_member_id.in_(own))


class OfVisit:
    """A row of a visit, seen by whoever may see the visit."""

    visit_id: Any

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        from starline.scheduling.models.visits import Visit  # which itself needs this module

        scope = Visit.visible_to(viewer)
        return None if scope is None else cls.visit_id.in_(select(Visit.id).where(scope))
