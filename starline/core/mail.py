"""E-mail: rendered from templates in the organisation's colours, sent by tasks through one of three ways out.

Subjects and bodies never hold health information: they say that something waits, and link to it. Templates live in
`templates/email/<name>/{subject.txt,body.txt,body.html}` with `{placeholders}`; `layout.html` goes around `body.html`.
A translation stands beside the original: `subject.es.txt`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import formataddr, parseaddr
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Protocol

from babel.dates import format_date

from config import settings
from starline.core import saying, tasks
from starline.core.adapters.mail_folder import MailFolder
from starline.core.adapters.resend import Resend
from starline.core.adapters.smtp import Smtp
from starline.core.colors import as_hex, on_paper, parse
from starline.core.identifiers import uuid7
from starline.core.language import LANGUAGES

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"
DEFAULT_LOCALE = "en"
DEFAULT_COLOR = "#0f7c6c"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_HEADER = "display:block;width:100%;height:auto;border:0"
_LOGO = "display:block;height:32px;width:auto;border:0"
_HEAD = "padding:24px 32px 0;font-weight:600;font-size:16px;"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """How an organisation signs its mail. `primary_color` is #rrggbb.

    `logo_url` and `header_url` must open without signing in; a header takes the logo's place.
    """

    name: str
    primary_color: str = DEFAULT_COLOR
    logo_url: str | None = None
    header_url: str | None = None
    from_name: str | None = None
    from_address: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail to one person. Two messages with the same `key` are the same message sent twice."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    key: str
    template: str = ""
    reply_to: str | None = None


class Carrier(Protocol):
    """A way out for mail. Raises `OSError` or `Unavailable` where the message wasn't taken."""

    def send(self, message: Message) -> None: ...


def deliver(
    template: str,
    *,
    to: str,
    organization: Letterhead,
    values: Mapping[str, object],
    locale: str = DEFAULT_LOCALE,
) -> Message:
    """Render `template` for one recipient and send it; called by tasks. Returns what was sent.

    Raises `KeyError` for a placeholder without a value and `Unavailable` where the mail can't be handed over; the
    task is then tried again, with the same key, so that a provider which took the first one sends no second.
    """
    message = render(template, to=to, organization=organization, values=values, locale=locale)
    send(message)
    return message


def send(message: Message) -> None:
    """Hand the message to Resend, to the SMTP server, or to the mail folder of the embedded set-up."""
    carrier().send(message)


@lru_cache(maxsize=1)
def carrier() -> Carrier:
    """This process's way out, chosen by the settings."""
    configured = settings()
    if configured.resend_api_key:
        return Resend(configured.resend_api_key)
    if configured.smtp_url:
        return Smtp(configured.smtp_url)
    return MailFolder(configured.mail_dir)


def render(
    template: str,
    *,
    to: str,
    organization: Letterhead,
    values: Mapping[str, object],
    locale: str = DEFAULT_LOCALE,
) -> Message:
    """The finished message. `{organization}` and `{color}` are always at hand; values are escaped in the HTML part."""
    if not _NAME.fullmatch(template):
        raise ValueError(f"{template!r} is no name of an e-mail template.")
    texts = {name: as_said(value, locale) for name, value in values.items()}
    texts |= {"organization": organization.name, "color": _color(organization)}
    subject = " ".join(fill(_source(template, "subject.txt", locale), texts).split())
    return Message(
        to=_one_address(to),
        sender=_sender(organization),
        subject=subject,
        text=fill(_source(template, "body.txt", locale), texts),
        html=_page(fill(_source(template, "body.html", locale), _escaped(texts)), subject, organization),
        key=message_key(template, to),
        template=template,
        reply_to=_one_address(organization.reply_to) if organization.reply_to else None,
    )


def fill(source: str, values: Mapping[str, str]) -> str:
    """`source` with each `{name}` replaced by its value, and nothing else interpreted.

    `str.format` would let a template reach into the attributes of what it is given. Raises `KeyError`.
    """
    return _PLACEHOLDER.sub(lambda found: values[found[1]], source)


def _page(body: str, subject: str, organization: Letterhead) -> str:
    texts = _escaped({"subject": subject, "organization": organization.name, "color": _color(organization)})
    return fill((TEMPLATES / "layout.html").read_text(), texts | {"head": _head(organization), "body": body})


def _head(organization: Letterhead) -> str:
    """What stands at the top: the header across the whole width, or the logo, or the name."""
    name = escape(organization.name)
    if organization.header_url:
        picture = f'<img src="{escape(organization.header_url)}" alt="{name}" width="560" style="{_HEADER}">'
        return f'<tr><td style="padding:0;font-size:0">{picture}</td></tr>'
    logo = organization.logo_url
    mark = f'<img src="{escape(logo)}" alt="{name}" height="32" style="{_LOGO}">' if logo else name
    return f'<tr><td style="{_HEAD}color:{_color(organization)}">{mark}</td></tr>'


def _color(organization: Letterhead) -> str:
    """The brand's colour dark enough to be read on white, or a plain one where it is none: it lands in a style."""
    chosen = organization.primary_color if _COLOR.fullmatch(organization.primary_color) else DEFAULT_COLOR
    return as_hex(on_paper(parse(chosen)))


def _sender(organization: Letterhead) -> str:
    """The agency's name on its own address, or on the platform's where it has none."""
    name, address = parseaddr(settings().mail_from)
    own_name = organization.from_name or organization.name or name
    return formataddr((" ".join(own_name.split()), _one_address(organization.from_address or address)))


def _one_address(text: str) -> str:
    address = parseaddr(text)[1]
    if not address or address != text.strip() or any(character in address for character in "\r\n,;"):
        raise ValueError("A recipient must be exactly one e-mail address.")
    return address


def as_said(value: object, locale: str) -> str:
    """A value as the reader says it: a day with its weekday and month by name, a time on the clock of the language."""
    known = locale if locale in LANGUAGES else DEFAULT_LOCALE
    if isinstance(value, datetime):
        return f"{as_said(value.date(), known)}, {as_said(value.timetz(), known)} {value:%Z}".rstrip()
    if isinstance(value, date):
        return format_date(value, "full", known)
    return saying.time_said(value, known) if isinstance(value, time) else str(value)


def message_key(template: str, to: str) -> str:
    """The same at every attempt of one task, so that a repetition can be recognised."""
    cause = tasks.running_message_id() or uuid7()
    return sha256(f"{cause}:{template}:{to}".encode()).hexdigest()[:40]


def _source(template: str, part: str, locale: str) -> str:
    stem, kind = part.split(".")
    folder = TEMPLATES / template
    translated = folder / f"{stem}.{locale}.{kind}"
    if _NAME.fullmatch(locale) and translated.exists():
        return translated.read_text()
    return (folder / part).read_text()


def _escaped(values: Mapping[str, str]) -> dict[str, str]:
    return {name: escape(value) for name, value in values.items()}
