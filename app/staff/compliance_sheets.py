"""The compliance matrix as a file."""

import csv
import io
from collections.abc import Iterator, Mapping
from uuid import UUID

from flask import Response

from app.core.display import choice_label
from app.core.sheets import CSV, XLSX, neutral
from app.core.workbook import workbook
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.staff.compliance import Line
from starline.staff.rules.clearance import Demand


def sheet(demands: Mapping[UUID, Demand], lines: list[Line], branches: Mapping[UUID, str], form: str) -> Response:
    """One row for each person, one column for each credential type: its state and the day it ends."""
    if form not in ("csv", "xlsx"):
        raise Invalid(_("The file can be csv or xlsx."), errors={"format": [_("The file can be csv or xlsx.")]})
    labels = [_("Number"), _("Name"), _("Discipline"), _("Position"), _("Branch"), _("May be sent"), _("Why not")]
    labels += [_("Exclusion lists"), *(one.name for one in demands.values())]
    rows = [list(_row(line, demands, branches)) for line in lines]
    if form == "xlsx":
        cells = ([(text, number == 0) for number, text in enumerate(row)] for row in rows)
        answer = Response(workbook(_("Compliance"), labels, cells), mimetype=XLSX)
    else:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(labels)
        writer.writerows([neutral(text) for text in row] for row in rows)
        answer = Response("\ufeff" + out.getvalue(), mimetype=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="compliance.{form}"'
    return answer


def _row(line: Line, demands: Mapping[UUID, Demand], branches: Mapping[UUID, str]) -> Iterator[str]:
    yield from (str(line.number), line.name, line.discipline.upper(), line.position, branches.get(line.branch_id, ""))
    yield choice_label(line.clearance.answer)
    yield line.clearance.sentence
    yield f"{choice_label(line.screening)} {line.screened_until or ''}".strip()
    for key in demands:
        cell = line.cells.get(key)
        yield f"{choice_label(cell.state)} {cell.expires_on or ''}".strip() if cell else ""
