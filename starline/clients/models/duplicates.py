"""Two records of one person: what finds them, what people decided, and a merge that can be undone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from starline.clients import vocabulary as words
from starline.clients.models.people import Client
from starline.core import clock
from starline.core.crypto import Encrypted
from starline.core.db import TenantModel, User, belongs_to, choice, column, joined

OPEN = words.PairDecision.OPEN


class MatchKey(TenantModel):
    """A word that two records of one person have in common; equality under an index, so that nobody compares all."""

    __tablename__ = "match_keys"
    __label__ = ("key",)
    __table_args__ = (
        UniqueConstraint("organization_id", "key", "client_id"),
        Index(None, "organization_id", "client_id"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client", on_delete="CASCADE")
    key: Mapped[str] = column("Key", String(120, collation="C"))


class DuplicatePair(TenantModel):
    """Two clients that look like one person. The first is the older record."""

    __tablename__ = "duplicate_pairs"
    __label__ = ("score",)
    __table_args__ = (
        UniqueConstraint("organization_id", "first_client_id", "second_client_id"),
        Index(None, "organization_id", "second_client_id"),
        Index(None, "organization_id", "decision", "score"),
        CheckConstraint("first_client_id < second_client_id", name="in_order"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )

    first_client_id: Mapped[UUID] = belongs_to("clients", "Older record", on_delete="CASCADE")
    second_client_id: Mapped[UUID] = belongs_to("clients", "Newer record", on_delete="CASCADE")
    score: Mapped[int] = column("Likeness", SmallInteger, help="100 is the same in everything that was compared.")
    reasons: Mapped[list[str]] = column("Alike in", ARRAY(String(60)), default=list)
    decision: Mapped[words.PairDecision] = choice("Decision", words.PairDecision, default=words.PairDecision.OPEN)
    decided_at: Mapped[datetime | None] = column("Decided", DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = belongs_to("ab_user", "Decided by")

    first_client: Mapped[Client] = joined("DuplicatePair.first_client_id", to="Client")
    second_client: Mapped[Client] = joined("DuplicatePair.second_client_id", to="Client")
    decided_by: Mapped[User | None] = joined("DuplicatePair.decided_by_id", to="User")

    def __str__(self) -> str:
        return f"{self.first_client} · {self.second_client}"

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return {OPEN: ("not_a_duplicate",), words.PairDecision.NOT_DUPLICATE: ("look_again",)}.get(self.decision, ())

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Pairs of which the viewer may see both sides."""
        return _both(cls.first_client_id, cls.second_client_id, viewer)


class ClientMerge(TenantModel):
    """One record absorbed by another, with what it takes to take it back."""

    __tablename__ = "client_merges"
    __label__ = ("merged_name",)
    __table_args__ = (
        Index(None, "organization_id", "kept_client_id"),
        Index(None, "organization_id", "merged_client_id"),
        CheckConstraint("kept_client_id <> merged_client_id", name="two_clients"),
    )

    kept_client_id: Mapped[UUID] = belongs_to("clients", "Kept record")
    merged_client_id: Mapped[UUID] = belongs_to("clients", "Merged record")
    merged_name: Mapped[str] = column("Merged", String(200))
    merged_at: Mapped[datetime] = column("When", DateTime(timezone=True), default=clock.now)
    merged_by_id: Mapped[int | None] = belongs_to("ab_user", "Merged by")
    undo_until: Mapped[datetime] = column("Can be undone until", DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = column("Undone", DateTime(timezone=True))
    moved: Mapped[dict[str, Any]] = column("Moved rows", JSONB, default=dict)
    chosen: Mapped[dict[str, Any]] = column("Fields taken over", JSONB, default=dict)
    kept_ssn_encrypted: Mapped[bytes | None] = column("Social security number before", LargeBinary)
    kept_medicaid_id_encrypted: Mapped[bytes | None] = column("Medicaid id before", LargeBinary)
    kept_medicare_id_encrypted: Mapped[bytes | None] = column("Medicare id before", LargeBinary)
    kept_texts_encrypted: Mapped[bytes | None] = column(
        "Texts taken over", LargeBinary, help="By field what the kept record said before and after, as JSON."
    )

    kept_ssn = Encrypted("kept_ssn_encrypted")
    kept_medicaid_id = Encrypted("kept_medicaid_id_encrypted")
    kept_medicare_id = Encrypted("kept_medicare_id_encrypted")
    kept_texts = Encrypted("kept_texts_encrypted")
    kept_client: Mapped[Client] = joined("ClientMerge.kept_client_id", to="Client")
    merged_client: Mapped[Client] = joined("ClientMerge.merged_client_id", to="Client")
    merged_by: Mapped[User | None] = joined("ClientMerge.merged_by_id", to="User")

    def __str__(self) -> str:
        return self.merged_name

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return ("undo",) if self.undone_at is None and clock.now() < self.undo_until else ()

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        """Merges of which the viewer may see the kept record, and so all that came from the other."""
        scope = Client.in_scope_of(viewer)
        return None if scope is None else cls.kept_client_id.in_(select(Client.id).where(scope))


def _both(first: Any, second: Any, viewer: Any) -> ColumnElement[bool] | None:
    scope = Client.in_scope_of(viewer)
    if scope is None:
        return None
    seen = select(Client.id).where(scope)
    return and_(first.in_(seen), second.in_(seen))
