"""The database: one declarative base, one session, one place where the tenant reaches PostgreSQL.

FAB's declarative `Model` is the base (one metadata, so foreign keys to `ab_user` work); its naming
convention is set here, before FAB's security models are imported.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    Enum,
    ForeignKeyConstraint,
    Numeric,
    Table,
    Uuid,
    create_engine,
    event,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import (
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    relationship,
    scoped_session,
    sessionmaker,
)
from sqlalchemy.pool import Pool
from sqlalchemy_utils import aggregates

from config import settings
from starline.core import clock, silence, tenancy
from starline.core.identifiers import uuid7

Model.metadata.naming_convention = {
    # Composite keys collide without `column_0_N_name`.
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

from flask_appbuilder.security.sqla import models as fab

User, Role, Permission = fab.User, fab.Role, fab.Permission
PermissionView, ViewMenu = fab.PermissionView, fab.ViewMenu
user_roles, role_permissions = fab.assoc_user_role, fab.assoc_permissionview_role
metadata = Model.metadata


def column(label: str, *args: Any, help: str = "", **options: Any) -> Any:
    """A mapped column with its label and help, which forms, screens, REST documentation and imports share."""
    return mapped_column(*args, info={"label": label, "help": help, **options.pop("info", {})}, **options)


def choice(label: str, of: type[StrEnum], *, help: str = "", **options: Any) -> Any:
    """A closed list stored as text with a check constraint."""
    kind = Enum(
        of,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=_snake(of.__name__),
        values_callable=_values,
    )
    return column(label, kind, help=help, **options)


def money(label: str, *, help: str = "", **options: Any) -> Any:
    """An amount in the organisation's currency, to the cent."""
    return column(label, Numeric(12, 2, asdecimal=True), help=help, **options)


def belongs_to(
    table: str,
    label: str,
    *,
    on_delete: str = "RESTRICT",
    help: str = "",
    **options: Any,
) -> Any:
    """A reference to a row of the same organisation: the foreign key is `(organization_id, x_id)`.

    A simple key would let one organisation's row point at another's.
    """
    kind = [] if table.startswith("ab_") else [Uuid()]
    info = {"belongs_to": table, "on_delete": on_delete}
    return column(label, *kind, help=help, info=info, **options)


def joined(foreign: str, **options: Any) -> Any:
    """The relationship that follows `foreign` ("Contact.client_id") to the `id` of the annotated class.

    Spelled out because an inferred composite join breaks on None and misses the identity map.
    """
    target = options.pop("to")
    return relationship(target, primaryjoin=f"foreign({foreign}) == {target}.id", **options)


class TenantModel(Model):  # type: ignore[misc]
    """A row that belongs to one organisation. Physical key `(organization_id, id)`, mapped key `id`."""

    __abstract__ = True
    __label__: ClassVar[tuple[str, ...]] = ("name",)
    """The columns that, joined by a space, are what people call the row."""

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid7)
    organization_id: Mapped[UUID] = mapped_column(
        Uuid(), primary_key=True, default=tenancy.current_organization_id, sort_order=-1
    )
    created_on: Mapped[datetime] = column("Created", DateTime(timezone=True), default=clock.now, sort_order=90)
    created_by_fk: Mapped[int | None] = belongs_to(
        "ab_user",
        "Created by",
        default=lambda: tenancy.current().user_id,
        sort_order=91,
    )
    changed_on: Mapped[datetime] = column(
        "Changed",
        DateTime(timezone=True),
        default=clock.now,
        onupdate=clock.now,
        sort_order=92,
    )
    changed_by_fk: Mapped[int | None] = belongs_to(
        "ab_user",
        "Changed by",
        default=lambda: tenancy.current().user_id,
        onupdate=lambda: tenancy.current().user_id,
        sort_order=93,
    )
    version: Mapped[int] = mapped_column(nullable=False, sort_order=94)

    def __init__(self, **values: Any) -> None:
        """A row has its id from the start, so that others can point at it before anything is written."""
        super().__init__(**{"id": uuid7(), **values})

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"primary_key": ["id"], "version_id_col": cls.version}

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Which rows the viewer's record scope leaves; None for all. Domains narrow it."""
        return None

    def __str__(self) -> str:
        return " ".join(str(getattr(self, name)) for name in self.__label__ if getattr(self, name))


@event.listens_for(Table, "after_parent_attach")
def _add_composite_keys(table: Table, parent: object) -> None:
    """Turn every `belongs_to` column of a new table into its composite foreign key."""
    if parent is not metadata:
        return  # a copy that Alembic makes for itself
    for reference in list(table.columns):
        target = reference.info.get("belongs_to")
        if target:
            table.append_constraint(
                ForeignKeyConstraint(
                    ["organization_id", reference.name],
                    [f"{target}.organization_id", f"{target}.id"],
                    ondelete=reference.info["on_delete"],
                )
            )


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The process's connection pool, as the runtime role."""
    made = create_engine(
        settings().database_url,
        pool_size=10,
        max_overflow=6,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={
            **silence.ALIVE,
            "application_name": "starline",
            "options": " ".join(f"-c {name}={value}" for name, value in {**SERVER_SETTINGS, **_limits}.items()),
        },
    )
    silence.Watch(made, make_url(settings().database_url).set(drivername="postgresql").render_as_string(False))
    return made


SERVER_SETTINGS = {
    "timezone": "UTC",
    # Left to itself PostgreSQL plans a page anew each time: it takes an unknown LIMIT for a tenth of the table.
    "plan_cache_mode": "force_generic_plan",
    **silence.LEAVE,
    # Above the longest task: an abandoned transaction lets go of its locks some day.
    "idle_in_transaction_session_timeout": "15min",
}
LIMITS_OF_REQUESTS = {
    "statement_timeout": "20s",
    "lock_timeout": "8s",
    "idle_in_transaction_session_timeout": "20s",
}
"""Whoever waits for a page has gone by then; a key or a row that a dead web node holds is free again."""

_limits: dict[str, str] = {}


def serve_requests() -> None:
    """Make this process one that people wait for: none of its statements may last. Before the first connection."""
    _limits.update(LIMITS_OF_REQUESTS)


@event.listens_for(Pool, "checkout")
def _drop_dead(connection: Any, record: object, proxy: object) -> None:
    """An idle connection with something to say says goodbye: its server has gone. Costs no round trip."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):
        raise DisconnectionError


class TenantSession(Session):
    """A session on `engine()` unless it was bound elsewhere."""

    def get_bind(self, *args: Any, **options: Any) -> Engine | Connection:
        return self.bind or engine()


# Flask-AppBuilder brings it along: no model has an aggregate, and yet each flush would walk the whole session for one.
event.remove(Session, "after_flush", aggregates.manager.construct_aggregate_queries)

session: scoped_session[TenantSession] = scoped_session(sessionmaker(class_=TenantSession, expire_on_commit=False))


def bind(target: Engine | Connection | None) -> None:
    """Point the session at another engine or connection (tests and commands); None means `engine()` again."""
    session.remove()
    session.configure(bind=target)


def roll_back() -> None:
    """Undo what the session did. Where its connection has gone, the server has undone it already."""
    try:
        session.rollback()
    except DBAPIError:
        session().invalidate()


@contextmanager
def transaction() -> Iterator[None]:
    """The boundary of a task or a command: one commit at the end, or nothing."""
    try:
        yield
        session.commit()
    except BaseException:
        roll_back()
        raise
    finally:
        session.remove()


@event.listens_for(Session, "after_begin")
def _enter_context(opened: Session, transaction: object, connection: Connection) -> None:
    """Tell the database who acts, and learn in the same round trip what version their permissions should be of."""
    if context_settings():
        _tell(opened, connection)
    else:
        opened.info.pop(VERSION, None)


def _tell(opened: Session, connection: Connection) -> None:
    parameters = {**(context_settings() or NO_CONTEXT), "organization_id": tenancy.current().organization_id}
    opened.info[VERSION] = connection.execute(_SET_CONTEXT_ASK_VERSION, parameters).scalar()


VERSION = "organization_version"
NO_CONTEXT = {"context": "", "request_id": "", "reason": ""}
_SET_CONTEXT = (
    "set_config('app.context', :context, true), set_config('app.request_id', :request_id, true),"
    " set_config('app.reason', :reason, true)"
)
_ASK_VERSION = "(SELECT value FROM organization_versions WHERE organization_id = CAST(:organization_id AS uuid))"
_SET_CONTEXT_ASK_VERSION = sql(
    f"SELECT {_ASK_VERSION} FROM (SELECT {_SET_CONTEXT} OFFSET 0) AS context WHERE context IS NOT NULL"
)
"""The context is set in the inner query, so that the version is read under it."""


def current_version() -> int | None:
    """The version of the organisation's people and settings that the open transaction sees."""
    session.connection()
    version: int | None = session().info.get(VERSION)
    return version


def context_settings() -> dict[str, str]:
    """The three transaction-local settings of the acting context; empty where nobody acts for an organisation."""
    context = tenancy.current()
    if context.organization_id is None:
        return {}
    return {
        "context": context.signed(),
        "request_id": context.request_id,
        "reason": "; ".join(filter(None, (context.via, context.reason))),
    }


def flush_pending() -> None:
    """Write what waits in the session while its own organisation still acts."""
    if session.registry.has() and (session().new or session().dirty or session().deleted) and not _has_failed():
        session.flush()


def apply_context() -> None:
    """Tell an open transaction that the acting context has changed."""
    if not session.registry.has() or not session().in_transaction():
        return
    if _has_failed():
        return
    _tell(session(), session.connection())


def is_begun() -> bool:
    """Whether this thread's session holds a transaction in which more can be asked."""
    return session.registry.has() and session().in_transaction() and not _has_failed()


def _has_failed() -> bool:
    """Whether the open transaction can only be rolled back any more."""
    if not session().in_transaction():
        return False
    if not session().is_active:
        return True
    connection = session.connection()
    if connection.invalidated:
        return True
    status: int = connection.connection.dbapi_connection.info.transaction_status  # type: ignore[union-attr]
    return status == _FAILED


_FAILED = 3
"""libpq's PQTRANS_INERROR: nothing but a rollback is possible any more."""


def numbered(series: str) -> Any:
    """A server default that takes the organisation's next number of `series`; the number shares the row's fate."""
    return func.app.next_number(series)


def _values(of: type[StrEnum]) -> list[str]:
    return [member.value for member in of]


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


__all__ = [
    "Model",
    "Permission",
    "PermissionView",
    "Role",
    "TenantModel",
    "User",
    "ViewMenu",
    "belongs_to",
    "choice",
    "column",
    "joined",
    "money",
    "session",
    "transaction",
]
