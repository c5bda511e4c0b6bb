"""The work of an import, a portion at a time: try rows and roll them back, make them, take them back.

Every row goes through the checks and the verb of the screens and of REST. A portion is one transaction together with
the promise of the next one, so that a worker which is killed loses no row and makes none twice.
"""

import json
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.core.errors import explain
from app.core.jobs import as_person
from app.core.writing import create_row, find_row, update_row
from app.imports.reading import Reader
from app.imports.restoring import Restorer, dumped
from app.imports.targets import TARGETS, Target
from app.imports.twins import Twins, hashed
from starline.core import clock, outbox, tenancy
from starline.core.db import session
from starline.core.errors import DomainError, NotAllowed, Unauthenticated, Unavailable
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
    found: list[tuple[ImportRow, dict[str, Any]]] = []
    read = [(row, *reader.values(json.loads(row.cells or "[]"))) for row in rows]
    twins = Twins(target, [values for _row, values, _errors in read])
    keys = {row.id: twins.key_of(values) for row, values, _errors in read}
    for row in rows:
        key = keys[row.id]
        row.match_hash = hashed(key) if key else None
    session.flush()
    trial = session.begin_nested()
    for row, values, errors in read:
        if not errors:
            errors = _tried(lambda values=values: create_row(target.resource, values))  # type: ignore[misc]
        found.append((row, errors))
    trial.rollback()
    for row, errors in found:
        key = keys[row.id]
        earlier = twins.earlier_row(one, row, row.match_hash) if row.match_hash else None
        row.twin_id = twins.record_like(key) if key else None
        row.errors = errors
        row.state = RowState.FAULTY if errors else RowState.DUPLICATE if row.twin_id or earlier else RowState.READY
        if earlier and not errors:
            row.errors = {"": [_("The same as line %(number)d.", number=earlier)]}


def _run(one: Import, target: Target, rows: list[ImportRow]) -> None:
    reader = Reader(target.fields, one.mapping)
    read = {row.id: reader.values(json.loads(row.cells or "[]")) for row in rows}
    twins = Twins(target, [values for values, _errors in read.values()])
    for row in rows:
        if row.is_left_out or (row.state == RowState.DUPLICATE and one.duplicates == Duplicates.SKIP):
            row.state = RowState.SKIPPED
            continue
        values, errors = read[row.id]
        key = twins.key_of(values)
        # The record may have been made since the trial, by this import too.
        twin = twins.record_like(key) if key else None
        if errors or (twin is not None and one.duplicates == Duplicates.SKIP):
            row.state, row.errors = (RowState.FAULTY, errors) if errors else (RowState.SKIPPED, row.errors)
            continue
        with tenancy.acting(
            tenancy.current_organization_id(), one.user_id, request_of(row), f"Import of {one.file_name}"
        ):
            if twin is not None and one.duplicates == Duplicates.UPDATE:
                errors = _tried(lambda row=row, twin=twin, values=values: _update(row, target, twin, values))  # type: ignore[misc]
            else:
                errors = _tried(lambda row=row, values=values: _create(row, target, values))  # type: ignore[misc]
        row.errors = errors
        if errors:
            row.state = RowState.FAULTY
        elif key and row.state == RowState.CREATED:
            twins.add(key, row.record_id)


def _undo(one: Import, target: Target, rows: list[ImportRow]) -> None:
    restorer = Restorer(one, target.resource.model, rows)
    for row in rows:
        errors = _tried(lambda row=row: restorer.restore(row))  # type: ignore[misc]
        row.state = RowState.KEPT if errors else RowState.UNDONE
        row.errors = errors


_STEPS: dict[ImportState, Callable[[Import, Target, list[ImportRow]], None]] = {
    ImportState.CHECKING: _check,
    ImportState.RUNNING: _run,
    ImportState.UNDOING: _undo,
}


def request_of(row: ImportRow) -> str:
    """Under which request the trail keeps what the row did; an undo finds it again by this."""
    return f"import-{row.id.hex}"


def _create(row: ImportRow, target: Target, values: dict[str, Any]) -> None:
    made = create_row(target.resource, values)
    row.state, row.record_id, row.record_version = RowState.CREATED, made.id, made.version


def _update(row: ImportRow, target: Target, twin: Any, values: dict[str, Any]) -> None:
    record = find_row(target.resource, str(twin), lock=True)
    former = dumped(record)
    update_row(target.resource, record, values, version=None)
    row.former = former
    row.state, row.record_id, row.record_version = RowState.UPDATED, record.id, record.version


def _tried(deed: Callable[[], Any]) -> dict[str, list[str]]:
    """Do it, or nothing of it: the sentences by field that stood in the way."""
    try:
        with session.begin_nested():
            deed()
            session.flush()
    except (Unauthenticated, Unavailable):
        raise
    except DataError:
        return {"": [_("The database can't store this row.")]}
    except (DomainError, IntegrityError) as problem:
        refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
        return refusal.errors or {"": [refusal.message]}
    return {}
