"""A list as a file: CSV, or a workbook for spreadsheets, of all that the filter matches."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from flask import Response
from werkzeug.datastructures import MultiDict

from app.core.access import may
from app.core.display import Display
from app.core.fields import Field, Kind
from app.core.lists import arguments, asked_of, shown_fields
from app.core.profile import current_profile
from app.core.reading import read_page
from app.core.resource import Resource
from app.core.workbook import Cell, write_workbook
from starline.core.errors import Invalid, NotAllowed
from starline.core.language import gettext as _

EXPORT_ROWS = 5_000
"""Rows that one statement of an export reads, and that one row of the audit stands for."""

LARGEST_NUMBER, LARGEST_UUID = 2**31 - 1, str(UUID(int=2**128 - 1))
"""No row's id: rows before it are all."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(resource: Resource) -> Response:
    """The filtered list with its columns as the file that `format` names."""
    if not may("can_export", resource):
        raise NotAllowed(_("You may not export this list."))
    given = arguments(resource)
    form = given.get("format", "csv")
    if form not in ("csv", "xlsx"):
        raise Invalid(_("The file can be csv or xlsx."), errors={"format": [_("The file can be csv or xlsx.")]})
    fields = shown_fields(resource, asked_of(resource, given))
    answer = sheet(resource, fields, _records(resource, given), form)
    return answer


def sheet(resource: Resource, fields: list[Field], records: Iterator[dict[str, Any]], form: str) -> Response:
    """A file of `records`, one column for each of `fields`."""
    out = io.BytesIO()
    write(out, resource, fields, records, form)
    answer = Response(out.getvalue(), mimetype=XLSX if form == "xlsx" else CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{resource.name}.{form}"'
    return answer


def write(
    out: BinaryIO,
    resource: Resource,
    fields: list[Field],
    records: Iterable[dict[str, Any]],
    form: str,
    *,
    with_ids: bool = False,
) -> None:
    """Write a file of `records` to `out`, a row at a time: the labels first, then a line for each.

    `with_ids`: each line ends with its own id and those of the records it points at, so that files can be joined.
    """
    display, labels = current_profile().display, [str(_(one.label)) for one in fields]
    keys = ["id", *(one.key for one in fields if one.kind is Kind.RELATION)] if with_ids else []
    lines = (
        [*(_cell(one, record, display) for one in fields), *((str(record[key] or ""), False) for key in keys)]
        for record in records
    )
    if form == "xlsx":
        write_workbook(out, str(_(resource.title)), [*labels, *keys], lines)
        return
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([neutral(label) for label in (*labels, *keys)])
    for line in lines:
        writer.writerow([value if is_number else neutral(value) for value, is_number in line])
    text.detach()


def every_field(resource: Resource) -> list[Field]:
    """What lists and pages of the resource show, in the order of its list first."""
    names = dict.fromkeys([*resource.table.split(), *resource.shown_names])
    return [resource.fields[name] for name in names if name not in resource.marks]


def every_record(resource: Resource, fields: list[Field]) -> Iterator[dict[str, Any]]:
    """All rows that the viewer may see, the newest first, however many there are."""
    asked = asked_of(resource, MultiDict([("count", "none")]), EXPORT_ROWS)
    columns = tuple(one.name for one in fields)
    asked.shape = replace(asked.shape, columns=columns, order=("-id",), after=True)
    asked.parameters["after"] = LARGEST_NUMBER if resource.is_numbered else LARGEST_UUID
    shown = EXPORT_ROWS
    while shown == EXPORT_ROWS:
        page = orjson.loads(read_page(resource, asked)[0])
        yield from page["result"]
        shown, asked.parameters["after"] = len(page["result"]), page["ids"][-1] if page["ids"] else None


def neutral(text: str) -> str:
    """A cell that a spreadsheet won't take for a formula."""
    return "'" + text if text.startswith(FORMULA) else text


def _records(resource: Resource, given: MultiDict[str, str]) -> Iterator[dict[str, Any]]:
    """All rows that match, page by page through the same statement that the list uses."""
    pages = MultiDict([pair for pair in given.items(multi=True) if pair[0] not in ("page", "page_size", "cursor")])
    number, shown = 1, EXPORT_ROWS
    while shown == EXPORT_ROWS:
        pages.setlist("page", [str(number)])
        records = orjson.loads(read_page(resource, asked_of(resource, pages, EXPORT_ROWS))[0])["result"]
        yield from records
        number, shown = number + 1, len(records)


def _cell(one: Field, record: dict[str, Any], display: Display) -> Cell:
    """Numbers stay numbers, money too; all else is what the list shows. A text is never a formula in a workbook."""
    value = record.get(one.name)
    if value is not None and one.kind in (Kind.INTEGER, Kind.DECIMAL):
        return str(value), True
    return display.text(one, value), False
