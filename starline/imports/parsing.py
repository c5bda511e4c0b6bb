"""A spreadsheet as rows of texts: CSV in the encodings that offices use, and XLSX, both within bounds."""

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from starline.core.errors import Invalid, TooLarge
from starline.core.language import _
from starline.core.problems import invalid

LARGEST_FILE_BYTES = 15 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 200 * 1024 * 1024
"""A workbook of so many rows is far smaller; what unpacks to more was made to fill a disk."""

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 100, 5_000
DELIMITERS = ",;\t|"
LINES_SNIFFED = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first line, and below it each filled line with its number as spreadsheets count."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]


def read_sheet(content: bytes) -> Sheet:
    """The sheet that `content` holds. Raises `TooLarge`, or `Invalid` with the sentence to show."""
    if len(content) > LARGEST_FILE_BYTES:
        raise TooLarge(_("The file is larger than %(most)d MB; split it.", most=LARGEST_FILE_BYTES // 1024 // 1024))
    if not content.strip():
        raise invalid("file", "The file is empty.")
    lines = _lines_of_workbook(content) if content.startswith(b"PK\x03\x04") else _lines_of_text(content)
    headers: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for number, line in lines:
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        if not headers:
            headers = _headers(cells)
            continue
        if len(rows) >= MOST_ROWS:
            raise TooLarge(_("The file has more than %(most)s rows; split it.", most=format(MOST_ROWS, ",")))
        rows.append((number, _fitted(cells, len(headers), number)))
    if not rows:
        raise invalid("file", "There is no row below the headings.")
    return Sheet(headers, rows)


def _headers(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise TooLarge(
            _(
                "The file has more than %(most)d columns; leave out those that aren't needed.",
                most=MOST_COLUMNS,
            )
        )
    return [cell[:200] or _("Column %(number)d", number=number) for number, cell in enumerate(cells, 1)]


def _fitted(cells: list[str], width: int, number: int) -> list[str]:
    if any(cells[width:]):
        raise invalid("file", _("Line %(number)d has more cells than there are headings.", number=number))
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise invalid(
            "file", _("A cell of line %(number)d has more than %(most)d characters.", number=number, most=LONGEST_CELL)
        )
    return (cells + [""] * width)[:width]


def _lines_of_text(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content).replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for line in reader:
            yield reader.line_num, [_plain(cell) for cell in line[: MOST_COLUMNS * 2]]
    except csv.Error:
        raise invalid("file", _("Line %(number)d can't be read; is this a CSV file?", number=reader.line_num)) from None


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what Excel writes on American machines


def _delimiter(text: str) -> str:
    """The sign that the first lines have most evenly; a comma where none stands out."""
    head = text.splitlines()[:LINES_SNIFFED]
    first = head[0] if head else ""
    return max(DELIMITERS, key=lambda sign: (first.count(sign), sign == ","))


def _plain(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a cell for a formula; exports write it."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _lines_of_workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED_BYTES:
                raise TooLarge("The workbook unpacks to more than it may; save the sheet as CSV.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and filters that no cell needs
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs state them wrongly
            for number, line in enumerate(sheet.iter_rows(values_only=True), 1):
                yield number, [_text(cell) for cell in line[: MOST_COLUMNS * 2]]
    except (Invalid, TooLarge):
        raise
    except Exception:
        # openpyxl answers a broken workbook with whatever its XML happened to break.
        raise invalid("file", "This is not a workbook that can be read; save it as XLSX or CSV.") from None


def _text(value: Any) -> str:
    """A cell as it would be typed; of a formula its last value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).replace("\x00", "")
