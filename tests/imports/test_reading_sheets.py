"""What files of offices hold: encodings, delimiters, dates, words; and files that were made to do harm."""

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import Workbook

from starline.core.errors import Invalid, TooLarge
from starline.imports import parsing
from starline.imports.parsing import read_sheet
from starline.imports.rules import (
    guess_mapping,
    placed,
    read_choice,
    read_day,
    read_list,
    read_number,
    read_time,
    read_yes_no,
)

TODAY = date(2026, 3, 31)
CELL = some.text(
    some.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), min_size=1, max_size=20
).map(str.strip)


def sheet(text: str, encoding: str = "utf-8") -> list[list[str]]:
    return [cells for _number, cells in read_sheet(text.encode(encoding)).rows]


@pytest.mark.parametrize(
    ("sentence", "heading", "label", "said"),
    [
        ("Branch: there is nothing called “X”.", "Branch", "Branch", "Branch: there is nothing called “X”."),
        ("Branch: there is nothing called “X”.", "Office", "Branch", "Office: there is nothing called “X”."),
        ("Birth date must be a date.", "DOB", "Birth date", "DOB: Birth date must be a date."),
        ("Birth date must be a date.", "birth Date", "Birth date", "Birth date must be a date."),
        ("The same as line 3.", "", "", "The same as line 3."),
    ],
)
def test_a_fault_names_its_column_once(sentence: str, heading: str, label: str, said: str) -> None:
    assert placed(sentence, heading, label) == said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_sheet_is_read_in_the_ways_that_offices_save_it(encoding: str, sign: str) -> None:
    assert sheet(f"Name{sign}City\r\nZoë{sign}Córdoba\r\n", encoding) == [["Zoë", "Córdoba"]]


def test_lines_keep_their_numbers_and_empty_ones_say_nothing() -> None:
    found = read_sheet(b'\n\nName,City\n\nA,B\n,\n"C\nD",E\n')
    assert found.headers == ["Name", "City"]
    assert found.rows == [(5, ["A", "B"]), (8, ["C\nD", "E"])]


@given(some.lists(some.lists(CELL.filter(bool), min_size=2, max_size=2), min_size=1, max_size=8))
def test_what_a_program_writes_is_what_is_read(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["One", "Two"], *rows])
    plain = [
        [cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" and cell[1:] else cell for cell in row] for row in rows
    ]
    assert sheet(out.getvalue()) == plain


@given(some.binary(max_size=300))
def test_no_file_does_more_than_be_refused(content: bytes) -> None:
    for given_ in (content, b"PK\x03\x04" + content):
        try:
            read_sheet(given_)
        except (Invalid, TooLarge) as refusal:
            assert refusal.message


def test_a_formula_counts_for_its_last_value_and_a_bomb_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    book.active.append(["Name", "Born", "Sum", "Rate", "Yes"])
    book.active.append(["A", datetime(2026, 3, 31), "=1+1", 2.5, False])
    out = io.BytesIO()
    book.save(out)
    assert [cells for _n, cells in read_sheet(out.getvalue()).rows] == [["A", "2026-03-31", "", "2.5", "no"]]
    monkeypatch.setattr(parsing, "LARGEST_UNPACKED_BYTES", 1_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 2_000_000)
    with pytest.raises(TooLarge):
        read_sheet(bomb.getvalue())


def test_bounds_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_ROWS", 3)
    with pytest.raises(TooLarge, match="more than 3 rows"):
        read_sheet(b"Name\na\nb\nc\nd\n")
    with pytest.raises(TooLarge):
        read_sheet(b"a" * (parsing.LARGEST_FILE_BYTES + 1))
    with pytest.raises(Invalid, match="more cells than"):
        read_sheet(b"Name\na,b\n")
    with pytest.raises(Invalid, match="no row"):
        read_sheet(b"Name,City\n")


@pytest.mark.parametrize(
    ("text", "day_first", "day"),
    [
        ("3/4/2026", False, "2026-03-04"),
        ("3/4/2026", True, "2026-04-03"),
        ("2026-03-04", True, "2026-03-04"),
        ("2026-03-04 00:00", False, "2026-03-04"),
        ("2026-03-04T08:00:00", False, "2026-03-04"),
        ("3/4/41", False, "1941-03-04"),
        ("3/4/25", False, "2025-03-04"),
        ("Mar 4, 2026", False, "2026-03-04"),
        ("13/45/2026", False, "13/45/2026"),
        ("soon", False, "soon"),
    ],
)
def test_a_day_is_read_and_never_guessed(text: str, day_first: bool, day: str) -> None:
    assert read_day(text, day_first=day_first, today=TODAY) == day


@given(some.dates(date(1900, 1, 1), date(2030, 1, 1)), some.booleans())
def test_every_day_survives_its_spelling(day: date, day_first: bool) -> None:
    written = day.strftime("%d/%m/%Y" if day_first else "%m/%d/%Y")
    assert read_day(written, day_first=day_first, today=TODAY) == day.isoformat()


@given(some.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    results: list[Any] = [read_day(text, day_first=False, today=TODAY), read_yes_no(text), read_time(text)]
    results += [read_number(text), read_choice(text, ("a", "b")), read_list(text)]
    assert all(one is not None for one in results)


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (read_yes_no, "Yes", "true"),
        (read_yes_no, "x", "true"),
        (read_yes_no, "NO", "false"),
        (read_yes_no, "maybe", "maybe"),
        (read_time, "8:30 pm", "20:30:00"),
        (read_time, "08:30", "08:30"),
        (read_number, "$1,234.50", "1234.50"),
        (read_number, "1,2", "1,2"),
        (read_list, "English; Spanish,Russian", ["English", "Spanish", "Russian"]),
    ],
)
def test_a_word_is_read(read: Any, text: str, meant: Any) -> None:
    assert read(text) == meant


def test_columns_are_guessed_by_name_and_by_what_was_chosen_before() -> None:
    names = {
        "first_name": ["First name", "first_name", "first"],
        "last_name": ["Last name", "surname"],
        "phone": ["Phone"],
    }
    headers = ["SURNAME", "First-Name", "Tel.", "First"]
    assert guess_mapping(headers, names, {}) == {"0": "last_name", "1": "first_name"}
    assert guess_mapping(headers, names, {"tel": "phone"})["2"] == "phone"
    assert guess_mapping(headers, names, {"first": "first_name"}) == {"0": "last_name", "3": "first_name"}
