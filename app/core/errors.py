"""One way for every refusal to look: JSON for programs, a page for people, always with a reference number."""

import logging
from typing import Any

import orjson
import psycopg2
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.core.error_pages import error_page
from config import settings
from starline.core import audit, db, tenancy
from starline.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
"""What restarts by itself is back by then, mostly."""

SENTENCES = {
    400: "The request could not be understood.",
    401: "Please sign in.",
    403: "You may not do this.",
    404: "There is nothing here, or you may not see it.",
    405: "This address does not take that method.",
    409: "Somebody else was faster.",
    413: "That is too large to be sent.",
    415: "Send JSON, with the header Content-Type: application/json.",
    429: "Too many requests. Please wait a moment.",
    500: "Something went wrong on our side. Nothing was saved.",
    503: "The service is not available right now. Please try again in a minute.",
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, lambda error: _domain(explain(error)))
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(DBAPIError, _database)
    for gone in (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError):
        app.register_error_handler(gone, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    return request.path.startswith(("/api/", "/.well-known/")) or request.accept_mimetypes.best == "application/json"


def problem(status: int, message: str, *, code: str, errors: dict[str, list[str]] | None = None) -> Response:
    """The one error answer, as JSON or as a page."""
    db.roll_back()
    if status in DENIALS and g.get("viewer") is not None:
        _record_denial(status)
    if wants_json():
        body = {
            "message": message,
            "errors": errors or {},
            "code": code,
            "request_id": tenancy.current().request_id,
        }
        return Response(orjson.dumps(body), status=status, mimetype="application/json")
    return Response(error_page(status, message), status=status)


DENIALS = frozenset({403, 404})


def _record_denial(status: int) -> None:
    """Keep what somebody was refused: by the rule's name and the record's id, never the address."""
    asked = str((request.view_args or {}).get("pk", ""))
    known = asked if parse_uuid(asked) or asked.isdigit() else None  # anything else may be anything
    try:
        audit.record("denied", request.endpoint or "-", subject_id=known, changes={"status": status})
        db.session.commit()
    except Unavailable:
        db.session.rollback()
        log.error("a refusal could not be recorded")


def explain(error: IntegrityError) -> DomainError:
    """A refusal of the database as a sentence; never its SQL, never its values."""
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if str(getattr(diagnosis, "table_name", None)).startswith("audit_events"):
        return Unavailable(_(SENTENCES[503]), code="not_recorded")
    table = db.metadata.tables.get(getattr(diagnosis, "table_name", None) or "")
    columns = _columns_of(table, name) or [getattr(diagnosis, "column_name", None) or ""]
    label = _(table.c[columns[0]].info.get("label", columns[0])) if table is not None and columns[0] else ""
    if name.startswith("uq_"):
        return Conflict(
            _("This already exists."),
            errors={columns[0]: [_("%(label)s is in use already.", label=label)]},
        )
    if name.startswith("fk_") and getattr(error.orig, "pgcode", "") == "23503":
        if "still referenced" in str(getattr(diagnosis, "message_detail", "")):
            return Conflict(_("Other records still belong to this one."), code="still_referenced")
        return Invalid(
            _("Please check the marked fields."),
            errors={columns[0]: [_("%(label)s: choose one from the list.", label=label)]},
        )
    if name.startswith("ck_"):
        return Invalid(
            _("The values do not fit together."),
            errors={columns[0]: [_CHECKS.get(name, _("Please check."))]},
        )
    if name.startswith("ex_"):
        return Conflict(_("This overlaps with another record."))
    return Invalid(
        _("Please check the marked fields."),
        errors={columns[0]: [_("%(label)s is required.", label=label)]},
    )


_CHECKS: dict[str, str] = {}


def _columns_of(table: Any, constraint: str) -> list[str]:
    """The constraint's columns but for the organisation, by its name."""
    if table is None:
        return []
    for one in table.constraints:
        if one.name == constraint:
            return [column.name for column in getattr(one, "columns", []) if column.name != "organization_id"]
    return []


def _domain(error: DomainError) -> Response:
    answer = problem(error.status, error.message, code=error.code, errors=error.errors)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    answer = problem(
        status,
        _(SENTENCES.get(status, "Not possible.")),
        code=error.name.lower().replace(" ", "_"),
    )
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _stale(error: StaleDataError) -> Response:
    sentence = _("Somebody else saved this record in the meantime. Load it again and repeat your change.")
    return problem(412, sentence, code="stale")


def _database(error: DBAPIError) -> Response:
    """A connection that broke is no mistake of ours, whatever the driver calls it."""
    return _unavailable(error) if error.connection_invalidated else _unexpected(error)


def _unavailable(error: Exception) -> Response:
    log.error("database unavailable", extra={"failure": type(error).__name__})
    return _domain(Unavailable(_(SENTENCES[503])))


def _unexpected(error: Exception) -> Response:
    # In production the type tells enough; a message may hold health information.
    trace = None if settings().is_production else error
    log.error("unexpected error", exc_info=trace, extra={"failure": type(error).__name__})
    return problem(500, _(SENTENCES[500]), code="internal_error")
