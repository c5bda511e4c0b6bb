"""Reading rows of a resource in one round trip: screens and REST both come through here, so they can't disagree."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from psycopg2 import Error, OperationalError

from app.core import own_fields
from app.core.parameters import ListRequest
from app.core.query import Shape, count_statement, counts_statement, row_statement, statement
from app.core.resource import Resource
from app.core.security import current_viewer, forget_viewer, required_viewer
from starline.core import audit, crypto, db, tenancy
from starline.core.audit import recording
from starline.core.errors import NotFound, Unauthenticated, Unavailable
from starline.core.language import gettext as _
from starline.core.statements import Statement, answer, answer_within
from starline.identity.viewer import Viewer

NOT_RECORDED = ("42501", "23514")
"""PostgreSQL's codes where a reading's audit row isn't taken: no right to write it, no partition for it."""

SHUTTING_DOWN = "57P"
"""How the codes begin by which a server says that it goes; of one that can't say anything there is no code."""

log = logging.getLogger(__name__)


def read_page(resource: Resource, request: ListRequest) -> tuple[str, int]:
    """The page as JSON text `{count, ids, result}`, and how many rows it holds. The reading is audited."""
    document, rows = _answer(resource, request.shape, request.parameters)
    return _opened(resource, request.shape.columns, document or ""), rows


def read_one(resource: Resource, identifier: str, columns: tuple[str, ...]) -> str:
    """One row as JSON text. Raises `NotFound` for a row that is absent, out of scope, or another organisation's."""
    key = resource.key_of(identifier)
    shape = Shape(columns=columns, by_id=True, count="none")
    document, _rows = _answer(resource, shape, {"id": str(key)}) if key is not None else (None, 0)
    if document is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    return _opened(resource, columns, document)


def read_within(resource: Resource, key: Any, columns: tuple[str, ...]) -> str:
    """The row as the open transaction sees it, unaudited: its writer knows what is in it."""
    parameters = {"id": str(key), "organization_id": str(tenancy.current_organization_id())}
    document: str = answer_within(row_statement(resource, columns), parameters)[0]
    return _opened(resource, columns, document)


def note_sight(resource: Resource, row: Any) -> None:
    """Audit that a form or a question shows `row`, which was not read by this module."""
    note_sights(resource, [row])


def note_sights(resource: Resource, rows: Sequence[Any]) -> None:
    """The same of several rows that one page shows; of none there is nothing to say."""
    clients = [getattr(row, name) for row in rows for name in resource.client_columns]
    if rows:
        audit.record_read(resource.model.__tablename__, [row.id for row in rows], clients)


def count_rows(resource: Resource, asked: ListRequest) -> int:
    """How many rows of the viewer's match. A figure names nobody, so it is not audited."""
    viewer = required_viewer()
    shape = replace(asked.shape, scope=viewer.scope)
    number: int = answer_within(count_statement(resource, shape), {**asked.parameters, **_of_viewer(viewer)})[0]
    return number


def count_all(asked: list[tuple[Resource, ListRequest]]) -> list[int]:
    """How many rows of the viewer's each request matches, all in one statement and unaudited like `count_rows`."""
    if not asked:
        return []
    viewer = required_viewer()
    shapes = tuple((resource, replace(one.shape, scope=viewer.scope)) for resource, one in asked)
    parameters = {
        f"c{number}_{name}": value
        for number, (_resource, one) in enumerate(asked)
        for name, value in {**one.parameters, **_of_viewer(viewer)}.items()
    }
    numbers: list[int] = answer_within(counts_statement(shapes), parameters)[0]
    return numbers


def detail_columns(resource: Resource) -> tuple[str, ...]:
    """The columns of one row: those shown, and what optimistic locking needs."""
    return tuple(dict.fromkeys([*resource.table.split(), *resource.shown_names, *resource.marks]))


def read_document(
    make: Callable[[Viewer], Statement], values: Mapping[str, Any], *, resource: Resource | None = None
) -> tuple[str | None, int]:
    """What the statement `make(viewer)` answers, written by `query.audited`, and how many rows it read.

    Asked once; if permissions have changed since the viewer was loaded, it is loaded again and asked once more.
    """
    for _attempt in range(2):
        viewer = current_viewer()
        if viewer is None:
            raise Unauthenticated(_("Please sign in again."))
        newest, document, rows = _run(make(viewer), {**values, **_of_viewer(viewer), "version": viewer.version})
        if newest == viewer.version:
            return document, rows
        forget_viewer()
        if resource is not None:
            own_fields.check(resource)
    raise Unavailable(_("Permissions are being changed right now. Please try again."))


def _answer(resource: Resource, shape: Shape, values: dict[str, Any]) -> tuple[str | None, int]:
    return read_document(
        lambda viewer: statement(resource, replace(shape, scope=viewer.scope)), values, resource=resource
    )


def _opened(resource: Resource, columns: tuple[str, ...], document: str) -> str:
    """The document with its sealed texts in words: the database has no key to them."""
    known = (resource.fields.get(name) for name in columns)
    sealed = [one for one in known if one is not None and one.is_sealed]
    if not sealed or not document:
        return document
    found = orjson.loads(document)
    table = resource.model.__tablename__
    for row in found.get("result", [found]):
        for one in sealed:
            if row[one.name] is not None:
                value = bytes.fromhex(row[one.name])
                row[one.name] = crypto.decrypt(value, table=table, column=one.column.name, row_id=row["id"])
    return orjson.dumps(found).decode()


def _of_viewer(viewer: Viewer) -> dict[str, Any]:
    """What record scopes ask of the viewer."""
    return {
        "organization_id": str(viewer.organization_id),
        "viewer_user_id": viewer.user_id,
        "viewer_branch_id": str(viewer.branch_id) if viewer.branch_id else None,
        "viewer_readable": viewer.readable,
    }


def _run(asked: Statement, parameters: dict[str, Any]) -> tuple[Any, ...]:
    try:
        return answer(asked, parameters, is_durable=False)
    except OperationalError as error:
        if error.pgcode is not None and not error.pgcode.startswith(SHUTTING_DOWN):
            raise  # a statement that took too long would again
        if db.session.registry.has() and db.session().in_transaction():
            raise  # what the open transaction wrote went with its connection
        # A pooled connection that died with its server: a read is safe to ask again.
        db.engine().dispose()
        return answer(asked, parameters, is_durable=False)
    except Error as error:
        if error.pgcode in NOT_RECORDED:
            log.error("a reading could not be recorded", extra={"pgcode": error.pgcode})
            raise Unavailable(_(recording.NOT_RECORDED), code="not_recorded") from None
        raise
