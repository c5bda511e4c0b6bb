"""The access review: who may do what, when they last came, and whether they still need it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped

from starline.core import events
from starline.core.db import Role, TenantModel, User, belongs_to, choice, column, joined, session
from starline.core.errors import Invalid
from starline.identity.models import of_people_visible_to

READING = frozenset({"can_read", "can_export"})


class ReviewDecision(StrEnum):
    STILL_NEEDED = "still_needed"
    NOT_NEEDED = "not_needed"


class AccessReview(TenantModel):
    """One decision on one person's role, as it was on that day; taking the role away is a step of its own."""

    __tablename__ = "access_reviews"
    __label__ = ("role_name",)
    __table_args__ = (Index(None, "organization_id", "user_id", "created_on"),)

    user_id: Mapped[int] = belongs_to("ab_user", "Person")
    role_name: Mapped[str] = column("Role", String(64))
    decision: Mapped[ReviewDecision] = choice("Decision", ReviewDecision)
    note: Mapped[str | None] = column("Note", String(300))

    user: Mapped[User] = joined("AccessReview.user_id", to="User")
    reviewer: Mapped[User | None] = joined("AccessReview.created_by_fk", to="User", viewonly=True)
    visible_to = classmethod(of_people_visible_to)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One person in one role. `writes` names the record types that the role may change, `reads` counts all it sees."""

    user_id: int
    role_id: int
    person: str
    email: str
    is_active: bool
    role: str
    scope: str
    last_sign_in: datetime | None
    last_use: datetime | None
    reads: int
    writes: tuple[str, ...]
    decision: str | None
    decided_on: datetime | None
    decided_by: str | None


def review_lines() -> list[ReviewLine]:
    """Every person of the acting agency in every role they have, by name."""
    may: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for role_id, action, name in session.execute(sql(_PERMISSIONS)):
        may[role_id].add((action, name))
    lines = []
    for row in session.execute(sql(_PEOPLE)).mappings():
        values = dict(row)
        pairs = may[values["role_id"]]
        writes = tuple(sorted({name for action, name in pairs if action not in READING}))
        lines.append(ReviewLine(**values, reads=len({name for _action, name in pairs}), writes=writes))
    return lines


def decide(user_id: int, role_id: int, *, decision: str, note: str | None, by: int | None) -> AccessReview:
    """Keep the decision on the person's role. Raises `Invalid` where they don't have it, or for no such decision."""
    user, role = session.get(User, user_id), session.get(Role, role_id)
    if user is None or role is None or role not in user.roles:
        raise Invalid("This person does not have this role any more. Load the page again.")
    if decision not in set(ReviewDecision):
        raise Invalid("Choose whether the role is still needed.", errors={"decision": ["Choose one from the list."]})
    review = AccessReview(
        user_id=user.id,
        role_name=role.name,
        decision=ReviewDecision(decision),
        note=(note or "").strip()[:300] or None,
    )
    session.add(review)
    session.flush()
    events.record("access:reviewed", review)
    return review


_PERMISSIONS = """
SELECT pvr.role_id, p.name, v.name FROM ab_permission_view_role pvr
  JOIN ab_permission_view pv ON pv.id = pvr.permission_view_id
  JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id
"""
_PEOPLE = """
SELECT u.id AS user_id, r.id AS role_id, u.first_name || ' ' || u.last_name AS person, u.email,
       u.active AS is_active, r.name AS role, r.record_scope AS scope, u.last_login AS last_sign_in,
       (SELECT max(s.last_seen_at) FROM user_sessions s
         WHERE s.organization_id = u.organization_id AND s.user_id = u.id) AS last_use,
       latest.decision, latest.created_on AS decided_on, latest.reviewer AS decided_by
  FROM ab_user u
  JOIN ab_user_role ur ON ur.organization_id = u.organization_id AND ur.user_id = u.id
  JOIN ab_role r ON r.organization_id = ur.organization_id AND r.id = ur.role_id
  LEFT JOIN LATERAL (
       SELECT a.decision, a.created_on, b.first_name || ' ' || b.last_name AS reviewer
         FROM access_reviews a
         LEFT JOIN ab_user b ON b.organization_id = a.organization_id AND b.id = a.created_by_fk
        WHERE a.organization_id = u.organization_id AND a.user_id = u.id AND a.role_name = r.name
        ORDER BY a.created_on DESC LIMIT 1) AS latest ON true
 ORDER BY u.last_name, u.first_name, r.name
"""
