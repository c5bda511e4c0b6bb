"""Files: signed addresses, guessed keys, and what an opened archive tells."""

import gzip
import io
import zipfile

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tests.isolation.cast import CANARY, Cast, unchanged
from tests.isolation.files import walk_files
from tests.isolation.tally import Tally
from tests.isolation.unpacked import Unreadable, texts


def test_nobody_opens_a_file_that_isnt_theirs(cast: Cast, tally: Tally) -> None:
    with unchanged(cast.summit, but=frozenset({"audit_events", "sign_in_attempts"})):
        found = walk_files(cast)
    tally.add(**found.counts)
    assert found.findings == []


def zipped(name: str, content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return kept.getvalue()


def printed(text: str) -> bytes:
    """A PDF with one line of text on its page, compressed."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    drawn = DecodedStreamObject()
    drawn.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(drawn.flate_encode())
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def attached(text: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_attachment("notes.txt", text.encode())
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


SHEET = f'<sst><si><t xml:space="preserve">{CANARY}</t></si></sst>'.encode()


@pytest.mark.parametrize(
    "content",
    [
        zipped("clients.jsonl", CANARY.encode()),
        zipped(f"{CANARY}.txt", b"nothing"),
        zipped("xl/sharedStrings.xml", SHEET),
        zipped("inner.zip", zipped("deep.csv.gz", gzip.compress(CANARY.encode()))),
        gzip.compress(zipped("a.csv", CANARY.encode())),
        printed(CANARY),
        attached(CANARY),
        zipped("letter.pdf", printed(CANARY)),
    ],
    ids=["zip", "member's name", "workbook", "zip in zip", "gz", "pdf", "attachment", "pdf in zip"],
)
def test_a_word_is_found_however_it_is_packed(content: bytes) -> None:
    assert CANARY in "\n".join(texts(content, "application/octet-stream"))


def test_a_kind_of_file_that_cant_be_opened_stops_the_walk() -> None:
    with pytest.raises(Unreadable):
        list(texts(b"\xd0\xcf\x11\xe0", "application/msword"))
