"""The trail of a period for an auditor: CSV for people, JSON lines for programs, written while it is read."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from flask import Response

from app.audit.asking import Period, names_of, subject_resource
from app.audit.words import HIDDEN
from app.core.profile import current_profile
from app.core.sheets import neutral
from app.core.trail_words import is_never_told
from starline.core import audit
from starline.core.audit import activity
from starline.core.audit.activity import Wanted
from starline.core.errors import Invalid
from starline.core.language import gettext as _

FORMATS = ("csv", "jsonl")
CUSTOM = "custom"
"""Fields of the agency's own, some of which not every role may see: the record's history tells them one by one."""

COLUMNS = ("id", "at", "person", "action", "subject", "record", "clients", "changes", "reason", "request")


def download(period: Period, kind: str) -> Response:
    """The file. The trail keeps who took it and which clients are named in it."""
    if kind not in FORMATS:
        sentence = _("format is csv or jsonl.")
        raise Invalid(sentence, errors={"format": [sentence]})
    wanted = Wanted(period.since, period.until)
    facts = {"from": period.first.isoformat(), "to": period.last.isoformat(), "format": kind}
    audit.record("export", "audit_events", client_ids=activity.clients_named(wanted) or None, changes=facts)
    names, zone = names_of(activity.actors(wanted)), current_profile().display.zone
    rows = (_row(event, names, event["at"].astimezone(zone)) for event in activity.all_events(wanted))
    written = _csv(rows, _("The system")) if kind == "csv" else _lines(rows)
    answer = Response(written, mimetype="text/csv" if kind == "csv" else "application/x-ndjson")
    name = f"audit-{current_profile().slug}-{period.first}-{period.last}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _row(event: dict[str, Any], names: dict[int, str], at: datetime) -> dict[str, Any]:
    actor = event["actor_id"]
    return {
        "id": event["id"],
        "at": at.isoformat(),
        "person": {"id": actor, "name": names.get(actor)} if actor is not None else None,
        "action": event["action"],
        "subject": event["subject"],
        "record": event["subject_id"],
        "clients": [one for one in event["client_ids"] or () if one],
        "changes": _masked(event["subject"], event["changes"]),
        "reason": event["reason"],
        "request": event["request_id"],
    }


def _masked(subject: str, changes: dict[str, Any] | None) -> dict[str, Any] | None:
    """Without secrets, and without their parts that stand in columns of their own."""
    if changes is None:
        return None
    return {name: [HIDDEN, HIDDEN] if _is_hidden(subject, name) else value for name, value in changes.items()}


@lru_cache(maxsize=4096)
def _is_hidden(subject: str, column: str) -> bool:
    return column == CUSTOM or is_never_told(subject_resource(subject), column)


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(row) + b"\n"


def _csv(rows: Iterable[dict[str, Any]], system: str) -> Iterator[str]:
    yield "\ufeff" + _written(COLUMNS)
    for row in rows:
        person = row["person"]
        cells = {
            **row,
            "person": (person["name"] or str(person["id"])) if person else system,
            "clients": " ".join(row["clients"]),
            "changes": orjson.dumps(row["changes"]).decode() if row["changes"] else "",
        }
        yield _written(neutral("" if cells[name] is None else str(cells[name])) for name in COLUMNS)


def _written(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
