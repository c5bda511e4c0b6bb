"""Which column of a sheet fills which field, and what its cells mean: plain texts in, plain texts out."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from starline.organizations.custom_rules import NO, YES

US_DATES = (
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%m/%d/%y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%Y/%m/%d",
)
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
CENTURY_AHEAD = 1
"""A year of two digits that would lie further ahead than this many years belongs to the century before."""


def normal(text: str) -> str:
    """A heading without case, signs and spaces, so that "E-Mail address" and "email_address" are one."""
    return re.sub(r"[^a-z0-9]+", "", text.casefold())


def guess_mapping(
    headers: Sequence[str], names: Mapping[str, Sequence[str]], remembered: Mapping[str, str]
) -> dict[str, str]:
    """The position of each recognised column to its field; `names` are what a field may be called, the best first.

    What somebody chose for a heading of that name before comes first. No field is filled by two columns.
    """
    found: dict[str, str] = {}
    known = {key: [normal(one) for one in spelled] for key, spelled in names.items()}
    for position, header in enumerate(headers):
        key = remembered.get(normal(header))
        if key in known and key not in found.values():
            found[str(position)] = key
    for rank in range(max((len(spelled) for spelled in known.values()), default=0)):
        for position, header in enumerate(headers):
            if str(position) in found:
                continue
            wanted = normal(header)
            for key, spelled in known.items():
                if rank < len(spelled) and spelled[rank] == wanted and wanted and key not in found.values():
                    found[str(position)] = key
                    break
    return found


def placed(sentence: str, heading: str, label: str) -> str:
    """The sentence with the heading of its column before it, unless it begins with that; `label` is the field's."""
    if not heading or (sentence.startswith(label) and heading.casefold() == label.casefold()):
        return sentence
    return f"{heading}: {sentence.removeprefix(f'{label}: ')}"


def read_day(text: str, *, day_first: bool, today: date) -> str:
    """A day as programs write it; the text itself where it can't be read, for the field to refuse."""
    text = text.strip()
    head = text.split(" ")[0] if re.match(r"\d{4}-\d{2}-\d{2}[ T]", text) else text
    try:
        return date.fromisoformat(head[:10] if "T" in head else head).isoformat()
    except ValueError:
        pass
    for form in (*DAY_FIRST, *US_DATES) if day_first else US_DATES:
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if form.endswith("%y") and found.year > today.year + CENTURY_AHEAD:
            found = found.replace(year=found.year - 100)
        return found.isoformat()
    return text


def read_yes_no(text: str) -> str:
    """ "true" or "false" for any word of agreement or refusal; the text itself otherwise."""
    word = text.strip().casefold()
    return "true" if word in YES else "false" if word in NO else text


def read_time(text: str) -> str:
    """A time of day as programs write it, from that or the way Americans say it."""
    for form in ("%I:%M %p", "%I %p", "%I:%M%p", "%I%p"):
        try:
            return datetime.strptime(text.strip().upper(), form).time().isoformat()
        except ValueError:
            continue
    return text


def read_number(text: str) -> str:
    """Without the signs of currency and of thousands; the text itself where that leaves none."""
    bare = re.sub(r"[\s$]", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    return bare if re.fullmatch(r"[+-]?\d+(\.\d+)?", bare) else text


def read_choice(text: str, choices: Sequence[str]) -> str:
    """The choice that the text spells in any case, with spaces or without; the text itself where none does."""
    wanted = normal(text)
    return next((one for one in choices if normal(one) == wanted), text)


def read_list(text: str) -> list[str]:
    """The parts of a text, between commas, semicolons or lines."""
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
