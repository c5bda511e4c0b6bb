"""Users, roles and everything that proves who somebody is.

FAB's user and role tables carry the organisation too: their global unique constraints give way to per-organisation
ones, and their link tables get the organisation from the database.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnDefault,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from starline.core import clock, tenancy
from starline.core.crypto import Encrypted
from starline.core.db import (
    Model,
    Role,
    TenantModel,
    User,
    belongs_to,
    choice,
    column,
    joined,
    role_permissions,
    user_roles,
)
from starline.organizations import models as organizations  # noqa: F401  (a user belongs to a branch)

CASCADE = "CASCADE"
CURRENT_ORGANIZATION = func.app.current_organization_id()


class RecordScope(StrEnum):
    """Which rows a role's permissions hold for."""

    ALL = "all"
    BRANCH = "branch"
    ASSIGNED = "assigned"
    OWN = "own"


class TokenPurpose(StrEnum):
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE = "email_change"


class SignInOutcome(StrEnum):
    """How one attempt ended; kept for the person, the administrator and the auditor."""

    SUCCEEDED = "succeeded"
    WRONG_PASSWORD = "wrong_password"
    UNKNOWN_USER = "unknown_user"
    WRONG_CODE = "wrong_code"
    REPLAYED_CODE = "replayed_code"
    LOCKED = "locked"
    DISABLED = "disabled"
    CODE_REQUIRED = "code_required"
    REUSED_TOKEN = "reused_token"


def _organization_id() -> Any:
    return mapped_column(Uuid(), nullable=False, default=tenancy.current_organization_id)


User.organization_id = _organization_id()
User.branch_id = column("Branch", Uuid(), nullable=True)
User.phone = column("Phone", String(20), nullable=True)
User.locale = column("Language", String(10), nullable=True)
User.time_zone = column("Time zone", String(64), nullable=True)
User.photo_file = column("Photo", String(200), nullable=True)
User.locked_until = column("Locked until", DateTime(timezone=True), nullable=True)
User.password_changed_at = column("Password changed", DateTime(timezone=True), nullable=True)
User.version = column("Version", Integer, nullable=False, default=1)


def _keep_track(table: Table) -> None:
    """Who and when, as everywhere else: FAB asks Flask for the person and takes the server's wall clock."""
    for name in ("created_by_fk", "changed_by_fk"):
        _set_default(table.c[name], lambda: tenancy.current().user_id)
    for name in ("created_on", "changed_on"):
        _set_default(table.c[name], clock.now)
    for name in ("created_on", "changed_on", "last_login"):
        table.c[name].type = DateTime(timezone=True)
    _set_default(table.c.changed_by_fk, lambda: tenancy.current().user_id, for_update=True)
    _set_default(table.c.changed_on, clock.now, for_update=True)


def _set_default(target: Column[Any], make: Callable[[], Any], *, for_update: bool = False) -> None:
    default = ColumnDefault(make, for_update=for_update)
    default._set_parent(target)


_keep_track(User.__table__)

Role.organization_id = _organization_id()
Role.record_scope = choice("Sees", RecordScope, default=RecordScope.ALL, nullable=False)
Role.template = column("Made from", String(40), nullable=True)
Role.requires_second_factor = column("Second factor required", Boolean, nullable=False, default=False)
Role.version = column("Version", Integer, nullable=False, default=1)


def _keep_names_per_organization(table: Table, *names: str) -> None:
    """Replace the table's global unique columns by unique ones per organisation, and let composite keys point at it."""
    for name in names:
        table.c[name].unique = False
        for constraint in [c for c in table.constraints if isinstance(c, UniqueConstraint) and name in c.columns]:
            table.constraints.remove(constraint)
        table.append_constraint(UniqueConstraint("organization_id", name))
    table.append_constraint(UniqueConstraint("organization_id", "id"))


def _reference_composite(table: Table, **targets: str) -> None:
    """Replace the table's simple foreign keys by ones that can't leave the organisation."""
    for name, target in targets.items():
        for key in list(table.c[name].foreign_keys):
            table.constraints.discard(key.constraint)
            table.c[name].foreign_keys.discard(key)
            table.foreign_keys.discard(key)
        table.append_constraint(
            ForeignKeyConstraint(
                ["organization_id", name],
                [f"{target}.organization_id", f"{target}.id"],
                ondelete=None if table is User.__table__ else CASCADE,
                use_alter=target == "branches",  # branches know their authors, users their branch
            )
        )


_keep_names_per_organization(User.__table__, "username", "email")
_keep_names_per_organization(Role.__table__, "name")
_reference_composite(
    User.__table__,
    branch_id="branches",
    created_by_fk="ab_user",
    changed_by_fk="ab_user",
)
for _link in (user_roles, role_permissions):
    # FAB inserts these rows without knowing of organisations: the database fills theirs in.
    _link.append_column(
        Column(
            "organization_id",
            Uuid(),
            nullable=False,
            server_default=CURRENT_ORGANIZATION,
        )
    )
_reference_composite(user_roles, user_id="ab_user", role_id="ab_role")
_reference_composite(role_permissions, role_id="ab_role")


for _name, _table in (("user_id", "ab_user"), ("role_id", "ab_role")):
    user_roles.c[_name].info.update({"label": _table.removeprefix("ab_").capitalize(), "belongs_to": _table})
    user_roles.c[_name].nullable = False


def _people_visible_to(cls: type[User], viewer: Any) -> ColumnElement[bool] | None:
    """All people, those of one's branch, or oneself alone; always oneself."""
    if viewer.scope == RecordScope.ALL:
        return None
    oneself = cls.id == viewer.user_id
    return or_(cls.branch_id == viewer.branch_id, oneself) if viewer.scope == RecordScope.BRANCH else oneself


def of_people_visible_to(cls: Any, viewer: Any) -> ColumnElement[bool] | None:
    """What tells of a person is seen by whoever sees that person."""
    people = _people_visible_to(User, viewer)
    return None if people is None else cls.user_id.in_(select(User.id).where(people))


def _possible_actions(user: User) -> tuple[str, ...]:
    """The verbs that the person's state allows, by the name they are declared under."""
    states = {
        "invite_again": user.active and not user.password,
        "unlock": user.locked_until is not None or bool(user.fail_login_count),
        "reset_second_factor": user.second_factor is not None,
    }
    return tuple(name for name, holds in states.items() if holds)


User.possible_actions = property(_possible_actions)
User.__label__ = ("first_name", "last_name")
User.visible_to = classmethod(_people_visible_to)
User.branch = joined("User.branch_id", to="Branch")
Role.__label__ = ("name",)


class RoleAssignment(Model):  # type: ignore[misc]
    """FAB's link between a person and a role, as a row that can be listed, added and removed."""

    __table__ = user_roles
    __tablename__ = user_roles.name
    __label__ = ("id",)

    id: Mapped[int]
    user_id: Mapped[int]
    role_id: Mapped[int]
    organization_id: Mapped[UUID]
    user = joined("RoleAssignment.user_id", to="User", viewonly=True)
    role = joined("RoleAssignment.role_id", to="Role", viewonly=True)
    visible_to = classmethod(of_people_visible_to)

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class UserSession(TenantModel):
    """One signed-in browser or one family of API tokens; ending it takes effect on the next request."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "organization_id", "user_id"),)

    user_id: Mapped[int] = belongs_to("ab_user", "User", on_delete=CASCADE)
    kind: Mapped[str] = column("Kind", String(10), default="web", help="web or api")
    address: Mapped[str | None] = column("Address", String(45))
    device: Mapped[str | None] = column("Device", String(200))
    last_seen_at: Mapped[datetime] = column("Last seen", DateTime(timezone=True), default=clock.now)
    expires_at: Mapped[datetime] = column("Expires", DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = column("Ended", DateTime(timezone=True))
    end_reason: Mapped[str | None] = column("Ended because", String(40))
    has_second_factor: Mapped[bool] = column("Second factor given", default=False)


class RefreshToken(TenantModel):
    """One link of a rotating chain. Using a link that was used before ends the whole session."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (UniqueConstraint("organization_id", "token_hash"),)

    session_id: Mapped[UUID] = belongs_to("user_sessions", "Session", on_delete=CASCADE)
    token_hash: Mapped[str] = column("Token hash", String(64))
    expires_at: Mapped[datetime] = column("Expires", DateTime(timezone=True))
    used_at: Mapped[datetime | None] = column("Used", DateTime(timezone=True))


class SecondFactor(TenantModel):
    """A person's TOTP generator. `last_step` is the newest 30-second step accepted: a code serves once."""

    __tablename__ = "second_factors"
    __table_args__ = (UniqueConstraint("organization_id", "user_id"),)

    user_id: Mapped[int] = belongs_to("ab_user", "User", on_delete=CASCADE)
    seed_encrypted: Mapped[bytes] = column("Seed", LargeBinary)
    confirmed_at: Mapped[datetime | None] = column("Confirmed", DateTime(timezone=True))
    last_step: Mapped[int] = column("Last step", BigInteger, default=0)
    failures: Mapped[int] = column("Wrong codes in a row", default=0)

    seed = Encrypted("seed_encrypted")


User.second_factor = relationship(
    SecondFactor, primaryjoin="foreign(SecondFactor.user_id) == User.id", viewonly=True, uselist=False
)


class RecoveryCode(TenantModel):
    """A code for the day the phone is lost; hashed, used once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("organization_id", "user_id", "code_hash"),)

    user_id: Mapped[int] = belongs_to("ab_user", "User", on_delete=CASCADE)
    code_hash: Mapped[str] = column("Code hash", String(64))
    used_at: Mapped[datetime | None] = column("Used", DateTime(timezone=True))


class RememberedDevice(TenantModel):
    """A browser that may skip the second factor until it expires."""

    __tablename__ = "remembered_devices"
    __table_args__ = (UniqueConstraint("organization_id", "token_hash"),)

    user_id: Mapped[int] = belongs_to("ab_user", "User", on_delete=CASCADE)
    token_hash: Mapped[str] = column("Token hash", String(64))
    device: Mapped[str | None] = column("Device", String(200))
    expires_at: Mapped[datetime] = column("Expires", DateTime(timezone=True))


class UserToken(TenantModel):
    """A single-use link sent by e-mail, good for 24 hours."""

    __tablename__ = "user_tokens"
    __table_args__ = (UniqueConstraint("organization_id", "token_hash"),)

    user_id: Mapped[int] = belongs_to("ab_user", "User", on_delete=CASCADE)
    purpose: Mapped[TokenPurpose] = choice("Purpose", TokenPurpose)
    token_hash: Mapped[str] = column("Token hash", String(64))
    email: Mapped[str | None] = column("New e-mail", String(320))
    former_email: Mapped[str | None] = column("E-mail before", String(320))
    expires_at: Mapped[datetime] = column("Expires", DateTime(timezone=True))
    used_at: Mapped[datetime | None] = column("Used", DateTime(timezone=True))


class SignInAttempt(TenantModel):
    """The sign-in history. The e-mail is kept only where it belongs to somebody."""

    __tablename__ = "sign_in_attempts"
    __label__ = ("outcome",)
    __table_args__ = (
        Index(None, "organization_id", "user_id", "created_on"),
        Index(None, "organization_id", "address", "created_on"),
    )

    user_id: Mapped[int | None] = belongs_to("ab_user", "User", on_delete=CASCADE)
    outcome: Mapped[SignInOutcome] = choice("Outcome", SignInOutcome)
    address: Mapped[str | None] = column("Address", String(45))
    device: Mapped[str | None] = column("Device", String(200))
    channel: Mapped[str] = column("Channel", String(10), default="web", help="web or api")

    user: Mapped[User | None] = joined("SignInAttempt.user_id", to="User")
    visible_to = classmethod(of_people_visible_to)


def _in_a_year() -> datetime:
    return clock.now() + timedelta(days=365)


class AgencyApiKey(TenantModel):
    """What a program of the agency's own signs in with; FAB's `ApiKey` is another, which is not used.

    It acts for its owner, with at most its role and its scopes. `key` is the whole secret text, on the new row alone:
    only its hash is stored.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("organization_id", "prefix"),
        Index(None, "organization_id", "user_id"),
        Index(None, "organization_id", "role_id"),
    )
    key: ClassVar[str | None] = None

    name: Mapped[str] = column("Name", String(80), help="Which program uses it, such as Payroll export.")
    prefix: Mapped[str] = column("Key begins with", String(12))
    secret_hash: Mapped[str] = column("Secret hash", String(64))
    role_id: Mapped[int] = belongs_to("ab_role", "Role", help="The key sees and does at most what this role may.")
    scopes: Mapped[list[str]] = column(
        "Scopes", ARRAY(Text), help="What of the role's rights it has: clients:read, clients:write, clients:export, …"
    )
    user_id: Mapped[int] = belongs_to("ab_user", "Owner", help="Whom it acts for. It ends when they are disabled.")
    expires_at: Mapped[datetime] = column(
        "Expires", DateTime(timezone=True), default=_in_a_year, help="Empty: in a year. Two years at most."
    )
    last_seen_at: Mapped[datetime | None] = column("Last used", DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = column("Revoked", DateTime(timezone=True))
    revoked_by_id: Mapped[int | None] = belongs_to("ab_user", "Revoked by")

    role: Mapped[Role] = joined("AgencyApiKey.role_id", to="Role")
    user: Mapped[User] = joined("AgencyApiKey.user_id", to="User")
    revoked_by: Mapped[User | None] = joined("AgencyApiKey.revoked_by_id", to="User")

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return () if self.revoked_at else ("revoke",)
