"""What the audit's rows are called wherever a screen tells of them."""

from app.core.display import event_words
from starline.core.language import gettext as _

PARTS_OF_SECRETS = ("_hash", "_index", "_last4")
SECRET_ENDINGS = ("_encrypted", *PARTS_OF_SECRETS)
"""Columns that hold a secret or a part of one."""


def is_secret(column: str) -> bool:
    return column.endswith(SECRET_ENDINGS) or column == "password"


def action_word(action: str) -> str:
    """What was done, as a sentence begins: of the trail's own actions, or of a named event ("auth:signed_in")."""
    known = {
        "insert": _("Added"),
        "update": _("Changed"),
        "delete": _("Deleted"),
        "read": _("Looked at"),
        "reveal": _("Revealed"),
        "denied": _("Was refused"),
        "export": _("Exported"),
        "verified": _("Verified the trail"),
    }
    return known.get(action) or _(event_words(action))
