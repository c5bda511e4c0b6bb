"""Which record a row stands for already: the same person of the same birth date, the same credential, and so on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.core.fields import Kind
from app.core.security import required_viewer
from app.imports.targets import Target
from starline.core.crypto import blind_index
from starline.core.db import session
from starline.imports.models import Import, ImportRow
from starline.imports.rules import normal


class Twins:
    """The records of a list and the earlier rows of an import, by what tells one record from another."""

    def __init__(self, target: Target, rows: Iterable[Mapping[str, Any]]) -> None:
        """`rows` are the values of those that will be asked about."""
        self.target, self.rows = target, list(rows)
        self.fields = target.fields
        self.names = target.match.split()
        self._known: dict[tuple[str, ...], Any] | None = None

    def key_of(self, values: Mapping[str, Any]) -> tuple[str, ...] | None:
        """What tells the row's record from others; None where a part of it is missing."""
        parts = []
        for name in self.names:
            value = values.get(name)
            if value in (None, ""):
                default = getattr(self.fields[name].column.default, "arg", None)
                value = getattr(default, "value", None) if not callable(default) else None
            if value in (None, ""):
                return None
            is_text = self.fields[name].kind in (Kind.TEXT, Kind.LONG_TEXT)
            parts.append(normal(str(value)) if is_text else str(value))
        return tuple(parts)

    def record_like(self, key: tuple[str, ...]) -> Any:
        """The id of a record with the key, within what the person may see."""
        if self._known is None:
            self._known = self._load()
        return self._known.get(key)

    def add(self, key: tuple[str, ...], record_id: Any) -> None:
        """A record that has just been made."""
        if self._known is not None:
            self._known.setdefault(key, record_id)

    def forget(self, record_ids: Iterable[Any]) -> None:
        """Records that were not made after all."""
        gone = set(record_ids)
        if self._known is not None:
            self._known = {key: record_id for key, record_id in self._known.items() if record_id not in gone}

    def earlier_rows(self, one: Import, match_hashes: set[str]) -> dict[str, int]:
        """The line of the first row of the import that stands for each record."""
        query = sa.select(ImportRow.match_hash, sa.func.min(ImportRow.number)).where(
            ImportRow.import_id == one.id, ImportRow.match_hash.in_(match_hashes)
        )
        return dict(session.execute(query.group_by(ImportRow.match_hash)).all())

    def _load(self) -> dict[tuple[str, ...], Any]:
        model, viewer = self.target.resource.model, required_viewer()
        table = model.__table__
        query = sa.select(table.c.id, *(table.c[name] for name in self.names))
        query = query.where(table.c.organization_id == viewer.organization_id)
        scope = model.visible_to(viewer) if hasattr(model, "visible_to") else None
        if "voided_at" in table.c:
            query = query.where(table.c.voided_at.is_(None))
        for name in self.names:
            if self.fields[name].kind in (Kind.DATE, Kind.RELATION):
                query = query.where(table.c[name].in_(self._asked(name)))
        found: dict[tuple[str, ...], Any] = {}
        for record_id, *values in session.execute(query if scope is None else query.where(scope)):
            key = self.key_of(
                {name: getattr(value, "value", value) for name, value in zip(self.names, values, strict=True)}
            )
            if key is not None:
                found.setdefault(key, record_id)
        return found

    def _asked(self, name: str) -> set[Any]:
        """What the rows have in the field, without what is no value of it."""
        values = {row.get(name) for row in self.rows} - {None, ""}
        if self.fields[name].kind is not Kind.DATE:
            return values
        found = set()
        for value in values:
            try:
                found.add(date.fromisoformat(str(value)))
            except ValueError:
                continue
        return found


def hashed(key: tuple[str, ...]) -> str:
    """What is kept of a key: the same for the same record, and nothing that could be read."""
    return blind_index("\x1f".join(key))
