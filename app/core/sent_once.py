"""A form for a new row makes one, however often somebody presses Save: its key, hidden in it, finds what it made.

Kept beside the answers for an `Idempotency-Key`, sealed like them, for the one person and for a week. A form without a
key, or with one that is forgotten by now, is sent as if for the first time. A refusal doesn't use the key up.
"""

import hashlib
import re
from uuid import uuid4

from flask import Response, flash, g, request
from sqlalchemy import text as sql
from werkzeug.wrappers import Response as AnyResponse

from app.core.idempotency import Asked, add_form, asked
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import gettext as _
from starline.organizations.models import IdempotentRequest

NAME = "form_key"
BESIDE = frozenset({NAME, "csrf_token", "after"})
"""What the form carries that makes it no other form."""

_WAIT = sql("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")


def form_key() -> str:
    """The key for the form that is drawn: the one that it was sent with, or a new one where that is used up."""
    return ("" if g.get("form_key_is_used") else _sent()) or uuid4().hex


def made_before() -> AnyResponse | None:
    """What the form was answered when it was sent before; waits where that is going on.

    Raises `Conflict` where something else was sent with its key: what was typed since must not be lost.
    """
    if not _sent():
        return None
    first = _asked()
    session.execute(_WAIT, {"lock": first.lock})
    known = first.answered()
    if known is None:
        g.form_asked = first
        return None
    if known.fingerprint != first.fingerprint:
        g.form_key_is_used = True
        raise Conflict(_("This form was saved before, with other values. Save it again to add one more."))
    return _again(known)


def keep(answer: AnyResponse, said: str = "") -> None:
    """The form has made what it is for: sent again it is answered like this, and told `said`."""
    first: Asked | None = g.pop("form_asked", None)
    if first is not None:
        first.keep(answer, said or answer.get_data(as_text=True))


def _sent() -> str:
    given = request.form.get(NAME, "")
    return given if re.fullmatch("[0-9a-f]{32}", given) else ""


def _asked() -> Asked:
    digest = hashlib.sha256(f"{request.path}\n".encode())
    add_form(digest, without=BESIDE)
    return asked(f"form:{_sent()}", digest)


def _again(known: IdempotentRequest) -> Response:
    headers = known.headers or {}
    if "Location" not in headers:
        return Response(known.body, status=known.status, mimetype="application/json")
    flash(known.body or "", "info")
    return Response(status=known.status, headers=headers)
