"""`If-Match`: a program names the version that it read, and what somebody else has changed since is left alone."""

from typing import Any

from flask import request

from starline.core.errors import Stale
from starline.core.language import gettext as _

NO_VERSION = -1
"""What a header means that is no version of ours: it matches nothing."""


def version_asked(otherwise: int | None = None) -> int | None:
    """The version in `If-Match`, or where there is none, `otherwise`. None is where anything goes."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return otherwise
    text = header.removeprefix("W/").strip('"')
    return int(text) if text.isdecimal() and len(text) < 10 else NO_VERSION


def check_version(row: Any) -> None:
    """Raises `Stale` where the request names another version of the row. Lock it first, so that it stays this one.

    A link between two records has no version: whoever names one has read something else.
    """
    version = version_asked()
    if version is not None and getattr(row, "version", None) != version:
        raise Stale(_("Somebody else saved this record in the meantime."))
