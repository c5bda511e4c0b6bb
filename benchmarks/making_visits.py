"""How long the nightly job takes to make the visits of many series; and that the second time nothing happens.

    .venv/bin/python benchmarks/making_visits.py [--series 500] [--weeks 8]

The target is under 10 seconds for 500 series and eight weeks, on two cores.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import time as time_of_day
from datetime import timedelta
from typing import Any

import database
from importing import found_agency
from sqlalchemy import func, select

import starline.subscribers  # noqa: F401  (set-up needs what other domains add)
from starline.clients.models import Client
from starline.core import db, tenancy
from starline.core.identifiers import uuid7
from starline.organizations import preferences
from starline.organizations.calendar import today
from starline.organizations.models import Branch
from starline.scheduling import series
from starline.scheduling.models import Visit, VisitSeries
from starline.services.models import ServiceType
from starline.staff.models import StaffMember

RULES = ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=500)
    asked.add_argument("--weeks", type=int, default=8)
    given = asked.parse_args()
    database.start()
    organization_id, _user_id = found_agency()
    with tenancy.acting(organization_id), db.transaction():
        plan(given.series, given.weeks)
    seconds, made = run(organization_id)
    again, more = run(organization_id)
    with tenancy.acting(organization_id), db.transaction():
        count = db.session.scalar(select(func.count()).select_from(Visit))
    print(f"{given.series} series, {made:,} visits in {seconds:.1f} s; the second time {more} in {again:.1f} s")
    print(json.dumps({"series": given.series, "visits": count, "seconds": round(seconds, 1), "again": round(again, 1)}))
    return 0 if more == 0 and count == made else 1


def plan(count: int, weeks: int) -> None:
    """Series of as many clients, shared by a fifth as many caregivers, of which no visit has been made yet."""
    preferences.update_settings({"scheduling_policy": {"weeks_ahead": weeks}}, by=None)
    branch_id, service_id = db.session.scalar(select(Branch.id)), db.session.scalar(select(ServiceType.id))
    people = [
        StaffMember(
            first_name=f"Given{number}",
            last_name="Aide",
            branch_id=branch_id,
            discipline="hha",
            position="Aide",
            hired_on=today(),
        )
        for number in range(count // 5)
    ]
    db.session.add_all(people)
    for number in range(count):
        client = Client(first_name=f"Given{number}", last_name="Client", branch_id=branch_id, birth_date=today())
        hour = 6 + 2 * (number // max(len(people), 1))
        db.session.add_all([client, _series(client, people[number % len(people)], service_id, number, hour)])
    db.session.flush()


def _series(client: Client, person: StaffMember, service_id: Any, number: int, hour: int) -> VisitSeries:
    return VisitSeries(
        id=uuid7(),
        client_id=client.id,
        staff_member_id=person.id,
        service_type_id=service_id,
        rule=RULES[number % len(RULES)],
        starts_on=today() + timedelta(days=1),
        starts_time=time_of_day(hour),
        ends_time=time_of_day(hour + 2),
        time_zone="America/New_York",
        made_until=today(),
    )


def run(organization_id: Any) -> tuple[float, int]:
    began = time.perf_counter()
    with tenancy.acting(organization_id), db.transaction():
        made = series.make_all_ahead()
    return time.perf_counter() - began, made


if __name__ == "__main__":
    raise SystemExit(main())
