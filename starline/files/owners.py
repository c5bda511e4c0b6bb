"""Which records may have files, and who may see those: the domains above say so of their own tables."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starline.core.db import session
from starline.core.errors import NotFound

CLIENTS, STAFF = "clients", "staff_members"


@dataclass(frozen=True, slots=True)
class Owner:
    """A table whose rows may have files. `permission` is the resource that somebody must be allowed to read."""

    model: Any
    permission: str

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)


_owners: dict[str, Owner] = {}


def takes_files(model: Any, *, permission: str) -> None:
    """Let the rows of `model` have files, seen by whoever may read `permission` and has the row in their scope."""
    owner = Owner(model, permission)
    _owners[owner.table] = owner


def owners() -> dict[str, Owner]:
    """Every table that takes files, by its name."""
    return dict(_owners)


def owner_named(table: str) -> Owner:
    """Raises `NotFound` for a table whose rows have no files."""
    if table not in _owners:
        raise NotFound("There is no such record, or you may not see it.")
    return _owners[table]


def find_owner(table: str, key: UUID, viewer: Any) -> Any:
    """The record, as the viewer may see it. Raises `NotFound` for one that isn't there or is beyond their reach."""
    owner = owner_named(table)
    query = session.query(owner.model).filter(owner.model.id == key)
    scope = owner.model.visible_to(viewer)
    if scope is not None:
        query = query.filter(scope)
    row = query.one_or_none() if viewer.can("read", owner.permission) else None
    if row is None:
        raise NotFound("There is no such record, or you may not see it.")
    return row


def subjects(row: Any) -> dict[str, UUID | None]:
    """The client and the staff member that a record tells of, under the names of a file's columns."""
    table = row.__tablename__
    client = row.id if table == CLIENTS else getattr(row, "client_id", None)
    staff = row.id if table == STAFF else getattr(row, "staff_member_id", None)
    return {"client_id": client, "staff_member_id": staff}
