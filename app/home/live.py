"""Visits that are under way now, as the viewer's list of them shows them."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from app.core import figures
from app.core.access import may
from app.core.profile import current_profile
from app.core.reading import read_page
from app.core.resource import registry

COLUMNS = ("client", "staff_member", "service_type", "starts_at", "ends_at", "clocked_in_at")
MOST = 8


@dataclass(frozen=True, slots=True)
class LiveVisit:
    """One visit, with its times as a person reads them."""

    url: str
    client: str
    caregiver: str
    service: str
    planned: str
    began: str


@dataclass(frozen=True, slots=True)
class Live:
    """The visits that began last, how many there are, and the list of all."""

    visits: list[LiveVisit]
    number: int
    url: str


def live() -> Live | None:
    """None for whoever may not read visits, or where nobody is at work."""
    resource = registry["Visits"]
    if not may("can_read", resource):
        return None
    query = resource.figures["Visits under way"].query.format(**figures.dates())
    asked = figures.asked(resource, f"{query}&order=-starts_at&page_size={MOST}")
    asked.shape = replace(asked.shape, columns=COLUMNS)
    found = json.loads(read_page(resource, asked)[0])
    visits = [_visit(row) for row in found["result"]]
    return Live(visits, found["count"], f"/visits/list/?{query}") if visits else None


def _visit(row: dict[str, str | None]) -> LiveVisit:
    begin, end, clocked_in = (_moment(row[name]) for name in ("starts_at", "ends_at", "clocked_in_at"))
    assert begin and end, "a visit is planned"
    display, today = current_profile().display, figures.today()
    return LiveVisit(
        url=f"/visits/show/{row['id']}",
        client=row["client"] or "",
        caregiver=row["staff_member"] or "",
        service=row["service_type"] or "",
        planned=display.span(begin, end, known=today),
        began=display.instant(clocked_in, known=today) if clocked_in else "",
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
