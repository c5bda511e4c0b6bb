"""`Idempotency-Key`: the same request sent twice has one effect and one answer.

The record of the first answer is written in the transaction of its effect, so that a crash leaves neither. It is
sealed, and what was asked is known by a keyed digest alone.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import orjson
from flask import Response, g, request
from sqlalchemy import select
from sqlalchemy import text as sql

from app.core.security import required_viewer
from starline.core.crypto import blind_index
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid
from starline.core.language import gettext as _
from starline.organizations.models import IdempotentRequest

CHUNK = 256 * 1024
KEPT_HEADERS = ("Location", "ETag")

View = Callable[..., Response]


def once(view: View) -> View:
    """Answer a repeated request from memory. Another body under the same key is 422, one in progress 409."""

    @wraps(view)
    def answer(*args: Any, **options: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(*args, **options)
        if not 1 <= len(key) <= 200 or not key.isprintable():
            raise Invalid(
                _("Idempotency-Key must have 1 to 200 printable characters."),
                code="invalid_key",
            )
        return _first_or_again(key, lambda: view(*args, **options))

    answer.is_once = True  # type: ignore[attr-defined]  # a contract test asks each POST for it
    return answer


def once_by_key(view: View) -> View:
    """Like `once`, for what plans, moves or calls off visits: without a key the request is refused."""
    remembered = once(view)

    @wraps(view)
    def answer(*args: Any, **options: Any) -> Response:
        require_key()
        return remembered(*args, **options)

    answer.is_once = answer.needs_key = True  # type: ignore[attr-defined]
    return answer


def require_key() -> None:
    """Refuse a request that, sent twice for want of an answer, would have its effect twice."""
    required_viewer()
    if not request.headers.get("Idempotency-Key"):
        raise DomainError(
            _(
                "Send an Idempotency-Key with this: a text made for the request, such as a UUID, and the same one again"
                " when you repeat it. Then it has its effect once."
            ),
            code="key_required",
        )


def not_kept(names: Iterable[str]) -> None:
    """Leave these members out of the answer that is kept: a secret is told once, and stored nowhere."""
    g.not_kept = frozenset(names)


def _kept_body(response: Response) -> str:
    names = g.get("not_kept")
    if not names:
        return response.get_data(as_text=True)
    told = orjson.loads(response.get_data())
    return orjson.dumps({name: value for name, value in told.items() if name not in names}).decode()


def _first_or_again(key: str, answer: Callable[[], Response]) -> Response:
    viewer = required_viewer()
    fingerprint = _fingerprint()
    lock = f"{viewer.organization_id}:{viewer.user_id}:{key}"
    if not session.scalar(
        sql("SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 0))"),
        {"lock": lock},
    ):
        raise Conflict(
            _("This request is being worked on already. Ask again in a moment."),
            code="in_progress",
        )
    identity = (viewer.organization_id, key, viewer.user_id)
    known = session.scalars(
        select(IdempotentRequest).where(
            IdempotentRequest.organization_id == viewer.organization_id,
            IdempotentRequest.key == key,
            IdempotentRequest.user_id == viewer.user_id,
        )
    ).first()
    if known is not None:
        return _again(known, fingerprint)
    response = answer()
    if response.status_code < 400:
        organization_id, key, user_id = identity
        session.add(
            IdempotentRequest(
                organization_id=organization_id,
                key=key,
                user_id=user_id,
                fingerprint=fingerprint,
                status=response.status_code,
                headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
                body=_kept_body(response),
            )
        )
    return response


def _fingerprint() -> str:
    """What was asked, by a digest that only the organisation's key can make: a body may hold what can be guessed."""
    return blind_index(_digest().hexdigest())


def _digest() -> Any:
    """Files are read in pieces: they may be larger than what memory should hold."""
    digest = hashlib.sha256(b"\n".join((request.method.encode(), request.path.encode(), b"")))
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data())
        return digest
    for name, value in sorted((str(name), value) for name, value in request.form.items(multi=True)):
        digest.update(f"{name}={value}\n".encode())
    for name, sent in request.files.items(multi=True):
        digest.update(f"{name}={sent.filename}\n".encode())
        while piece := sent.stream.read(CHUNK):
            digest.update(piece)
        sent.stream.seek(0)
    return digest


def _again(known: IdempotentRequest, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise Invalid(_("This Idempotency-Key was used for another request."), code="key_reused")
    answer = Response(known.body, status=known.status, mimetype="application/json")
    answer.headers.update(known.headers or {})
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
