"""Series: visits that repeat, made ahead by a job, and changed from one visit on, all, or all but those by hand."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from starline.clients.models import Client
from starline.clients.service import locked_client
from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, copied, proposed
from starline.organizations.calendar import today, zone_of
from starline.organizations.settings import policy
from starline.organizations.zones import zone_problem
from starline.scheduling.making import make, pattern_of, realign
from starline.scheduling.models import Visit, VisitSeries
from starline.scheduling.rules.recurrence import Pattern, days, problem_of_rule, settled
from starline.scheduling.visits import check_planned, check_wishes, primary_address
from starline.scheduling.vocabulary import Reach

TOGETHER = 100
"""So many series' visits are made in one go."""
SETTLED = ("rule", "starts_on", "ends_on")
"""What a series has otherwise than it was typed, so that calendars like it."""


def add_series(values: Mapping[str, Any], *, by: int | None) -> VisitSeries:
    """Begin a series and make its visits some weeks ahead; those whose caregiver is elsewhere are open."""
    client = locked_client(values["client_id"])
    given = {**values, "time_zone": values.get("time_zone") or zone_of(client.branch_id)}
    given["service_address_id"] = given.get("service_address_id") or primary_address(client.id)
    check_wishes(client, given).refuse()
    series = VisitSeries(**_checked(given), made_until=horizon(client.branch_id))
    session.add(series)
    session.flush()
    events.record("visit_series:added", series)
    make({series: series.starts_on})
    return series


def update_series(series: VisitSeries, values: Mapping[str, Any], *, by: int | None) -> VisitSeries:
    """Change all visits to come but those changed by hand. What has begun or is past stays."""
    return _changed(_locked(series.id), values)


def change(
    visit: Visit, values: Mapping[str, Any], *, reach: Reach, by: int | None, overrides_hand: bool = False
) -> VisitSeries:
    """Change the series of a visit: from that visit on, all of it, or all but the visits changed by hand.

    `values` are the series' own: rule, times of day, service, address, caregiver, note, last day. The visit itself
    takes them even if it was changed by hand; others that were do where `overrides_hand` says so, or `reach` is all.
    """
    if visit.series_id is None:
        raise Conflict("This visit is changed for itself.")
    series = _locked(visit.series_id)
    session.refresh(visit)
    check_planned(visit)
    if reach is Reach.FOLLOWING:
        series = _split(series, visit.occurs_on)
    visit.is_changed = False
    session.flush()
    everywhere = overrides_hand or reach is Reach.ALL
    return _changed(series, values, overrides_hand=everywhere)


def remove_series(series: VisitSeries, *, by: int | None) -> None:
    """Take back a series of which nothing has begun and nobody has changed anything."""
    series = _locked(series.id)
    visits = list(session.scalars(select(Visit).where(Visit.series_id == series.id).with_for_update()))
    if any(not one.is_planned or one.is_changed or one.starts_at <= clock.now() for one in visits):
        raise Conflict("Visits of this series have begun or were changed; end the series instead.")
    events.record("visit_series:removed", series)
    for one in visits:
        session.delete(one)
    session.flush()
    session.delete(series)
    session.flush()


def make_all_ahead() -> int:
    """Make the visits of every series up to the agency's horizon; how many are new. Twice changes nothing."""
    goes_on = (VisitSeries.ends_on.is_(None)) | (VisitSeries.ends_on > VisitSeries.made_until)
    numbers = session.scalars(select(VisitSeries.id).where(goes_on).order_by(VisitSeries.id)).all()
    portions = [numbers[start : start + TOGETHER] for start in range(0, len(numbers), TOGETHER)]
    return sum(_make_ahead(some) for some in portions)


def horizon(branch_id: UUID | None) -> date:
    """The last day for which visits of a branch's clients are made now."""
    weeks: int = policy("scheduling_policy")["weeks_ahead"]
    return today(branch_id) + timedelta(weeks=weeks)


def _make_ahead(numbers: Sequence[UUID]) -> int:
    query = select(VisitSeries, Client.branch_id).join(Client, Client.id == VisitSeries.client_id)
    query = query.where(VisitSeries.id.in_(numbers)).order_by(VisitSeries.id).with_for_update(of=VisitSeries)
    firsts, horizons = {}, {}
    for one, branch_id in session.execute(query.execution_options(populate_existing=True)):
        if branch_id not in horizons:
            horizons[branch_id] = horizon(branch_id)
        if one.made_until < horizons[branch_id]:
            firsts[one] = max(one.starts_on, one.made_until + timedelta(days=1))
            one.made_until = horizons[branch_id]
    session.flush()
    return make(firsts)


def _changed(series: VisitSeries, values: Mapping[str, Any], *, overrides_hand: bool = False) -> VisitSeries:
    if values.get("client_id", series.client_id) != series.client_id:
        raise invalid("client_id", "A series stays with its client; begin one for the other client.")
    client = locked_client(series.client_id)
    kept = {name: value for name, value in values.items() if name != "time_zone" or value}
    check_wishes(client, kept).refuse()
    checked = _checked(proposed(series, kept))
    assign(series, {name: checked[name] for name in {*kept, *SETTLED}})
    series.made_until = max(series.made_until, horizon(client.branch_id))
    session.flush()
    realign(series, overrides_hand=overrides_hand)
    events.record("visit_series:changed", series)
    return series


def _split(series: VisitSeries, day: date) -> VisitSeries:
    """End the series before `day` and let another go on from there, with the visits that are there already."""
    if day <= series.starts_on:
        return series
    following = days(pattern_of(series), day, day + timedelta(days=366 * 2))
    if not following:
        raise Conflict("No visit of the series follows; change this one for itself.")
    same = copied(series, without=("starts_on", "follows_id"))
    after = VisitSeries(**same, starts_on=following[0], follows_id=series.id)
    session.add(after)
    series.ends_on = day - timedelta(days=1)
    session.flush()
    for visit in session.scalars(select(Visit).where(Visit.series_id == series.id, Visit.occurs_on >= day)):
        visit.series_id = after.id
    session.flush()
    events.record("visit_series:split", after)
    return after


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """`values` with the rule as calendars like it. Raises `Invalid` with everything that is wrong."""
    problems = Problems()
    wrong = problem_of_rule(values["rule"])
    if wrong:
        problems.add("rule", wrong)
    zone = zone_problem(values["time_zone"])
    if zone:
        problems.add("time_zone", _(zone))
    if values.get("ends_on") and values["ends_on"] < values["starts_on"]:
        problems.add("ends_on", "The last day can't come before the first.")
    problems.refuse()
    hours = values["starts_time"], values["ends_time"], values["time_zone"]
    pattern = settled(Pattern(values["rule"], values["starts_on"], *hours, values.get("ends_on")))
    if pattern is None:
        raise invalid("rule", "No visit falls on the days of this series; look at its rule, first and last day.")
    return values | {name: getattr(pattern, name) for name in SETTLED}


def _locked(series_id: UUID) -> VisitSeries:
    found = session.get(VisitSeries, series_id, with_for_update=True, populate_existing=True)
    assert found is not None, "a series is there as long as its visits are"
    return found
