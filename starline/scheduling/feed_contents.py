"""What stands in a person's calendar: the visits of the last four weeks and all that are made ahead."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from starline.clients.models import Client, ServiceAddress
from starline.core import audit, clock, language
from starline.core.db import User, session
from starline.core.language import _
from starline.organizations.calendar import today, zone_of
from starline.organizations.models import Organization
from starline.organizations.settings import policy, settings_row
from starline.scheduling.making import pattern_of
from starline.scheduling.models import CalendarFeed, Holiday, Visit, VisitSeries
from starline.scheduling.rules.feed import Entry, Repeated, Words, calendar
from starline.scheduling.vocabulary import VOID, OnHolidays
from starline.services.models import ServiceType
from starline.staff.models import StaffMember

SHOWN_BACK = timedelta(weeks=4)
WITH_NAME = "first_name_and_service"


@dataclass(frozen=True, slots=True)
class Style:
    """How the visits of this feed are called."""

    is_for_client: bool
    has_names: bool


def write(feed: CalendarFeed) -> bytes:
    """The calendar, in the language of the person or of the agency. The reading is audited."""
    style = Style(feed.client_id is not None, policy("scheduling_policy")["feed_shows"] == WITH_NAME)
    with language.speaking(_language_of(feed)):
        found = session.execute(_visits_of(feed)).all()
        repeated = _series(feed, {one.series_id for one in found if one.series_id is not None})
        singles, of_series = _sorted(found, repeated, style)
        series = _repeated(repeated, of_series, style)
        name = _("%(agency)s: visits", agency=settings_row().display_name or _agency(feed))
        audit.record_read("calendar_feeds", [feed.id], {one.client_id for one in found})
        return calendar(name, singles, series, zone=zone_of(), today=today())


def _visits_of(feed: CalendarFeed) -> Select[*tuple[Any, ...]]:
    whose = (
        Visit.client_id == feed.client_id
        if feed.client_id is not None
        else Visit.staff_member_id == feed.staff_member_id
    )
    query: Select[*tuple[Any, ...]] = select(
        *(Visit.id, Visit.series_id, Visit.client_id, Visit.occurs_on, Visit.starts_at, Visit.ends_at),
        *(Visit.time_zone, Visit.status, Visit.staff_member_id, Visit.version, Visit.changed_on),
    )
    return _named(query, Visit).where(whose, Visit.ends_at > clock.now() - SHOWN_BACK)


def _named(query: Select[*tuple[Any, ...]], kind: Any) -> Select[*tuple[Any, ...]]:
    """With what an entry may be called: service, town, and the two first names."""
    return (
        query.add_columns(
            ServiceType.name.label("service"),
            ServiceAddress.city.label("city"),
            func.coalesce(Client.preferred_name, Client.first_name).label("client"),
            StaffMember.first_name.label("caregiver"),
        )
        .join(ServiceType, ServiceType.id == kind.service_type_id)
        .join(Client, Client.id == kind.client_id)
        .outerjoin(ServiceAddress, ServiceAddress.id == kind.service_address_id)
        .outerjoin(StaffMember, StaffMember.id == kind.staff_member_id)
    )


def _series(feed: CalendarFeed, numbers: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """The series that are the person's own; visits of another's are theirs one by one."""
    if not numbers:
        return {}
    query = _named(select(VisitSeries), VisitSeries).where(VisitSeries.id.in_(numbers))
    if feed.staff_member_id is not None:
        query = query.where(VisitSeries.staff_member_id == feed.staff_member_id)
    return {row.VisitSeries.id: row for row in session.execute(query.order_by(VisitSeries.id))}


def _sorted(
    found: Collection[Row[Any]], repeated: Mapping[UUID, Row[Any]], style: Style
) -> tuple[list[Entry], dict[UUID, list[Entry]]]:
    """The visits that stand for themselves, and those of each series."""
    singles: list[Entry] = []
    of_series: dict[UUID, list[Entry]] = defaultdict(list)
    for row in found:
        entry = _entry(row, style)
        if row.series_id in repeated:
            of_series[row.series_id].append(entry)
        elif not entry.is_void or row.series_id is None:
            singles.append(entry)
    return singles, of_series


def _entry(row: Row[Any], style: Style) -> Entry:
    return Entry(
        id=row.id,
        day=row.occurs_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.time_zone,
        words=_words(row, style, is_open=row.staff_member_id is None),
        version=row.version,
        changed_at=row.changed_on,
        is_void=row.status in VOID,
    )


def _repeated(repeated: Mapping[UUID, Row[Any]], of_series: Mapping[UUID, list[Entry]], style: Style) -> list[Repeated]:
    newest = _newest_changes(repeated)
    return [
        Repeated(
            id=number,
            pattern=pattern_of(row.VisitSeries),
            words=_words(row, style, is_open=row.VisitSeries.staff_member_id is None),
            version=row.VisitSeries.version,
            began_at=row.VisitSeries.created_on,
            changed_at=max(row.VisitSeries.changed_on, newest[number]),
            entries=of_series[number],
        )
        for number, row in repeated.items()
    ]


def _newest_changes(repeated: Mapping[UUID, Row[Any]]) -> dict[UUID, datetime]:
    """When a visit of each series was changed last, or a holiday on which it pauses."""
    query = select(Visit.series_id, func.max(Visit.changed_on)).where(Visit.series_id.in_(repeated))
    found: dict[Any, datetime] = dict(iter(session.execute(query.group_by(Visit.series_id))))
    holidays = session.scalar(select(func.max(Holiday.changed_on)))
    return {
        number: max(found[number], holidays)
        if holidays is not None and row.VisitSeries.on_holidays == OnHolidays.SKIP
        else found[number]
        for number, row in repeated.items()
    }


def _words(row: Row[Any], style: Style, *, is_open: bool) -> Words:
    """By default nobody who looks over a shoulder learns who is cared for, or how."""
    town = row.city or ""
    if not style.has_names:
        return Words(_("Visit"), town, is_open)
    who = row.caregiver if style.is_for_client else row.client
    return Words(_("%(service)s: %(who)s", service=row.service, who=who) if who else row.service, town, is_open)


def _language_of(feed: CalendarFeed) -> str:
    """The person's own, where they sign in and have chosen one."""
    user_id = feed.staff_member.user_id if feed.staff_member is not None else None
    user = session.get(User, user_id) if user_id is not None else None
    return (user.locale if user is not None else None) or settings_row().locale


def _agency(feed: CalendarFeed) -> str:
    return str(session.get_one(Organization, feed.organization_id).name)
