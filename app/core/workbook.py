"""A workbook of one sheet in the format of spreadsheets (ECMA-376): a bold heading that stays, and rows of cells.

A zip file of six small XML documents. Texts are inline strings, which no program takes for a formula.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import escape
from typing import BinaryIO

Cell = tuple[str, bool]
"""What a cell holds, and whether it is a number."""

LONGEST_NAME, LONGEST_CELL = 31, 32_767
"""Of a sheet's name and a cell's text, in characters; programs refuse more."""

NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MADE_ON = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip file knows: the same rows give the same file."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_ROOT = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_PARTS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>'
)


def workbook(name: str, labels: list[str], lines: Iterable[list[Cell]]) -> bytes:
    """The file: `labels` in bold above `lines`."""
    out = io.BytesIO()
    write_workbook(out, name, labels, lines)
    return out.getvalue()


def write_workbook(out: BinaryIO, name: str, labels: list[str], lines: Iterable[list[Cell]]) -> None:
    """Write the file to `out`, a row at a time."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, texts in (
            ("[Content_Types].xml", (_TYPES,)),
            ("_rels/.rels", (_ROOT,)),
            ("xl/workbook.xml", (_book(name),)),
            ("xl/_rels/workbook.xml.rels", (_PARTS,)),
            ("xl/styles.xml", (_STYLES,)),
            ("xl/worksheets/sheet1.xml", _sheet(labels, lines)),
        ):
            entry = zipfile.ZipInfo(path, MADE_ON)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(entry, "w", force_zip64=True) as file:
                for text in texts:
                    file.write(text.encode())


def _book(name: str) -> str:
    title = f'"{escape(NOT_IN_NAMES.sub(" ", name)[:LONGEST_NAME].strip() or "List")}"'
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name={title} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _sheet(labels: list[str], lines: Iterable[list[Cell]]) -> Iterator[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{max(len(labels), 1)}" width="18" customWidth="1"/></cols><sheetData>'
    )
    yield f"<row>{''.join(_text(label, bold=True) for label in labels)}</row>"
    for line in lines:
        yield f"<row>{''.join(f'<c><v>{text}</v></c>' if is_number else _text(text) for text, is_number in line)}</row>"
    yield "</sheetData></worksheet>"


def _text(text: str, *, bold: bool = False) -> str:
    if not text:
        return "<c/>"
    plain = escape(NOT_IN_XML.sub("", text)[:LONGEST_CELL])
    style = ' s="1"' if bold else ""
    return f'<c{style} t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'
