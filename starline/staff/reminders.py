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
from starline.core.language import N_
from starline.identity import notices
from starline.notifications.service import notify, notify_all
from starline.staff.models import Credential, CredentialReminder, CredentialType, StaffMember
from starline.staff.rules.credentials import reminder_due
from starline.staff.vocabulary import StaffStatus

REMINDED = "credential:reminded"
HUMAN_RESOURCES = "Human resources"
ENDS = N_("%(what)s ends on %(day)s. Hand in the renewed one.")
MANY_END = N_("Credentials of colleagues that end soon: %(number)s.")


@dataclass(frozen=True, slots=True)
class Ending:
    """A credential in use that ends, with the reminders that its type asks for and those sent already."""

    credential_id: UUID
    user_id: int | None
    what: str
    expires_on: date
    days: tuple[int, ...]
    sent: tuple[int, ...]


def remind(on: date) -> list[UUID]:
    """Promise the mails that are due on the day `on`; the credentials they are about. A second run promises none."""
    due = [(one, _due(one, on)) for one in _endings(on)]
    reminded = [one for one, days in due if days is not None and _note(one.credential_id, days, on)]
    for one in reminded:
        outbox.enqueue("staff.send_reminder", credential_id=str(one.credential_id))
        if one.user_id is not None:
            notify(one.user_id, "credential:ends", ENDS, link="/me/credentials", what=one.what, day=one.expires_on)
    if reminded:
        _tell_office(len(reminded), on)
        audit.record(REMINDED, "credentials")
    return [one.credential_id for one in reminded]


def human_resources_ids() -> list[int]:
    """The active people of human resources; the administrators where there are none."""
    query = (
        select(User.id)
        .join(user_roles, user_roles.c.user_id == User.id)
        .join(Role, Role.id == user_roles.c.role_id)
        .where(Role.template == HUMAN_RESOURCES, User.active)
    )
    return sorted(set(session.scalars(query))) or notices.administrator_ids()


def _tell_office(number: int, on: date) -> None:
    people = human_resources_ids()
    for user_id in people:
        outbox.enqueue("staff.send_reminder_list", user_id=user_id, on=on.isoformat())
    notify_all(people, "credentials:end", MANY_END, link="/compliance/expiring", number=number)


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
        select(
            Credential.id,
            StaffMember.user_id,
            CredentialType.name,
            Credential.expires_on,
            CredentialType.reminder_days,
            reminders.label("sent"),
        )
        .join(StaffMember, StaffMember.id == Credential.staff_member_id)
        .join(CredentialType, CredentialType.id == Credential.credential_type_id)
        .where(Credential.voided_at.is_(None), Credential.expires_on >= on, CredentialType.is_active)
        .where(StaffMember.status != StaffStatus.TERMINATED, ~is_replaced)
        .order_by(Credential.expires_on, Credential.id)
    )
    for row in session.execute(query):
        days = tuple(map(int, row.reminder_days))
        yield Ending(row.id, row.user_id, row.name, row.expires_on, days, tuple(row.sent or ()))
