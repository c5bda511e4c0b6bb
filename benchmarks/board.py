"""How long the schedule board takes: its data for 200 caregivers and two weeks, and how smoothly a visit is dragged.

    .venv/bin/python benchmarks/board.py [--caregivers 200] [--visits 3000] [--times 200]

Whole requests to `/api/v1/schedule/` through the application, without a socket: the person, the permissions, the
statement as the runtime role under row-level security, the audit row. Then chromium, where there is one, draws the same
board at 1440 x 900 and carries a visit over it; frames are those that the browser's own clock gives.
The targets are under 300 ms at the 95th percentile, under 600 kB, and above 50 frames a second.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import statistics
import time
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

os.environ |= {f"STARLINE_RATE_LIMIT_{who}": "1000000" for who in ("USER", "ORGANIZATION", "ADDRESS")}

import database
import people
from importing import found_agency
from playwright.sync_api import sync_playwright
from sqlalchemy import insert, select
from werkzeug.serving import make_server

import starline.subscribers  # noqa: F401  (set-up needs what other domains add)
from app import create_app
from starline.clients.models import Client
from starline.core import db, tenancy
from starline.core.identifiers import uuid7
from starline.identity import sessions, tokens
from starline.identity.attempts import Origin
from starline.organizations.calendar import today
from starline.organizations.models import Branch, Organization
from starline.scheduling.models import Visit
from starline.services.models import ServiceType
from starline.staff.models import StaffMember

ZONE = "America/New_York"
DAYS = 14
WATCH = """() => { window.frames_seen = []; const tell = (at) => { window.frames_seen.push(at);
  window.watching = requestAnimationFrame(tell); }; window.watching = requestAnimationFrame(tell); }"""
SECONDS_DRAGGED = 4


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--caregivers", type=int, default=200)
    asked.add_argument("--visits", type=int, default=3_000)
    asked.add_argument("--times", type=int, default=200)
    given = asked.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = database.start()
    people.write_permissions()
    organization_id, user_id = found_agency()
    with tenancy.acting(organization_id, user_id), db.transaction():
        first = today() - timedelta(days=(today().weekday() + 1) % 7)
        plan(first, given.caregivers, given.visits)
        slug = db.session.get(Organization, organization_id).slug
        user = db.session.get(db.User, user_id)
        user.active = True
        opened = sessions.start(user, origin=Origin("api"), has_second_factor=True)
        session_id, token = opened.id, tokens.access_token(opened)
    with database.superuser(server) as run:
        run.execute("VACUUM ANALYZE visits")
    application, host = create_app(), f"{slug}.localhost"
    is_good = requests(application, host, token, first, given.times, database.postmaster(server))
    is_good &= frames(application, host, session_id)
    db.engine().dispose()
    server.stop()
    return 0 if is_good else 1


def plan(first: Any, caregivers: int, count: int) -> None:
    """So many visits of two weeks, evenly given to the caregivers, no two at once; one in twenty is open."""
    branch_id, service_ids = db.session.scalar(select(Branch.id)), list(db.session.scalars(select(ServiceType.id)))
    staff = [
        StaffMember(first_name=f"Given{number}", last_name=f"Aide{number:03}", branch_id=branch_id, discipline="hha",
                    position="Aide", hired_on=first)
        for number in range(caregivers)
    ]  # fmt: skip
    clients = [
        Client(first_name=f"Given{number}", last_name=f"Client{number:03}", branch_id=branch_id, birth_date=first)
        for number in range(caregivers)
    ]
    db.session.add_all([*staff, *clients])
    db.session.flush()
    db.session.execute(insert(Visit), [_visit(first, number, staff, clients, service_ids) for number in range(count)])


def _visit(first: Any, number: int, staff: list[Any], clients: list[Any], services: list[Any]) -> dict[str, Any]:
    turn = number // len(staff)
    day = first + timedelta(days=turn % DAYS)
    hour = 7 + 3 * (turn // DAYS)
    starts_at = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(ZONE))
    return {
        "id": uuid7(),
        "client_id": clients[number % len(clients)].id,
        "service_type_id": services[number % len(services)],
        "staff_member_id": staff[number % len(staff)].id if number % 20 else None,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "time_zone": ZONE,
        "occurs_on": day,
        "status": "scheduled",
        "version": 1,
    }


def requests(application: Any, host: str, token: str, first: Any, times: int, postmaster: int) -> bool:
    client, taken, size = application.test_client(), [], 0
    own, backend = time.thread_time(), database.tree_cpu(postmaster)
    for turn in range(times + 10):
        began = time.perf_counter()
        answer = client.get(
            "/api/v1/schedule/",
            query_string={"first": first.isoformat(), "days": DAYS},
            headers={"Authorization": f"Bearer {token}"},
            base_url=f"http://{host}",
        )
        spent = time.perf_counter() - began
        assert answer.status_code == 200, answer.text
        size = len(answer.data)
        if turn >= 10:
            taken.append(spent * 1000)
    own, backend = time.thread_time() - own, database.tree_cpu(postmaster) - backend
    cuts, told = statistics.quantiles(taken, n=100), answer.json
    print(f"{len(told['caregivers'])} caregivers, {len(told['visits']):,} visits, {size / 1000:.0f} kB")
    print(f"median {statistics.median(taken):.0f} ms, 95 % {cuts[94]:.0f} ms, 99 % {cuts[98]:.0f} ms")
    each = [one * 1000 / (times + 10) for one in (own, backend)]
    print(f"CPU of a request: {each[0]:.0f} ms of Python's, {each[1]:.0f} ms of PostgreSQL's")
    return cuts[94] < 300 and size < 600_000


def frames(application: Any, host: str, session_id: Any) -> bool:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no chromium on this machine: dragging was not measured.")
        return True
    browser_client = application.test_client()
    with browser_client.session_transaction(base_url=f"http://{host}") as session:
        session["session_id"] = str(session_id)
    cookie = browser_client.get_cookie("session", domain=host)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://{host}:{server.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=base)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": base}])
        rate, drawn = _drag(context.new_page())
        browser.close()
    server.shutdown()
    print(f"drawn {drawn:.0f} ms after the page was asked for; dragging: {rate:.0f} frames a second")
    return rate > 50


def _drag(page: Any) -> tuple[float, float]:
    began = time.perf_counter()
    page.goto("/schedule/?span=fortnight")
    page.wait_for_selector("[data-schedule][data-loaded]")
    drawn = (time.perf_counter() - began) * 1000
    box = page.locator(".s-row:not(.is-lane) .s-visit").first.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.evaluate(WATCH)
    until, step = time.monotonic() + SECONDS_DRAGGED, 0
    while time.monotonic() < until:
        step += 1
        page.mouse.move(480 + (step * 7) % 860, 470 + (step * 3) % 380)
    seen = page.evaluate("() => { cancelAnimationFrame(window.watching); return window.frames_seen; }")
    page.keyboard.press("Escape")
    page.mouse.up()
    return (len(seen) - 1) * 1000 / (seen[-1] - seen[0]), drawn


if __name__ == "__main__":
    raise SystemExit(main())
