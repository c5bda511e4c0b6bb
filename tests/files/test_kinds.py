"""What a file is, is read from its content; a name that says otherwise is refused."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starline.core.errors import Invalid
from starline.files.adapters.clamd import EICAR
from starline.files.kinds import BY_MEDIA_TYPE, KINDS, OF_SUFFIX, kind_of, sniff
from tests.files.samples import PDF, SVG, TAKEN, archive, bomb, docx, picture


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(Invalid) as refused:
        kind_of(io.BytesIO(content), name)
    assert refused.value.errors["file"] == [refused.value.message]
    return refused.value.message


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_whose_name_agrees_with_its_content_is_taken(name: str) -> None:
    kind = kind_of(io.BytesIO(TAKEN[name]), name)
    assert name.rpartition(".")[2].lower() in kind.suffixes
    assert BY_MEDIA_TYPE[kind.media_type] is kind


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.pdf", "The file is empty"),
        (PDF, "picture.png", "The name says PNG picture, but the content is a PDF. Rename it to end in .pdf"),
        (picture("JPEG"), "letter.pdf", "The name says PDF, but the content is a JPEG picture."),
        (SVG, "drawing.svg", "SVG drawings can carry programs"),
        (SVG, "notes.txt", "SVG drawings can carry programs"),
        (b"<!DOCTYPE html><p>Hello", "page.txt", "Web pages"),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", "a.csv", "SVG drawings"),
        (b"MZ\x90\x00", "setup.exe", "a program for Windows"),
        (b"MZ\x90\x00", "setup.pdf", "a program for Windows"),
        (b"#!/bin/sh\nrm -rf /\n", "run.txt", "a script"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.doc", "can carry macros"),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "a.docx", "carries macros"),
        (docx(), "letter.zip", "The name says ZIP archive, but the content is a Word document."),
        (archive("a.txt")[:-30], "a.zip", "is damaged"),
        (b"PK\x03\x04nothing", "a.zip", "is damaged"),
        (bytes(300), "scan.pdf", "This kind of file isn't taken."),
        (PDF, "order", "let the name end in .pdf"),
        (PDF, "order.", "let the name end in .pdf"),
    ],
)
def test_what_isnt_taken_is_refused_with_its_sentence(content: bytes, name: str, sentence: str) -> None:
    assert sentence in refusal(content, name)


def test_an_archive_that_would_swell_isnt_taken_and_isnt_unpacked() -> None:
    assert "unpack to far more than its size" in refusal(bomb(), "photos.zip")
    assert "unpack to far more than its size" in refusal(archive(*map(str, range(10_001))), "many.zip")


def test_the_list_of_an_archive_is_not_read_where_it_is_itself_too_long() -> None:
    content = bytearray(archive("a.txt"))
    at = content.rfind(b"PK\x05\x06")
    content[at + 12 : at + 16] = (200 * 1024 * 1024).to_bytes(4, "little")
    assert "unpack to far more" in refusal(bytes(content), "a.zip")


def test_the_test_virus_is_the_industrys() -> None:
    assert len(EICAR) == 68


@given(st.binary(min_size=1, max_size=400), st.sampled_from(sorted(OF_SUFFIX)))
@settings(deadline=None)
def test_any_content_is_taken_only_under_a_name_of_its_own_kind(content: bytes, suffix: str) -> None:
    try:
        kind = kind_of(io.BytesIO(content), f"file.{suffix}")
    except Invalid as refused:
        assert refused.message.endswith(".")
        return
    assert suffix in kind.suffixes
    assert sniff(content) is not None


@given(st.sampled_from(sorted(TAKEN)), st.sampled_from(sorted({one for kind in KINDS for one in kind.suffixes})))
@settings(deadline=None)
def test_a_known_content_passes_under_its_own_names_and_no_other(name: str, suffix: str) -> None:
    own = kind_of(io.BytesIO(TAKEN[name]), name)
    agrees = suffix in own.suffixes or (own.media_type.startswith("text/") and suffix in ("txt", "csv", "log", "md"))
    if agrees:
        kind_of(io.BytesIO(TAKEN[name]), f"other.{suffix}")
    else:
        refusal(TAKEN[name], f"other.{suffix}")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=300))
@settings(deadline=None)
def test_words_are_text_unless_they_are_markup(words: str) -> None:
    found = sniff(words.encode())
    assert (
        found is not None
        or words.lstrip("\ufeff").lstrip().lower().startswith(("<", "#!", "mz"))
        or "<s" in words.lower()
    )
