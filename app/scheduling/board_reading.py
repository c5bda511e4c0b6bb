"""What the schedule board shows: the visits of some days with the people they are about, in one statement.

PostgreSQL writes the JSON. People and services come once and visits name them by their places in those lists, so that
three thousand visits stay well under 600 kB. Times are those on the wall where the visit takes place.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core import branches
from app.core.fields import label_expression
from app.core.query import BranchParameters, ScopeParameters, audited, compiled
from app.core.reading import read_document
from starline.clients.models import Client
from starline.core import clock
from starline.core.statements import Statement
from starline.identity.viewer import Viewer
from starline.scheduling.models import Visit
from starline.services.models import ServiceType
from starline.staff.models import StaffMember, TimeOff
from starline.staff.vocabulary import Discipline, StaffStatus, TimeOffStatus

LONGEST = 42
"""Days that one request may ask for: a month with the weeks that it begins and ends in."""
_FIRST = sa.cast(sa.bindparam("first", type_=sa.Date), sa.Date)
_UNTIL = sa.cast(sa.bindparam("until", type_=sa.Date), sa.Date)
OVERLAP = timedelta(seconds=15)
"""A change is answered again for so long, as its transaction may end after others that began later."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """All of a request but its values. `lists_staff`: also caregivers without a visit; `tells_absence`: who is off."""

    scope: str
    in_branch: bool
    lists_staff: bool
    tells_absence: bool
    is_news: bool


def read_board(first: date, days: int, *, since: datetime | None = None) -> str:
    """The days from `first` as JSON; `since` an answer's mark, only what was changed after it. Audited."""
    branch = branches.shown_branch()

    def make(viewer: Viewer) -> Statement:
        lists_staff = since is None and viewer.can("read", "StaffMembers")
        tells = lists_staff and viewer.can("read", "TimeOffRequests")
        return _statement(_Shape(viewer.scope, branch is not None, lists_staff, tells, since is not None))

    values: dict[str, Any] = {
        "first": first,
        "until": first + timedelta(days=days),
        "days": days,
        "mark": clock.now().isoformat(),
        "changed_after": (since - OVERLAP) if since else None,
        "shown_branch_id": str(branch.id) if branch else None,
    }
    document, _rows = read_document(make, values)
    return document or "{}"


@lru_cache(maxsize=64)
def _statement(shape: _Shape) -> Statement:
    constants: dict[str, Any] = {}
    parts = [
        _part("staff", _staff(shape), constants),
        _part("clients_of", _named(Client, "client"), constants),
        _part("services", _named(ServiceType, "service_type_id", ServiceType.__table__.c.color), constants),
    ]
    text = audited("visits", compiled(_visits(shape), constants), _DOCUMENT, clients=_CLIENTS, more="".join(parts))
    if shape.is_news:  # a question that found nothing new has shown nothing
        text = text.replace(" FROM page HAVING", " FROM page HAVING count(*) > 0 AND", 1)
    return Statement(text, constants)


def _visits(shape: _Shape) -> Any:
    """The visits that lie on the days, by the clocks where they take place."""
    one = Visit.__table__
    begins, ends = (sa.func.timezone(one.c.time_zone, at) for at in (one.c.starts_at, one.c.ends_at))
    around = sa.and_(  # what the index finds: the day of a zone is at most a day away
        one.c.starts_at >= sa.cast(_FIRST, sa.DateTime(timezone=True)) - sa.literal_column("interval '2 days'"),
        one.c.starts_at < sa.cast(_UNTIL, sa.DateTime(timezone=True)) + sa.literal_column("interval '1 day'"),
    )
    query = sa.select(
        one.c.id,
        one.c.client_id.label("client"),
        *(one.c[name] for name in ("staff_member_id", "service_type_id", "starts_at", "status", "version")),
        begins.label("begins"),
        ends.label("ends"),
        (sa.extract("epoch", one.c.ends_at - one.c.starts_at) / 60).label("minutes"),
        one.c.series_id.is_not(None).label("repeats"),
        (sa.func.cardinality(one.c.overridden) > 0).label("overridden"),
    ).where(
        one.c.organization_id == sa.bindparam("organization_id", type_=sa.Uuid),
        around,
        begins < sa.cast(_UNTIL, sa.DateTime),
        ends > sa.cast(_FIRST, sa.DateTime),
        sa.text("(SELECT value FROM newest) = :version").bindparams(sa.bindparam("version")),
        *_scopes(Visit, shape),
    )
    if shape.is_news:
        query = query.where(one.c.changed_on > sa.bindparam("changed_after", type_=sa.DateTime(timezone=True)))
    return query.order_by(one.c.starts_at, one.c.id)


def _staff(shape: _Shape) -> Any:
    """Those whom the visits are given to, and whoever else could have some."""
    one = StaffMember.__table__
    wanted = one.c.id.in_(_of_page("staff_member_id"))
    if shape.lists_staff:
        works = sa.and_(one.c.status != StaffStatus.TERMINATED, one.c.discipline != Discipline.OFFICE)
        wanted = sa.or_(wanted, sa.and_(works, *_scopes(StaffMember, shape)))
    label = label_expression(StaffMember, one)
    absence = _absence(one) if shape.tells_absence else sa.null()
    order = (one.c.last_name, one.c.first_name, one.c.id)
    return sa.select(
        one.c.id,
        label.label("name"),
        one.c.discipline,
        absence.label("away"),
        (sa.func.row_number().over(order_by=order) - 1).label("place"),
    ).where(one.c.organization_id == sa.bindparam("organization_id", type_=sa.Uuid), wanted)


def _absence(member: Any) -> Any:
    one = TimeOff.__table__
    spans = sa.func.json_agg(sa.func.json_build_array(one.c.starts_on, one.c.ends_on))
    return (
        sa.select(spans)
        .where(
            one.c.organization_id == member.c.organization_id,
            one.c.staff_member_id == member.c.id,
            one.c.status == TimeOffStatus.APPROVED,
            one.c.starts_on < _UNTIL,
            one.c.ends_on >= _FIRST,
        )
        .scalar_subquery()
    )


def _named(model: Any, key: str, *more: Any) -> Any:
    """The rows of `model` that the visits name."""
    one = model.__table__
    label = label_expression(model, one)
    place = sa.func.row_number().over(order_by=(label, one.c.id)) - 1
    return sa.select(one.c.id, label.label("name"), *more, place.label("place")).where(
        one.c.organization_id == sa.bindparam("organization_id", type_=sa.Uuid),
        one.c.id.in_(_of_page(key)),
    )


def _of_page(key: str) -> Any:
    return sa.select(sa.column(key)).select_from(sa.table("page"))


def _scopes(model: Any, shape: _Shape) -> list[Any]:
    """What record scope and the chosen branch leave of the model's rows."""
    found = [model.visible_to(ScopeParameters(shape.scope))]
    if shape.in_branch:
        found.append(model.visible_to(BranchParameters()))
    return [one for one in found if one is not None]


def _part(name: str, query: Any, constants: dict[str, Any]) -> str:
    """One part of the WITH list; its constants get names of their own, as each part counts them from one."""
    own: dict[str, Any] = {}
    text = compiled(query, own)
    for key in own:
        text = text.replace(f"%({key})s", f"%({name}_{key})s")
    constants |= {f"{name}_{key}": value for key, value in own.items()}
    return f"{name} AS MATERIALIZED ({text}),\n"


_CLIENTS = "array_agg(DISTINCT page.client)"
# Put together as text, which takes PostgreSQL a third of the time: nothing in it could need escaping.
_VISIT = """concat(
  '{"id":"', page.id, '","client":', clients_of.place, ',"caregiver":' || staff.place, ',"service":', services.place,
  ',"from":"', to_char(page.begins, 'YYYY-MM-DD"T"HH24:MI'), '","to":"', to_char(page.ends, 'HH24:MI'),
  '","minutes":', page.minutes::int, ',"status":"', page.status, '","version":', page.version,
  CASE WHEN page.repeats THEN ',"repeats":true' END, CASE WHEN page.overridden THEN ',"overridden":true' END, '}')"""
_DOCUMENT = f"""json_build_object(
  'first', %(first)s::date, 'days', %(days)s::int, 'mark', %(mark)s::text,
  'caregivers', coalesce((SELECT json_agg(json_strip_nulls(json_build_object(
    'id', id, 'name', name, 'discipline', discipline, 'away', away)) ORDER BY place) FROM staff), '[]'::json),
  'clients', coalesce((SELECT json_agg(json_build_object('id', id, 'name', name) ORDER BY place)
    FROM clients_of), '[]'::json),
  'services', coalesce((SELECT json_agg(json_build_object('id', id, 'name', name, 'color', color) ORDER BY place)
    FROM services), '[]'::json),
  'visits', (SELECT concat('[', string_agg({_VISIT}, ',' ORDER BY page.starts_at, page.id), ']')::json FROM page
    JOIN clients_of ON clients_of.id = page.client JOIN services ON services.id = page.service_type_id
    LEFT JOIN staff ON staff.id = page.staff_member_id))"""
