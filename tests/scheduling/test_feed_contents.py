"""A person's calendar holds exactly the person's visits, as they stand in the database."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from starline.clients.models import Client
from starline.core import clock
from starline.core.db import session
from starline.core.errors import Conflict, Invalid
from starline.organizations import preferences
from starline.scheduling import feed_contents, feeds, holidays, series, visits
from starline.scheduling.models import CalendarFeed, Visit, VisitSeries
from starline.scheduling.vocabulary import VOID, OnHolidays, Reach
from starline.staff.models import StaffMember
from tests.clients.factories import an_active_client
from tests.organizations.factories import a_staff_member
from tests.scheduling.factories import a_series, a_visit, at, visits_of
from tests.scheduling.test_feeds import read
from tests.services.factories import a_service

CLIENTS, CAREGIVERS, SERIES, EDITS = 25, 70, 100, 80
ZONES = ("America/New_York", "Europe/Berlin", "America/Los_Angeles")
RULES = (
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;BYDAY=SU"),
    *("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=MO,SU"),
)
HOURS = (time(22), time(6), time(8), time(12), time(1, 30), time(2, 30), time(2), time(3), time(14, 15), time(0))
WHAT = ("hand", "moved", "given", "taken off", "cancel", "reinstate", "all", "all_unchanged", "following", "end")


def content(feed: CalendarFeed) -> list[tuple[datetime, datetime, str]]:
    return read(feed_contents.write(feed))


def rows(condition: Any) -> list[tuple[datetime, datetime, str]]:
    """The visits that take place, of the feed's window."""
    query = select(Visit).where(condition, Visit.status.not_in(VOID))
    found = session.scalars(query.where(Visit.ends_at > clock.now() - feed_contents.SHOWN_BACK))
    return sorted((one.starts_at.astimezone(UTC), one.ends_at.astimezone(UTC), "Visit") for one in found)


@pytest.mark.parametrize("begins", [date(2026, 10, 5), date(2027, 2, 15)], ids=["autumn", "spring"])
def test_a_hundred_series_whatever_was_done_to_them_are_read_as_they_stand(
    harbor: Any, monkeypatch: pytest.MonkeyPatch, begins: date
) -> None:
    """Eight weeks over a change of clocks, in three zones; twice a hundred series, and the same again each time."""
    now = datetime.combine(begins, time(12), UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    chance = random.Random(begins.toordinal())
    clients = [an_active_client() for _number in range(CLIENTS)]
    people = [a_staff_member() for _number in range(CAREGIVERS)]
    made = _some_series(chance, clients, people)
    done = 0
    for number in range(EDITS):
        done += _edit(chance, people, f"edit {number}")
        if number % 40 == 39:
            now += timedelta(days=3)
            monkeypatch.setattr(clock, "now", lambda now=now: now)
            series.make_all_ahead()
    assert len(made) == SERIES and done > EDITS / 2
    _compare(clients, people)


def _some_series(chance: random.Random, clients: list[Client], people: list[StaffMember]) -> list[VisitSeries]:
    service = a_service()
    holidays.add_holiday({"name": "Feast", "held_on": clock.today() + timedelta(days=20)}, by=None)
    caregivers = [*(one.id for one in people), None]  # nearly one for each: who is elsewhere is asked for one by one
    return [
        a_series(
            clients[number % CLIENTS],
            rule=chance.choice(RULES),
            starts_on=clock.today() + timedelta(days=chance.randint(-20, 15)),
            starts_time=chance.choice(HOURS),
            ends_time=chance.choice(HOURS),
            time_zone=ZONES[number % len(ZONES)],
            staff_member_id=caregivers[number % len(caregivers)],
            on_holidays=chance.choice(list(OnHolidays)),
            service_type_id=service.id,
        )
        for number in range(SERIES)
    ]


def _edit(chance: random.Random, people: list[StaffMember], note: str) -> bool:
    """One thing that somebody does to a visit, its series, or what follows; whether it was allowed."""
    to_come = select(Visit.id).where(Visit.starts_at > clock.now()).order_by(Visit.starts_at, Visit.id)
    visit = session.get_one(Visit, chance.choice(session.scalars(to_come).all()))
    what = chance.choice(WHAT)
    try:
        with session.begin_nested():
            _do(chance, what, visit, people, note)
    except (Conflict, Invalid):
        return False
    return True


def _do(chance: random.Random, what: str, visit: Visit, people: list[StaffMember], note: str) -> None:
    if what in ("hand", "moved", "given"):
        later = visit.starts_at + timedelta(minutes=chance.randint(-600, 600))
        length = timedelta(minutes=chance.randint(15, 600))
        values: dict[str, Any] = {
            "hand": {"note": note},
            "moved": {"starts_at": later, "ends_at": later + length},
            "given": {"staff_member_id": chance.choice(people).id},
        }[what]
        visits.update_visit(visit, {**values, "override_reason": note}, by=None)
    elif what == "taken off":
        visits.take_off(visit, by=None)
    elif what == "cancel":
        visits.cancel(visit, by=None)
    elif what == "reinstate":
        visits.reinstate(visit, by=None)
    elif what == "end":
        series.change(visit, {"ends_on": visit.occurs_on}, reach=Reach.ALL, by=None)
    else:
        values = {"rule": chance.choice(RULES), "starts_time": chance.choice(HOURS), "ends_time": chance.choice(HOURS)}
        wanted = chance.sample(sorted(values), chance.randint(1, 3))
        reach = Reach(what)
        series.change(visit, {name: values[name] for name in wanted}, reach=reach, by=None)


def _compare(clients: list[Client], people: list[StaffMember]) -> None:
    seen = 0
    for client in clients:
        expected = rows(Visit.client_id == client.id)
        assert content(feeds.make({"client_id": client.id}, by=None)) == expected
        seen += len(expected)
    for person in people:
        assert content(feeds.make({"staff_member_id": person.id}, by=None)) == rows(Visit.staff_member_id == person.id)
    assert seen > 10 * SERIES


def test_a_visit_that_was_given_to_somebody_else_leaves_the_one_calendar_for_the_other(harbor: Any) -> None:
    maria, lena = a_staff_member(first_name="Maria"), a_staff_member(first_name="Lena")
    one = a_series(staff_member_id=maria.id)
    own, others = (feeds.make({"staff_member_id": person.id}, by=None) for person in (maria, lena))
    before = content(own)
    assert len(before) == len(visits_of(one)) and content(others) == []
    third = visits_of(one)[2]
    visits.update_visit(third, {"staff_member_id": lena.id}, by=None)
    assert content(others) == [(third.starts_at, third.ends_at, "Visit")]
    assert content(own) == [line for line in before if line not in content(others)]
    assert len(Calendar.from_ical(feed_contents.write(own)).walk("VEVENT")) == 1


def test_every_change_raises_the_sequence(harbor: Any) -> None:
    client = an_active_client()
    one = a_series(client, on_holidays=OnHolidays.SKIP)
    single = a_visit(client, day=3, hours=(14, 15))
    feed = feeds.make({"client_id": client.id}, by=None)
    found = [_sequences(feed)]
    changes: tuple[Callable[[], Any], ...] = (
        lambda: visits.cancel(visits_of(one)[3], by=None),
        lambda: visits.update_visit(single, {"note": "Bring the scale."}, by=None),
        lambda: series.update_series(one, {"ends_time": time(12)}, by=None),
        lambda: holidays.add_holiday({"name": "Feast", "held_on": at(9, 9).date()}, by=None),
    )
    for number, change in enumerate(changes):
        with clock.frozen(clock.now() + timedelta(minutes=number + 1)):
            change()
            found.append(_sequences(feed))
    repeated, alone = zip(*found, strict=True)
    assert repeated[0] < repeated[1] == repeated[2] < repeated[3] < repeated[4]
    assert alone[0] == alone[1] < alone[2] == alone[3] == alone[4]


def _sequences(feed: CalendarFeed) -> tuple[int, int]:
    """Of the series, and of the visit that stands for itself."""
    found = {
        "RRULE" in one: int(one["SEQUENCE"]) for one in Calendar.from_ical(feed_contents.write(feed)).walk("VEVENT")
    }
    return found[True], found[False]


def test_by_default_nobody_learns_who_is_cared_for_or_how(harbor: Any) -> None:
    maria = a_staff_member(first_name="Maria")
    client = an_active_client(first_name="Rosalind", last_name="Featherstone")
    service = a_service(name="Wound care")
    a_series(client, staff_member_id=maria.id, service_type_id=service.id, note="Ring twice; she is deaf.")
    for feed in (feeds.make({"staff_member_id": maria.id}, by=None), feeds.make({"client_id": client.id}, by=None)):
        text = feed_contents.write(feed).decode()
        assert "SUMMARY:Visit\r\n" in text and "LOCATION:Portland\r\n" in text
        assert not [word for word in ("Rosalind", "Featherstone", "Wound", "Elm", "deaf", "Maria") if word in text]


def test_an_agency_may_show_first_names_and_services(harbor: Any) -> None:
    preferences.update_settings({"scheduling_policy": {"feed_shows": "first_name_and_service"}}, by=None)
    maria = a_staff_member(first_name="Maria", last_name="Okafor")
    client = an_active_client(first_name="Rosalind", last_name="Featherstone")
    one = a_series(client, staff_member_id=maria.id, service_type_id=a_service(name="Wound care").id)
    visits.take_off(visits_of(one)[2], by=None)
    hers = feed_contents.write(feeds.make({"staff_member_id": maria.id}, by=None)).decode()
    theirs = feed_contents.write(feeds.make({"client_id": client.id}, by=None)).decode()
    assert "SUMMARY:Wound care: Rosalind\r\n" in hers and "SUMMARY:Wound care: Maria\r\n" in theirs
    assert "SUMMARY:Wound care\r\n" in theirs and "STATUS:TENTATIVE" in theirs
    assert "Featherstone" not in hers + theirs and "Okafor" not in hers + theirs


def test_a_calendar_speaks_the_agencys_language(harbor: Any) -> None:
    preferences.update_settings({"locale": "es"}, by=None)
    assert b"Harbor" in feed_contents.write(feeds.make({"client_id": a_visit().client_id}, by=None))


def test_a_calendar_without_visits_is_one(harbor: Any) -> None:
    body = feed_contents.write(feeds.make({"client_id": an_active_client().id}, by=None))
    read_by_another = Calendar.from_ical(body)
    assert read_by_another.walk("VEVENT") == [] and len(read_by_another.walk("VTIMEZONE")) == 1
