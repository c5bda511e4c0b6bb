"""Reminders that a credential ends: to the person one by one, to human resources in one mail a day. Each once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from starline.core import audit, outbox
from starline.core.db import Role, User, session, user_roles
from starline.identity import notices
from starline.staff.models import Credential, CredentialReminder, CredentialType, StaffMember
from starline.staff.rules.credentials import reminder_due
from starline.staff.vocabulary import StaffStatus

REMINDED = "credential:reminded"
HUMAN_RESOURCES = "Human resources"


@dataclass(frozen=True, slots=True)
class Ending:
    """A credential in use that ends, with the reminders that its type asks for and those sent already."""

    credential_id: UUID
    expires_on: date
    days: tuple[int, ...]
    sent: tuple[int, ...]


def remind(on: date) -> list[UUID]:
    """Promise the mails that are due on the day `on`; the credentials they are about. A second run promises none."""
    due = [(one.credential_id, _due(one, on)) for one in _endings(on)]
    reminded = [key for key, days in due if days is not None and _note(key, days, on)]
    for key in reminded:
        outbox.enqueue("staff.send_reminder", credential_id=str(key))
    if reminded:
        for user_id in human_resources_ids():
            outbox.enqueue("staff.send_reminder_list", user_id=user_id, on=on.isoformat())
        audit.record(REMINDED, "credentials")
    return reminded


def human_resources_ids() -> list[int]:
    """The active people of human resources; the administrators where there are none."""
    query = (
        select(User.id)
        .join(user_roles, user_roles.c.user_id == User.id)
        .join(Role, Role.id == user_roles.c.role_id)
        .where(Role.template == HUMAN_RESOURCES, User.active)
    )
    return sorted(set(session.scalars(query))) or notices.administrator_ids()


def _due(one: Ending, on: date) -> int | None:
    return reminder_due(one.expires_on, on, days=one.days, sent=one.sent)


def _note(credential_id: UUID, days: int, on: date) -> bool:
    """Keep that the reminder is sent; False where another run was faster."""
    row = CredentialReminder(credential_id=credential_id, days=days, reminded_on=on)
    table = CredentialReminder.__table__
    values = {
        "id": row.id,
        "organization_id": func.app.current_organization_id(),
        "credential_id": credential_id,
        "days": days,
        "reminded_on": on,
        "version": 1,
    }
    statement = insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return session.execute(statement).first() is not None


def _endings(on: date) -> Iterable[Ending]:
    """Of people who work here, the credentials that end from `on` on and that no later one of their type replaces."""
    later, sent = aliased(Credential), CredentialReminder
    is_replaced = (
        select(later.id)
        .where(
            later.staff_member_id == Credential.staff_member_id,
            later.credential_type_id == Credential.credential_type_id,
            later.voided_at.is_(None),
            or_(later.expires_on.is_(None), later.expires_on > Credential.expires_on),
        )
        .exists()
    )
    reminders = select(func.array_agg(sent.days)).where(sent.credential_id == Credential.id).scalar_subquery()
    query = (
        select(Credential.id, Credential.expires_on, CredentialType.reminder_days, reminders.label("sent"))
        .join(StaffMember, StaffMember.id == Credential.staff_member_id)
        .join(CredentialType, CredentialType.id == Credential.credential_type_id)
        .where(Credential.voided_at.is_(None), Credential.expires_on >= on, CredentialType.is_active)
        .where(StaffMember.status != StaffStatus.TERMINATED, ~is_replaced)
        .order_by(Credential.expires_on, Credential.id)
    )
    for row in session.execute(query):
        yield Ending(row.id, row.expires_on, tuple(map(int, row.reminder_days)), tuple(row.sent or ()))
