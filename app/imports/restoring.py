"""Giving records back what an import took: those it made go, those it changed get their former values.

A record that somebody has changed since stays as it is. What else a row's verb did, such as the first step of a
client's history, the trail tells by the request that did it; rows that were written together share one.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from starline.core import clock, tenancy
from starline.core.audit import AuditEvent
from starline.core.db import metadata, session
from starline.core.errors import Conflict
from starline.core.language import gettext as _
from starline.imports.models import Import, ImportRow, RowState

BOOKKEEPING = frozenset({"version", "changed_on", "changed_by_fk"})
"""These tell that the record was written once more, which is true."""


def dumped(record: Any) -> str:
    """All columns of the record as text, encrypted ones as they are stored."""
    table = record.__table__
    values = session.execute(sa.select(table).where(table.c.id == record.id)).mappings().one()
    return json.dumps({name: _out(value) for name, value in values.items()})


TOGETHER = "imports-"
"""How the requests begin that rows share."""


class Restorer:
    """Takes the rows of one portion back."""

    def __init__(self, one: Import, model: Any, rows: Sequence[ImportRow]) -> None:
        self.table = model.__table__
        self.model = model
        self._events = self._what_happened(one, rows)

    def restore(self, row: ImportRow) -> None:
        """Raises `Conflict` where the record isn't as the import left it."""
        present = session.execute(
            sa.select(self.table.c.version).where(self.table.c.id == row.record_id).with_for_update()
        ).scalar_one_or_none()
        if present is None and row.state == RowState.CREATED:
            return  # somebody has removed it since
        if present != row.record_version:
            raise Conflict(_("Somebody has changed the record since; it stays as it is."))
        if json.loads(row.former or "{}").keys() - self.table.c.keys():
            raise Conflict(_("Records are kept in another way since this import; this one stays as it is."))
        if row.state == RowState.CREATED:
            self._remove(row)
        else:
            self._set_back(row)

    def _remove(self, row: ImportRow) -> None:
        """The record goes, and before it what came into being with it."""
        for event in reversed(self._events[row.id]):
            table = metadata.tables[event.subject]
            if event.action == "insert" and table is not self.table:
                session.execute(sa.delete(table).where(table.c.id == _key(table, event.subject_id)))
            elif event.action == "update":
                self._revert(table, event)
        session.execute(sa.delete(self.table).where(self.table.c.id == row.record_id))

    def _set_back(self, row: ImportRow) -> None:
        for event in reversed(self._events[row.id]):
            table = metadata.tables[event.subject]
            if event.action == "insert" and table is not self.table:
                session.execute(sa.delete(table).where(table.c.id == _key(table, event.subject_id)))
            elif event.action == "update" and str(event.subject_id) != str(row.record_id):
                self._revert(table, event)
        former = json.loads(row.former or "{}")
        values = {
            column.name: _in(column, former[column.name])
            for column in self.table.columns
            if column.name in former and column.computed is None and column.name not in BOOKKEEPING
        }
        self._write(self.table, row.record_id, values)
        # An earlier row of the import may have made or changed the same record: it is as that row left it again.
        earlier = sa.update(ImportRow).where(
            ImportRow.import_id == row.import_id,
            ImportRow.record_id == row.record_id,
            ImportRow.record_version == former.get("version"),
        )
        now = sa.select(self.table.c.version).where(self.table.c.id == row.record_id).scalar_subquery()
        session.execute(earlier.values(record_version=now), execution_options={"synchronize_session": "fetch"})

    def _revert(self, table: sa.Table, event: AuditEvent) -> None:
        pairs = {name: pair for name, pair in (event.changes or {}).items() if name in table.c}
        values = {name: _in(table.c[name], old) for name, (old, _new) in pairs.items() if old != "***"}
        if values:
            self._write(table, _key(table, event.subject_id), values)

    def _write(self, table: sa.Table, key: Any, values: dict[str, Any]) -> None:
        kept = {"changed_on": clock.now(), "changed_by_fk": tenancy.current().user_id, "version": table.c.version + 1}
        told = {name: value for name, value in kept.items() if name in table.c}
        session.execute(sa.update(table).where(table.c.id == key).values({**values, **told}))

    def _what_happened(self, one: Import, rows: Sequence[ImportRow]) -> dict[UUID, list[AuditEvent]]:
        """What came of each row: all that its own request did, and of a request shared with others what it added
        that points at the row's record."""
        of_request = {request_of(row): row.id for row in rows}
        of_record = {str(row.record_id): row.id for row in rows if row.state == RowState.CREATED}
        since = (AuditEvent.organization_id == one.organization_id, AuditEvent.at >= one.started_at)
        born = (AuditEvent.subject == self.table.name, AuditEvent.action == "insert")
        born += (AuditEvent.request_id.startswith(TOGETHER, autoescape=True),)
        shared = sa.select(AuditEvent.request_id).where(*since, *born, AuditEvent.subject_id.in_(of_record))
        names = of_request.keys() | set(session.scalars(shared))
        query = sa.select(AuditEvent).where(
            *since, AuditEvent.request_id.in_(names), AuditEvent.action.in_(("insert", "update"))
        )
        found: dict[UUID, list[AuditEvent]] = defaultdict(list)
        for event in session.scalars(query.order_by(AuditEvent.id)):
            if event.subject not in metadata.tables or "id" not in metadata.tables[event.subject].c:
                continue
            if event.request_id in of_request:
                found[of_request[event.request_id]].append(event)
            elif event.action == "insert":
                for value in {str(new) for _old, new in (event.changes or {}).values()} & of_record.keys():
                    found[of_record[value]].append(event)
        return found


def request_of(row: ImportRow) -> str:
    """Under which request the trail keeps what the row alone did."""
    return f"import-{row.id.hex}"


def _key(table: sa.Table, text: str | None) -> Any:
    return UUID(text) if isinstance(table.c.id.type, sa.Uuid) else int(text or 0)


def _out(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    return getattr(value, "value", value)


def _in(column: Any, value: Any) -> Any:
    if value is None:
        return None
    for of_type, read in _READERS:
        if isinstance(column.type, of_type):
            return read(value)
    return value


_READERS: tuple[tuple[Any, Any], ...] = (
    (sa.LargeBinary, base64.b64decode),
    (sa.DateTime, datetime.fromisoformat),
    (sa.Date, date.fromisoformat),
    (sa.Time, time.fromisoformat),
    (sa.Numeric, lambda value: Decimal(str(value))),
    (sa.Uuid, UUID),
)
