"""The language that is spoken now, and the sentences in it. Sentences are written in English and looked up by it.

A request or a mail says who is spoken to (`speaking`); everything below asks `_` for its sentences, in which days and
times stand as the reader writes them. Catalogues are
`translations/<language>/LC_MESSAGES/messages.po`; `bin/starline translations` keeps them in step with the code.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from config import ROOT
from starline.core import saying

LANGUAGES = {"en": "English", "es": "Español"}
"""Every language by its own name; the first is the one that sentences are written in."""

DEFAULT = "en"
FOLDER = ROOT / "translations"

_spoken: ContextVar[str] = ContextVar("language", default=DEFAULT)
_date_format: ContextVar[Callable[[], str]] = ContextVar("date_format", default=lambda: saying.USUAL_FORMAT)


def current() -> str:
    """The language of whoever is spoken to."""
    return _spoken.get()


def use(language: str | None) -> None:
    """Speak `language` from here on; the default where it is none of ours."""
    _spoken.set(language if language in LANGUAGES else DEFAULT)


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak `language` in this block, whatever `use` chooses inside it."""
    token = _spoken.set(language if language in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _spoken.reset(token)


@contextmanager
def writing_days(date_format: Callable[[], str]) -> Iterator[None]:
    """Write the days of sentences in this block as `date_format` ("MM/DD/YYYY") says; asked where there is one."""
    token = _date_format.set(date_format)
    try:
        yield
    finally:
        _date_format.reset(token)


def said(value: Any) -> Any:
    """A day or a time as the reader writes it; anything else as it is."""
    return saying.said(value, current(), _date_format.get()()) if isinstance(value, date | time) else value


def gettext(text: str, /, **values: Any) -> str:
    """The sentence in the current language, with its `%(name)s` filled; one that isn't known stays as it is.

    Values that are days or times stand in it as the reader writes them.
    """
    sentence = catalogue(current()).gettext(text) if text else text
    return sentence % _said(values) if values else sentence


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """The sentence for so many, with `%(num)d` filled."""
    return catalogue(current()).ngettext(one, many, number) % {"num": number, **_said(values)}


_ = gettext


def N_(text: str) -> str:
    """Marks a sentence of a constant, so that it is found and translated where it is shown."""
    return text


def path_of(language: str) -> Path:
    """The catalogue that people edit."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@lru_cache(maxsize=len(LANGUAGES) + 2)
def catalogue(language: str) -> Translations:
    """The sentences of a language: the compiled file where it is the newer one, else read from the catalogue."""
    source = path_of(language)
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return Translations(BytesIO(compiled.read_bytes()))
    return Translations(BytesIO(compiled_from(source)))


def compiled_from(source: Path) -> bytes:
    """The binary form of a catalogue file."""
    made = BytesIO()
    with source.open("rb") as file:
        write_mo(made, read_po(file))
    return made.getvalue()


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: said(one) for name, one in values.items()}
