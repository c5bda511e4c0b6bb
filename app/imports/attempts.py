"""Trying the rows of an import: what stands in the way of each, in sentences by field."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DataError, IntegrityError

from app.core.errors import explain
from app.core.writing import create_row
from app.imports.targets import Target
from starline.core.batches import Debts
from starline.core.db import session
from starline.core.errors import DomainError, Unauthenticated, Unavailable
from starline.core.language import gettext as _
from starline.imports.models import ImportRow

BATCH = 50
"""Rows that share a savepoint while all goes well: one for every row would take as long as the rows themselves."""

Faults = dict[str, list[str]]
"""Sentences by the key of the field that they are about."""

Line = tuple[ImportRow, dict[str, Any], Faults]
"""A row, the values read from it, and what couldn't be read."""


def trial(target: Target, read: list[Line]) -> dict[Any, Faults]:
    """The faults of each row by its id. Nothing of the rows stays, so what their verbs owe is never settled."""
    found: dict[Any, Faults] = {}
    whole = session.begin_nested()
    for start in range(0, len(read), BATCH):
        batch = read[start : start + BATCH]
        together: dict[Any, Faults] = {}
        if tried(lambda batch=batch, together=together: _try_together(target, batch, together)):  # type: ignore[misc]
            together = _one_by_one(target, batch)
        found |= together
    whole.rollback()
    return found


def _try_together(target: Target, batch: list[Line], found: dict[Any, Faults]) -> None:
    """Try rows that are written in one go. Raises what shows only then, which tells of no row alone."""
    with Debts(writes_together=True).collected(), _writes() as writes:
        for row, values, errors in batch:
            waiting, written = set(session.new), len(writes)
            found[row.id] = errors
            if errors:
                continue
            try:
                create_row(target.resource, values)
            except (Unauthenticated, Unavailable):
                raise
            except DomainError as refusal:
                if len(writes) > written or set(session.new) != waiting:
                    raise  # half done: each row has to be tried alone
                found[row.id] = _sentences(refusal)
        session.flush()


def _one_by_one(target: Target, batch: list[Line]) -> dict[Any, Faults]:
    found = {}
    with Debts().collected():
        for row, values, errors in batch:
            found[row.id] = errors or tried(lambda values=values: create_row(target.resource, values))  # type: ignore[misc]
    return found


@contextmanager
def _writes() -> Iterator[list[None]]:
    """Grows by one with each flush inside the block."""
    seen: list[None] = []
    opened = session()

    def note(*_told: object) -> None:
        seen.append(None)

    event.listen(opened, "after_flush", note)
    try:
        yield seen
    finally:
        event.remove(opened, "after_flush", note)


def tried(deed: Callable[[], Any]) -> Faults:
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
        return _sentences(explain(problem) if isinstance(problem, IntegrityError) else problem)
    return {}


def _sentences(refusal: DomainError) -> Faults:
    return refusal.errors or {"": [refusal.message]}
