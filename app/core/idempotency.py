"""`Idempotency-Key`: the same request sent twice has one effect and one answer.

The record of the first answer is written in the transaction of its effect, so that a crash leaves neither. It is
sealed, and what was asked is known by a keyed digest alone.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, request
from sqlalchemy import select
from sqlalchemy import text as sql
from werkzeug.wrappers import Response as AnyResponse

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


@dataclass(frozen=True, slots=True)
class Asked:
    """What one person asks under one key."""

    organization_id: UUID
    user_id: int
    key: str
    fingerprint: str

    @property
    def lock(self) -> str:
        """The name of the lock that lets one of two alike go first, until its transaction ends."""
        return f"{self.organization_id}:{self.user_id}:{self.key}"

    def answered(self) -> IdempotentRequest | None:
        """The first answer, where there was one. Ask under the lock."""
        return session.scalars(
            select(IdempotentRequest).where(
                IdempotentRequest.organization_id == self.organization_id,
                IdempotentRequest.key == self.key,
                IdempotentRequest.user_id == self.user_id,
            )
        ).first()

    def keep(self, answer: AnyResponse, body: str) -> None:
        """Keep the answer, with `body` in the place of its own."""
        session.add(
            IdempotentRequest(
                organization_id=self.organization_id,
                key=self.key,
                user_id=self.user_id,
                fingerprint=self.fingerprint,
                status=answer.status_code,
                headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
                body=body,
            )
        )


def asked(key: str, digest: Any) -> Asked:
    """The viewer's, known by a digest that only the organisation's key can make: what is asked may be guessed."""
    viewer = required_viewer()
    return Asked(viewer.organization_id, viewer.user_id, key, blind_index(digest.hexdigest()))


def add_form(digest: Any, without: frozenset[str] = frozenset()) -> None:
    """Add the form that was sent to the digest. Files are read in pieces: they may be larger than memory can hold."""
    for name, value in sorted((str(name), value) for name, value in request.form.items(multi=True)):
        if name not in without:
            digest.update(f"{name}={value}\n".encode())
    for name, sent in request.files.items(multi=True):
        digest.update(f"{name}={sent.filename}\n".encode())
        while piece := sent.stream.read(CHUNK):
            digest.update(piece)
        sent.stream.seek(0)


def _kept_body(response: Response) -> str:
    names = g.get("not_kept")
    if not names:
        return response.get_data(as_text=True)
    told = orjson.loads(response.get_data())
    return orjson.dumps({name: value for name, value in told.items() if name not in names}).decode()


def _first_or_again(key: str, answer: Callable[[], Response]) -> Response:
    first = asked(key, _digest())
    if not session.scalar(
        sql("SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 0))"),
        {"lock": first.lock},
    ):
        raise Conflict(
            _("This request is being worked on already. Ask again in a moment."),
            code="in_progress",
        )
    known = first.answered()
    if known is not None:
        return _again(known, first.fingerprint)
    response = answer()
    if response.status_code < 400:
        first.keep(response, _kept_body(response))
    return response


def _digest() -> Any:
    digest = hashlib.sha256(b"\n".join((request.method.encode(), request.path.encode(), b"")))
    if request.mimetype == "multipart/form-data":
        add_form(digest)
    else:
        digest.update(request.get_data())
    return digest


def _again(known: IdempotentRequest, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise Invalid(_("This Idempotency-Key was used for another request."), code="key_reused")
    answer = Response(known.body, status=known.status, mimetype="application/json")
    answer.headers.update(known.headers or {})
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
