"""Text messages: a sentence from a template, handed by tasks to a gateway or, in development, to the mail folder.

Like mail, they never hold health information: they say that something waits, and link to it. Templates are
`templates/text/<name>.txt`, their translations `<name>.es.txt`. Without a gateway production sends none, and whoever
asks `is_possible` before offering that way out promises nothing.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from config import settings
from starline.core.adapters.mail_folder import MailFolder
from starline.core.adapters.twilio import Twilio
from starline.core.mail import DEFAULT_LOCALE, Message, as_said, fill, message_key

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "text"
LONGEST = 480
"""Three parts of a long message: more is cut by some gateways."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Gateway(Protocol):
    """A way out for texts. Raises `Unavailable` where another attempt may succeed, `Invalid` where none will."""

    def send(self, message: Message) -> None: ...


def is_possible() -> bool:
    """Whether there is a way out at all."""
    return bool(settings().twilio_account) or not settings().is_production


def e164(phone: str | None) -> str | None:
    """A number as gateways want it, +15035550142; None where it is no number that a text can go to."""
    digits = re.sub(r"\D", "", phone or "")
    if (phone or "").strip().startswith("+"):
        return f"+{digits}" if 8 <= len(digits) <= 15 else None
    digits = digits.removeprefix("1") if len(digits) == 11 else digits
    return f"+1{digits}" if len(digits) == 10 and digits[0] not in "01" else None


def deliver(
    template: str, *, to: str, organization: str, values: Mapping[str, object], locale: str = DEFAULT_LOCALE
) -> Message:
    """Render `template` and send it to one number; called by tasks. Returns what was sent.

    Raises `KeyError` for a placeholder without a value and `Unavailable` where the gateway can't be reached. A text
    that it took just before a crash is sent a second time: gateways know no keys.
    """
    message = render(template, to=to, organization=organization, values=values, locale=locale)
    gateway().send(message)
    return message


def render(
    template: str, *, to: str, organization: str, values: Mapping[str, object], locale: str = DEFAULT_LOCALE
) -> Message:
    """The finished text. `{organization}` is always at hand. Raises `ValueError` for a number that can't be one."""
    number = e164(to)
    if number is None:
        raise ValueError("A text goes to exactly one telephone number.")
    told = {name: as_said(value, locale) for name, value in values.items()} | {"organization": organization}
    words = " ".join(fill(_source(template, locale), told).split())[:LONGEST]
    return Message(
        to=number,
        sender=settings().twilio_from or organization,
        subject=words[:60],
        text=words,
        html="",
        key=message_key(template, number),
        template=f"text:{template}",
    )


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """This process's way out, chosen by the settings."""
    chosen = settings()
    if chosen.twilio_account and chosen.twilio_token and chosen.twilio_from:
        return Twilio(chosen.twilio_account, chosen.twilio_token, chosen.twilio_from)
    return MailFolder(chosen.mail_dir)


def _source(template: str, locale: str) -> str:
    if not _NAME.fullmatch(template):
        raise ValueError(f"{template!r} is no name of a text's template.")
    translated = TEMPLATES / f"{template}.{locale}.txt"
    if _NAME.fullmatch(locale) and translated.exists():
        return translated.read_text()
    return (TEMPLATES / f"{template}.txt").read_text()
