"""The tables that triggers keep (`migrations/sql/search.sql`), and what a model says about being searched."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, String, Table, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from starline.core.db import Model, metadata

DERIVED = {"derived": True}
"""Made of other rows: it travels in no archive, and is made anew where those arrive."""


@dataclass(frozen=True, slots=True)
class Searched:
    """The columns a model is found by, separated by spaces. The table's trigger `search` says the same."""

    number: str
    phones: str
    names: str = "first_name middle_name last_name suffix preferred_name"
    birthday: str = "birth_date"


class SearchToken(Model):  # type: ignore[misc]
    """One word, `#number`, `+telephone` backwards or `@birthday` of one row of the table `subject`."""

    __tablename__ = "search_tokens"
    __table_args__ = (Index(None, "organization_id", "record_id", "token"), {"info": DERIVED})

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[str] = mapped_column(String(60, collation="C"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)


search_spellings = Table(
    "search_spellings",
    metadata,
    Column("organization_id", Uuid(), nullable=False),
    Column("spelling", String(10, collation="C"), nullable=False),
    Column("word", String(60, collation="C"), nullable=False),
    Index(None, "organization_id", "spelling", "word"),
    info=DERIVED,
)
"""The beginnings of the organisation's words, and what is left of them with one or two letters taken out."""


def is_searched(model: Any) -> bool:
    return hasattr(model, "__searched__")
