"""The work of an import, a portion at a time: try rows and roll them back, make them, take them back.

Every row goes through the checks and the verb of the screens and of REST. A portion is one transaction together with
the promise of the next one, so that a worker which is killed loses no row and makes none twice.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.jobs import as_person
from app.core.writing import create_row, find_row, update_row
from app.imports.attempts import BATCH, Faults, Line, trial, tried
from app.imports.reading import Reader
from app.imports.restoring import TOGETHER, Restorer, dumped, request_of
from app.imports.targets import TARGETS, Target
from app.imports.twins import Twins, hashed
from starline.core import clock, events, outbox, tenancy
from starline.core.batches import Debts
from starline.core.db import session
from starline.core.errors import NotAllowed
from starline.core.language import gettext as _
from starline.imports import outcomes
from starline.imports.models import Duplicates, Import, ImportRow, ImportState, RowState

PORTION = 250
"""Rows of one transaction: some seconds of work, so that progress is seen and little is lost."""

TASKS = {
    ImportState.CHECKING: "imports.check",
    ImportState.RUNNING: "imports.run",
    ImportState.UNDOING: "imports.undo",
}
FINISHED = {
    ImportState.CHECKING: ImportState.CHECKED,
    ImportState.RUNNING: ImportState.DONE,
    ImportState.UNDOING: ImportState.UNDONE,
}
WAITING = {
    ImportState.CHECKING: (RowState.NEW,),
    ImportState.RUNNING: (RowState.READY, RowState.DUPLICATE),
    ImportState.UNDOING: (RowState.CREATED, RowState.UPDATED),
}
"""The rows that a step has still to work on; working on one takes it out of these."""


def begin(one: Import, state: ImportState) -> None:
    """Let a worker take the import through the step."""
    one.state, one.worked_count, one.finished_at = state, 0, None
    if state is ImportState.RUNNING:
        one.started_at = clock.now()
    session.flush()
    promise(one)


def promise(one: Import) -> None:
    """Have a worker take the next portion."""
    outbox.enqueue(TASKS[one.state], import_id=str(one.id))


def work(import_id: Any, state: ImportState) -> None:
    """Work on the next portion of the step, and promise the one after it."""
    one = session.get(Import, import_id, with_for_update=True, populate_existing=True)
    if one is None or one.state != state:
        return
    with as_person(one.user_id) as viewer:
        target = TARGETS[one.list_name]
        if viewer is None or not viewer.can("add", target.resource.permission):
            raise NotAllowed(_("Whoever began this import may no longer add to the list."))
        rows = _portion(one, state)
        _STEPS[state](one, target, rows)
    one.worked_count += len(rows)
    session.flush()
    if len(rows) == PORTION:
        promise(one)
    else:
        one.state, one.finished_at = FINISHED[state], clock.now()
    session.flush()


def _portion(one: Import, state: ImportState) -> list[ImportRow]:
    query = select(ImportRow).where(ImportRow.import_id == one.id, ImportRow.state.in_(WAITING[state]))
    # Records are taken back in the opposite order: what was made later may rest on what was made before.
    order = ImportRow.number.desc() if state is ImportState.UNDOING else ImportRow.number
    return list(session.scalars(query.order_by(order).limit(PORTION)))


def _check(one: Import, target: Target, rows: list[ImportRow]) -> None:
    """Try every row as if it were made, and roll all of them back."""
    reader = Reader(target.fields, one.mapping)
    read = [(row, *reader.values(json.loads(row.cells or "[]"))) for row in rows]
    twins = Twins(target, [values for _row, values, _errors in read])
    keys = {row.id: twins.key_of(values) for row, values, _errors in read}
    hashes = {row.id: hashed(key) if (key := keys[row.id]) else None for row in rows}
    lines = [(row.id, row.number, row) for row in rows]
    faults = trial(target, read)
    firsts = twins.earlier_rows(one, {one for one in hashes.values() if one})
    told = []
    for row_id, number, row in lines:
        key, match_hash, errors = keys[row_id], hashes[row_id], faults[row_id]
        first = firsts.setdefault(match_hash, number) if match_hash else number
        twin = twins.record_like(key) if key else None
        is_double = twin is not None or first < number
        state = RowState.FAULTY if errors else RowState.DUPLICATE if is_double else RowState.READY
        if first < number and not errors:
            errors = {"": [_("The same as line %(number)d.", number=first)]}
        told.append((row, {"state": state, "errors": errors, "match_hash": match_hash, "twin_id": twin}))
    outcomes.write(told, "state", "errors", "match_hash", "twin_id")


def _run(one: Import, target: Target, rows: list[ImportRow]) -> None:
    """Make records, some rows under one savepoint; where one of them is refused, those again with a savepoint each."""
    reader = Reader(target.fields, one.mapping)
    read = {row.id: reader.values(json.loads(row.cells or "[]")) for row in rows}
    twins = Twins(target, [values for values, _errors in read.values()])
    maker = Maker(one, target, twins)
    told: list[tuple[ImportRow, dict[str, Any]]] = []
    reason = f"Import of {one.file_name}"
    for start in range(0, len(rows), BATCH):
        batch = [(row, *read[row.id]) for row in rows[start : start + BATCH]]
        with tenancy.acting(tenancy.current_organization_id(), one.user_id, reason=reason):
            made: list[Outcome] = []
            if tried(lambda batch=batch, made=made: maker.make_all(batch, made)):  # type: ignore[misc]
                twins.forget([outcome.record_id for outcome in made if outcome.state is RowState.CREATED])
                made = [maker.make_one(*line) for line in batch]
        for (row, _values, _errors), outcome in zip(batch, made, strict=True):
            if outcome.former is not None:
                row.former = outcome.former
            told.append((row, outcome.told()))
    outcomes.write(told, "state", "errors", "record_id", "record_version")


@dataclass(slots=True)
class Outcome:
    """What became of a row."""

    state: RowState
    errors: Faults = field(default_factory=dict)
    record_id: Any = None
    record_version: int | None = None
    former: str | None = None
    record: Any = None
    """A new record, which may not be written yet."""

    def note_version(self) -> None:
        if self.record is not None:
            self.record_version = self.record.version

    def told(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "errors": self.errors,
            "record_id": self.record_id,
            "record_version": self.record_version,
        }


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes, changes or skips the record of a row, as the import says."""

    one: Import
    target: Target
    twins: Twins

    def make_all(self, batch: list[Line], made: list[Outcome]) -> None:
        """Make the rows' records, and settle what the verbs owe for all of them at once."""
        # A record that a later row changes has to be there with its version first.
        together = len(batch) > 1 and self.target.writes_together and self.one.duplicates != Duplicates.UPDATE
        debts = Debts(writes_together=together)
        if together:
            tenancy.rename_request(f"{TOGETHER}{batch[0][0].id.hex}")
        for row, values, errors in batch:
            made.append(self._made(row, values, errors, debts))
            if not together:
                session.flush()
                made[-1].note_version()
        session.flush()
        if together:
            for outcome in made:
                outcome.note_version()
        # Of no row alone: what is settled goes with the records when they go.
        tenancy.rename_request(f"import-{self.one.id.hex}")
        debts.settle()

    def make_one(self, row: ImportRow, values: dict[str, Any], errors: Faults) -> Outcome:
        made: list[Outcome] = []
        errors = tried(lambda: self.make_all([(row, values, errors)], made))
        return Outcome(RowState.FAULTY, errors) if errors else made[0]

    def _made(self, row: ImportRow, values: dict[str, Any], errors: Faults, debts: Debts) -> Outcome:
        is_double = row.state == RowState.DUPLICATE and self.one.duplicates == Duplicates.SKIP
        if row.is_left_out or is_double:
            return Outcome(RowState.SKIPPED, row.errors)
        if errors:
            return Outcome(RowState.FAULTY, errors)
        key = self.twins.key_of(values)
        # The record may have been made since the trial, by this import too.
        twin = self.twins.record_like(key) if key else None
        if twin is not None and self.one.duplicates == Duplicates.SKIP:
            return Outcome(RowState.SKIPPED)
        if not debts.writes_together:
            tenancy.rename_request(request_of(row))
        if twin is not None and self.one.duplicates == Duplicates.UPDATE:
            return _update(self.target, twin, values)
        with debts.collected():
            record = create_row(self.target.resource, values)
        if key:
            self.twins.add(key, record.id)
        return Outcome(RowState.CREATED, record_id=record.id, record=record)


def _undo(one: Import, target: Target, rows: list[ImportRow]) -> None:
    restorer = Restorer(one, target.resource.model, rows)
    for row in rows:
        errors = tried(lambda row=row: restorer.restore(row))  # type: ignore[misc]
        row.state = RowState.KEPT if errors else RowState.UNDONE
        row.errors = errors
    model = target.resource.model
    ids = {row.record_id for row in rows if row.state == RowState.UNDONE}
    query = select(model).where(model.id.in_(ids)).execution_options(populate_existing=True)
    events.record("import:undone_rows", list(session.scalars(query)))


_STEPS: dict[ImportState, Callable[[Import, Target, list[ImportRow]], None]] = {
    ImportState.CHECKING: _check,
    ImportState.RUNNING: _run,
    ImportState.UNDOING: _undo,
}


def _update(target: Target, twin: Any, values: dict[str, Any]) -> Outcome:
    record = find_row(target.resource, str(twin), lock=True)
    former = dumped(record)
    update_row(target.resource, record, values, version=None)
    return Outcome(RowState.UPDATED, record_id=record.id, record_version=record.version, former=former)
