"""What screen and REST of emergency access share: who asks, and what a refused search leaves behind."""

from typing import Any

from app.core.access import allowed
from starline.clients import emergency
from starline.core.db import session
from starline.core.errors import NotFound
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer

NAMES = ("client_number", "first_name", "last_name", "birth_date")


def asking() -> Viewer:
    """The newest viewer, who may open clients in an emergency."""
    return allowed("can_add", "BreakGlass")


def find(values: dict[str, Any], viewer: Viewer) -> None:
    """Make sure that the client exists. A search in vain is kept in the audit too, then raises `NotFound`."""
    try:
        emergency.find_client(values, by=viewer.user_id)
    except NotFound as problem:
        session.commit()
        raise NotFound(_(problem.message)) from None
