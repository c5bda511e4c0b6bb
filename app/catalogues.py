"""The catalogues of sentences: collected from code, templates and declarations, written as .po, compiled to .mo.

Code and templates are searched for calls; what is declared (labels, lists of words, titles, settings) is asked for.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from config import ROOT
from starline.core.language import DEFAULT, LANGUAGES, compiled_from, path_of

REFUSALS = ("Unauthenticated", "NotAllowed", "NotFound", "Conflict", "Stale", "TooLarge", "Invalid", "Unavailable")
FIELDS = ("String", "Select", "Boolean", "TextArea", "Email", "Password", "Date", "Integer", "Decimal", "Tel", "File")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **dict.fromkeys((*REFUSALS, "TooManyRequests"), (1,)),
    **{f"{name}Field": (1,) for name in FIELDS},
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "invalid": (2,),
    "Tab": (2,),
    "add": (2,),
}
"""The calls whose texts people read. A refusal translates its sentence itself: see `starline.core.errors`."""

EVENT = re.compile(r'"((?!aws:)[a-z_]+:[a-z_]+)"')
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in each header: a real one would differ after each run."""


def collect() -> Catalog:
    """Every sentence that somebody may read, without translations."""
    found = Catalog(project="Starline", version="1", charset="utf-8", creation_date=MADE_AT, fuzzy=False)
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for _file, _line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=_is_ours
    ):
        if message and message != ("", ""):
            found.add(message, context=context)
    for words in declared():
        if words:
            found.add(words)
    return found


def declared() -> Iterator[str]:
    """The words of declarations: labels and closed lists, resources, places of the rail, settings, roles, events."""
    from app.core.display import event_words, words_of
    from starline.core.postal import WRONG_ZIP
    from starline.identity.roles import BY_NAME
    from starline.organizations.settings import FEATURES, POLICIES

    _load_declarations()
    yield from _words_of_columns()
    yield from _words_of_resources()
    yield from BY_NAME
    yield WRONG_ZIP
    for feature in FEATURES.values():
        yield from (feature.label, feature.help)
    for setting in (one for settings in POLICIES.values() for one in settings.values()):
        yield from (setting.label, setting.help, *map(words_of, setting.choices))
    for path in (ROOT / "starline").rglob("*.py"):
        yield from map(event_words, EVENT.findall(path.read_text()))


def update() -> dict[str, int]:
    """Bring every catalogue in step with the code; returns how many sentences each language lacks."""
    template, lacking = collect(), {}
    for language in LANGUAGES:
        known = in_step(language, template)
        lacking[language] = complete(known) if language == DEFAULT else len(untranslated(known))
        write(known, language)
    return lacking


def in_step(language: str, template: Catalog) -> Catalog:
    """A language's catalogue with the sentences of the code and no other; new ones have no translation."""
    known = read(language)
    known.update(deepcopy(template), no_fuzzy_matching=True)
    known.obsolete.clear()
    return known


def complete(known: Catalog) -> int:
    """Sentences are written in the default language: what has no other wording there says itself."""
    for message in untranslated(known):
        message.string = message.id
    return 0


def untranslated(known: Catalog) -> list[Message]:
    """The messages without a translation, or with an uncertain one."""
    return [one for one in known if one.id and (one.fuzzy or not all(_texts(one.string)))]


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="Starline", version="1", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(known: Catalog, language: str) -> None:
    """Write the catalogue for people: sorted, one sentence a line, nothing in it that changes by itself."""
    known.creation_date = known.revision_date = MADE_AT
    known.last_translator, known.language_team, known.header_comment = "Starline", language, "# Starline"
    known.fuzzy = False
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, known, width=0, no_location=True, sort_output=True)


def compile_all() -> list[Path]:
    """Write the binary files next to the catalogues; returns them."""
    made = []
    for language in LANGUAGES:
        path = path_of(language).with_suffix(".mo")
        path.write_bytes(compiled_from(path_of(language)))
        made.append(path)
    return made


def _texts(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, (tuple, list)) else (str(string or ""),)


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in ("var", ".venv", ".git", "node_modules", "vendor", "tests", "benchmarks")


def _load_declarations() -> None:
    from app import FACES

    importlib.import_module("starline.models")
    for face in FACES:
        for module in ("resources", "pages"):
            if (ROOT / "app" / face / f"{module}.py").exists():
                importlib.import_module(f"app.{face}.{module}")


def _words_of_columns() -> Iterator[str]:
    from app.core.display import words_of
    from starline.core import db

    for table in db.metadata.tables.values():
        for column in table.c:
            yield from (column.info.get("label", ""), column.info.get("help", ""))
            yield from map(words_of, getattr(column.type, "enums", None) or ())


def _words_of_resources() -> Iterator[str]:
    from app.core.navigation import places
    from app.core.resource import Week, label_of_action, registry

    for entry in places():
        yield from (entry.group, entry.label)
    for resource in registry.values():
        if not type(resource).__module__.startswith("app."):
            continue  # a test's own
        yield from (resource.title, resource.singular, resource.menu or "", resource.removal)
        yield from (*resource.form, *(resource.show or ()), *resource.links, *resource.waits)
        yield from (*resource.figures, *resource.charts)
        yield from (text for one in resource.work.values() for text in (one.says, one.under, one.verb))
        yield from (label for one in resource.charts.values() if isinstance(one, Week) for label in one.series)
        yield from map(label_of_action, resource.actions)
        yield from (text for one in resource.fields.values() for text in (one.label, one.help))
