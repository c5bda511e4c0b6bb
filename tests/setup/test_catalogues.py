"""Every sentence that somebody may read is in the catalogues, and in Spanish."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from app import catalogues
from starline.core.language import DEFAULT, LANGUAGES

FILLED = re.compile(r"%\((\w+)\)[a-z]")
OTHERS = [one for one in LANGUAGES if one != DEFAULT]


@pytest.fixture(scope="module")
def said() -> Catalog:
    """What the code says."""
    return catalogues.collect()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_what_the_code_says_and_no_more(said: Catalog, language: str) -> None:
    """`bin/starline translations update` brings it in step."""
    known = _sentences(catalogues.read(language))
    assert len(known) > 3000
    assert (_sentences(said) - known, known - _sentences(said)) == (set(), set())


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    assert [one.id for one in catalogues.untranslated(catalogues.read(language))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_quotes_nothing_that_its_sentence_is_not_given(language: str) -> None:
    """It would be an error for its reader alone."""
    wrong = [one.id for one in catalogues.read(language) if not _filled(one.string) <= _filled(one.id) | {"num"}]
    assert wrong == []


def test_a_sentence_that_is_new_is_missing_until_it_is_translated(said: Catalog) -> None:
    new = "The lantern stands %(side)s of the door."
    with_one_more = Catalog()
    for message in [*said, Message(new)]:
        if message.id:
            with_one_more.add(message.id, context=message.context)
    found = catalogues.untranslated(catalogues.in_step("es", with_one_more))
    assert new in [one.id for one in found]


def _sentences(catalogue: Catalog) -> set[tuple[object, str | None]]:
    return {(one.id if isinstance(one.id, str) else tuple(one.id), one.context) for one in catalogue if one.id}


def _filled(text: object) -> set[str]:
    return {name for one in (text if isinstance(text, list | tuple) else [text]) for name in FILLED.findall(str(one))}
