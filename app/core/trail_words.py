"""What the audit's rows are called wherever a screen tells of them."""

from app.core.display import event_words
from app.core.resource import Resource
from starline.core.language import gettext as _

PARTS_OF_SECRETS = ("_hash", "_index", "_last4")
SECRET_ENDINGS = ("_encrypted", *PARTS_OF_SECRETS)
"""Columns that hold a secret or a part of one."""


def is_secret(column: str) -> bool:
    return column.endswith(SECRET_ENDINGS) or column == "password"


def is_never_told(resource: Resource | None, column: str) -> bool:
    """Whether what stood in the column is told to nobody, though the trail may know it from before it was sealed."""
    secrets = resource.secrets.values() if resource else ()
    return is_secret(column) or any(one.key in (column, column.removesuffix("_encrypted")) for one in secrets)


def action_word(action: str) -> str:
    """What was done, as a sentence begins: of the trail's own actions, or of a named event ("auth:signed_in")."""
    known = {
        "insert": _("Added"),
        "update": _("Changed"),
        "delete": _("Deleted"),
        "read": _("Looked at"),
        "reveal": _("Revealed"),
        "looked_up": _("Looked up by number"),
        "denied": _("Was refused"),
        "export": _("Exported"),
        "verified": _("Verified the trail"),
    }
    return known.get(action) or _(event_words(action))
