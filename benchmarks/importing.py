"""How long a sheet of clients takes from the upload to the last record, and the way back.

    .venv/bin/python benchmarks/importing.py [--rows 5000] [--faulty 200]

One process does what a worker does, portion after portion, without the broker's pauses between them. The target is
under 60 seconds for 5,000 rows of which 200 are faulty, on two cores.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import time
from collections import Counter
from typing import Any

import database
from sqlalchemy import func, select

from app import create_app
from app.core import security
from app.core.jobs import as_person
from app.imports import working
from app.imports.targets import TARGETS
from starline.clients.models import Client, ClientStatusChange
from starline.core import db, tenancy
from starline.core.identifiers import uuid7
from starline.core.outbox import OutboxMessage
from starline.imports.models import Import, ImportRow, ImportState
from starline.imports.parsing import read_sheet
from starline.imports.rules import guess_mapping
from starline.organizations.custom_fields import add_custom_field
from starline.organizations.models import Organization
from starline.organizations.service import set_up_organization, set_up_platform

HEADINGS = ("First", "Last", "DOB", "Cell", "E-mail", "Gender", "Medicaid", "SSN", "Diet", "Tablet")
FAULTS = ((2, "31/31/1940"), (3, "12"), (4, "nowhere"), (9, "Golden"))


def sheet(rows: int, faulty: int) -> bytes:
    """A CSV in which every so manyth row has one fault of several kinds."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    every = rows // faulty if faulty else rows + 1
    for number in range(rows):
        line = [
            f"Given{number}",
            f"Family{number}",
            f"{number % 12 + 1}/{number % 28 + 1}/{1930 + number % 40}",
            f"(503) 555-01{number % 100:02}",
            f"person{number}@family.example",
            ("Female", "male")[number % 2],
            f"M{number:08}",
            f"{100 + number % 500}-{10 + number % 80}-{1000 + number % 8000}",
            "Low salt",
            ("None yet", "loaned")[number % 2],
        ]
        if faulty and number % every == 0 and number // every < faulty:
            place, text = FAULTS[number // every % len(FAULTS)]
            line[place] = text
        writer.writerow(line)
    return out.getvalue().encode()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=5_000)
    asked.add_argument("--faulty", type=int, default=200)
    given = asked.parse_args()
    database.start()
    application = create_app()
    with application.app_context():
        security.synchronise_permissions()
    organization_id, user_id = found_agency()
    before = counted(organization_id)
    content = sheet(given.rows, given.faulty)
    began = time.perf_counter()
    with timed("reading the file and keeping its rows"):
        import_id = upload(application, organization_id, user_id, content)
    for state in (ImportState.CHECKING, ImportState.RUNNING):
        with timed(state.value):
            step(application, organization_id, import_id, state)
    whole = time.perf_counter() - began
    states = result(organization_id, import_id)
    made = counted(organization_id)
    with timed("undoing"):
        step(application, organization_id, import_id, ImportState.UNDOING)
    after = counted(organization_id)
    print(f"{given.rows:,} rows in {whole:.1f} s, {given.rows / whole:.0f} a second; {dict(states)}")
    print(f"clients and steps of histories before {before}, after {made}, undone {after}")
    print(json.dumps({"rows": given.rows, "seconds": round(whole, 1), "states": dict(states)}))
    return 0 if before == after and states["faulty"] == given.faulty else 1


def found_agency() -> tuple[Any, int]:
    """A new agency with a field of its own; its id and its administrator's."""
    slug = f"import-{uuid7().hex[-12:]}"
    people = {"administrator_first_name": "Ida", "administrator_last_name": "Import"}
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        if db.session.get(Organization, tenancy.PLATFORM_ID) is None:
            set_up_platform({**people, "administrator_email": f"operator@{slug}.example"})
        named = {"name": slug, "slug": slug, **people, "administrator_email": f"ida@{slug}.example"}
        organization_id = set_up_organization({**named, "branch_name": "Eastside"}, by=None).id
    with tenancy.acting(organization_id), db.transaction():
        choices = ["None yet", "Loaned", "Own"]
        add_custom_field({"subject": "clients", "label": "Tablet", "kind": "choice", "choices": choices}, by=None)
        return organization_id, db.session.scalar(select(db.User.id))


def upload(application: Any, organization_id: Any, user_id: int, content: bytes) -> Any:
    found = read_sheet(content)
    with application.app_context(), tenancy.acting(organization_id, user_id), db.transaction():
        with as_person(user_id):
            mapping = guess_mapping(found.headers, TARGETS["Clients"].names(), {})
        one = Import(list_name="Clients", file_name="clients.csv", user_id=user_id, mapping=mapping)
        one.headers, one.row_count = found.headers, len(found.rows)
        db.session.add(one)
        db.session.flush()
        for number, cells in found.rows:
            row = ImportRow(import_id=one.id, number=number)
            row.cells = json.dumps(cells)
            db.session.add(row)
            if number % 200 == 0:
                db.session.flush()
        db.session.flush()
        return one.id


def step(application: Any, organization_id: Any, import_id: Any, state: ImportState) -> None:
    """Every portion of the step, each in a transaction of its own."""
    with tenancy.acting(organization_id), db.transaction():
        working.begin(db.session.get(Import, import_id), state)
        user_id = db.session.get(Import, import_id).user_id
    present = state
    while present == state:
        with application.app_context(), tenancy.acting(organization_id, user_id), db.transaction():
            working.work(import_id, state)
            present = db.session.get(Import, import_id).state
            db.session.query(OutboxMessage).delete()


def result(organization_id: Any, import_id: Any) -> Counter[str]:
    with tenancy.acting(organization_id), db.transaction():
        query = select(ImportRow.state, func.count()).where(ImportRow.import_id == import_id).group_by(ImportRow.state)
        return Counter({state.value: count for state, count in db.session.execute(query)})


def counted(organization_id: Any) -> tuple[int, int]:
    with tenancy.acting(organization_id), db.transaction():
        numbers = [db.session.scalar(select(func.count()).select_from(model)) for model in (Client, ClientStatusChange)]
        return numbers[0] or 0, numbers[1] or 0


class timed:  # reads as a sentence where it is used
    """Prints how long the block took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        print(f"{self.what}: {time.perf_counter() - self.began:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
