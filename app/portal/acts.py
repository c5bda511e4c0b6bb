"""What a caregiver does at a visit, one act at a time: read from a phone's batch or a form, and handed to its verb.

Every act has an id that the device made. The same id again is the same act: it is answered as the first time.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.core.errors import explain
from app.portal.doing import DOING
from starline.core.db import session
from starline.core.errors import DomainError, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.problems import Problems
from starline.scheduling import own
from starline.staff.models import StaffMember

KINDS = tuple(DOING)
LONGEST_TEXT, LONGEST_NAME = 4000, 120
LARGEST_PICTURE = 8 * 1024 * 1024
KEPT, IN_CONFLICT, REFUSED = "kept", "kept_with_conflict", "refused"


@dataclass(frozen=True, slots=True)
class Act:
    """One act, as it was told."""

    event_id: UUID
    kind: str
    visit_id: UUID
    happened_at: datetime
    sequence: int | None = None
    task_id: UUID | None = None
    outcome: str = ""
    text: str = ""
    name: str = ""
    miles: Decimal | None = None
    image: bytes = b""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy_metres: int | None = None
    device: str | None = None
    seen_starts_at: datetime | None = None
    """When the visit was to begin, as the caregiver saw it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an act. `sentence` says what to know of a conflict or a refusal."""

    event_id: str
    state: str
    sentence: str = ""


def perform(given: Any, member: StaffMember, *, by: int) -> Answer:
    """Do one act of a batch in a savepoint of its own: one that is refused takes no other along."""
    event_id = str(given.get("event_id", ""))[:36] if isinstance(given, Mapping) else ""
    try:
        with session.begin_nested():
            act = read(given)
            sentence = do(act, member, by=by)
    except IntegrityError as problem:
        return Answer(event_id, REFUSED, sentence_of(explain(problem)))
    except DomainError as problem:
        if problem.status >= 500:
            raise
        return Answer(event_id, REFUSED, sentence_of(problem))
    return Answer(event_id, IN_CONFLICT if sentence else KEPT, sentence)


def do(act: Act, member: StaffMember, *, by: int) -> str:
    """Let the act take its effect; the sentence of a conflict, or nothing. Raises `NotFound` for others' visits."""
    visit = own.reported_visit(member, act.visit_id)
    if visit is None:
        raise NotFound(_("This visit is not on the schedule any more. Call the office about what you did there."))
    return DOING[act.kind](visit, act, by)


def read(given: Any) -> Act:
    """The act that was sent. Raises `Invalid` with everything that is wrong with it."""
    problems, sent = Problems(), given if isinstance(given, Mapping) else {}
    values: dict[str, Any] = {
        "event_id": _key(sent, "event_id", problems),
        "visit_id": _key(sent, "visit_id", problems),
        "happened_at": _instant(sent, "happened_at", problems),
        "kind": sent.get("kind"),
    }
    if values["kind"] not in KINDS:
        problems.add("kind", _("Send one of: %(kinds)s.", kinds=", ".join(KINDS)))
    for name, reader in _READERS.items():
        values[name] = reader(sent, name, problems)
    if sent.get("seen_starts_at"):
        values["seen_starts_at"] = _instant(sent, "seen_starts_at", problems)
    if sent.get("task_id"):
        values["task_id"] = _key(sent, "task_id", problems)
    problems.refuse()
    return Act(**values)


def _key(sent: Mapping[str, Any], name: str, problems: Problems) -> UUID | None:
    found = parse_uuid(str(sent.get(name, "")))
    if found is None:
        problems.add(name, _("Send an identifier (UUID)."))
    return found


def _instant(sent: Mapping[str, Any], name: str, problems: Problems) -> datetime | None:
    text = sent.get(name)
    try:
        found = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        problems.add(name, _("Send the time with its zone, such as 2026-03-31T09:00:00Z."))
        return None
    return found


def _text(most: int) -> Callable[..., str]:
    def read_text(sent: Mapping[str, Any], name: str, problems: Problems) -> str:
        text = sent.get(name) or ""
        if not isinstance(text, str) or len(text) > most or "\x00" in text:
            problems.add(name, _("Write at most %(most)d characters.", most=most))
            return ""
        return text.strip()

    return read_text


def _number(most: float) -> Callable[..., Decimal | None]:
    def read_number(sent: Mapping[str, Any], name: str, problems: Problems) -> Decimal | None:
        value = sent.get(name)
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > most:
            problems.add(name, _("Give a number."))
            return None
        return number

    return read_number


def _whole(sent: Mapping[str, Any], name: str, problems: Problems) -> int | None:
    number = _number(2**31 - 1)(sent, name, problems)
    return None if number is None else round(number)


def _picture(sent: Mapping[str, Any], name: str, problems: Problems) -> bytes:
    """The bytes of a picture: as they are from a form, in base64 from a phone."""
    value = sent.get(name) or b""
    if isinstance(value, str):
        try:
            value = base64.b64decode(value.partition(",")[2] if value.startswith("data:") else value, validate=True)
        except (binascii.Error, ValueError):
            value = None
    if not isinstance(value, bytes) or len(value) > LARGEST_PICTURE:
        problems.add(name, _("Send a picture of at most 8 MB."))
        return b""
    return value


def sentence_of(problem: DomainError) -> str:
    """Everything that a refusal says: its fields' sentences, or its own."""
    found = [one for sentences in problem.errors.values() for one in sentences]
    return " ".join(dict.fromkeys(found)) or problem.message


_READERS: dict[str, Callable[..., Any]] = {
    "sequence": _whole,
    "outcome": _text(20),
    "text": _text(LONGEST_TEXT),
    "name": _text(LONGEST_NAME),
    "miles": _number(10_000),
    "image": _picture,
    "latitude": _number(90),
    "longitude": _number(180),
    "accuracy_metres": _whole,
    "device": _text(LONGEST_NAME),
}
