"""The frame around every page of the phone, and the page for somebody who isn't signed in."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from app.core.profile import current_profile
from app.core.security import current_viewer
from app.portal import days, worker
from app.portal.person import OFFERS, lock_minutes
from starline.core import webpush
from starline.core.identifiers import uuid7
from starline.core.language import gettext as _


def draw(name: str, **values: Any) -> str:
    """One of the portal's pages."""
    return render_template(
        f"portal/{name}.html",
        page=name,
        phone=_phone(is_of_nobody=name == "shell"),
        blank=days.blank(),
        blank_task=days.blank_task(),
        new_id=uuid7,
        **values,
    )


def ended() -> tuple[str, int]:
    """The page of somebody who isn't signed in: it closes what the phone keeps, and leads to the sign-in."""
    return draw("ended", sign_in_url=f"/login?{urlencode({'next': request.path})}"), 401


def _phone(*, is_of_nobody: bool) -> dict[str, Any]:
    """What every page tells its script."""
    viewer = None if is_of_nobody else current_viewer()
    known = "|".join([worker.version(), current_profile().locale, str(_("My day"))])
    return {
        "user": viewer.user_id if viewer else "",
        "first_name": viewer.name.split()[0] if viewer and viewer.name else "",
        "offline": "yes" if current_profile().has_feature("offline") else "",
        "lock_minutes": lock_minutes() if viewer else "",
        "push_key": webpush.public_key() if viewer and viewer.can("read", OFFERS) else "",
        "shell_version": hashlib.sha256(known.encode()).hexdigest()[:12],
    }
