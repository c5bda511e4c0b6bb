"""Figures and charts that resources declare, counted within the viewer's permissions, scope and branch.

All figures of a page are one statement. Each leads to the list that it counts, and says the same number there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask_babel import format_date
from werkzeug.datastructures import MultiDict

from app.core import branches
from app.core.access import may
from app.core.display import choice_label
from app.core.parameters import ListRequest, read_list_request
from app.core.profile import current_profile
from app.core.reading import count_all
from app.core.resource import Chart, Count, Resource, Week, registry
from app.core.security import required_viewer
from starline.core import clock
from starline.core.db import session
from starline.core.language import gettext as _

MOST_FIGURES, MOST_CHARTS, WEEKS = 8, 2, 12
NO_TONE = "accent"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Figure:
    """How many rows of a list there are now. `query` is the list's address after the question mark."""

    resource: Resource
    label: str
    query: str
    number: int
    trend: tuple[int, ...] = ()
    """Of the last twelve weeks, this one last; empty where the figure has none."""

    @property
    def line(self) -> str:
        """The trend as the points of a line, in a box of 72 by 20."""
        top, last = max(self.trend, default=0) or 1, len(self.trend) - 1
        return " ".join(f"{1 + 70 * at / last:.1f},{18 - 16 * one / top:.1f}" for at, one in enumerate(self.trend))

    @property
    def url(self) -> str:
        return f"/{self.resource.name}/list/?{self.query}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a chart, and the list of the rows that make it."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as a table: a row for each of `rows`, a column for each of `series` (label, tone)."""

    title: str
    heading: str
    series: list[tuple[str, str]]
    rows: list[tuple[str, list[Cell]]]

    @property
    def total(self) -> int:
        return sum(cell.number for _label, cells in self.rows for cell in cells)


def figures() -> list[Figure]:
    """The viewer's figures: of what they work on first, then of what they may read, each by its place."""
    stands = dates()
    declared = [
        (resource, label, count.query.format(**stands)) for resource, label, count in sorted(_counts(), key=_rank)
    ][:MOST_FIGURES]
    numbers = count_all([(resource, asked(resource, query)) for resource, _label, query in declared])
    return [
        Figure(resource, label, query, number, _trend(resource, label))
        for (resource, label, query), number in zip(declared, numbers, strict=True)
    ]


def charts() -> list[Drawn]:
    """The viewer's charts that have something to show, by their place."""
    declared = [
        (resource, title, chart)
        for resource in registry.values()
        if resource.charts and may("can_read", resource)
        for title, chart in resource.charts.items()
    ]
    drawn: list[Drawn] = []
    for resource, title, chart in sorted(declared, key=lambda one: one[2].place):
        made = _drawn(resource, title, chart)
        if made.total:
            drawn.append(made)
        if len(drawn) == MOST_CHARTS:
            break
    return drawn


def asked(resource: Resource, query: str) -> ListRequest:
    """The list that `query` spells, as the viewer sees it."""
    request = read_list_request(resource, MultiDict(parse_qsl(query)), scope=required_viewer().scope)
    return branches.narrowed(resource, request)


def dates() -> dict[str, str]:
    """What stands for days and instants in the patterns of declarations; days in the agency's zone."""
    day, now = today(), clock.now()
    return {
        "now": f"{now:{INSTANT}}",
        "24_hours_ago": f"{now - timedelta(hours=24):{INSTANT}}",
        "today": day.isoformat(),
        "in_7_days": (day + timedelta(days=7)).isoformat(),
        "in_30_days": (day + timedelta(days=30)).isoformat(),
        "30_days_ago": (day - timedelta(days=30)).isoformat(),
    }


def today() -> date:
    return clock.now().astimezone(current_profile().display.zone).date()


def _counts() -> Iterator[tuple[Resource, str, Count]]:
    for resource in registry.values():
        if resource.figures and may("can_read", resource):
            yield from ((resource, label, count) for label, count in resource.figures.items())


def _rank(one: tuple[Resource, str, Count]) -> tuple[bool, int]:
    resource, _label, count = one
    of = registry[count.of] if count.of else resource
    return not (may("can_edit", of) or may("can_add", of)), count.place


def _drawn(resource: Resource, title: str, chart: Chart | Week) -> Drawn:
    if isinstance(chart, Week):
        return _by_day(resource, title, chart)
    return _by_month(resource, title, chart) if chart.months else _by_choice(resource, title, chart)


def _trend(resource: Resource, label: str) -> tuple[int, ...]:
    """How many rows each of the last weeks brought; empty where the figure declares no trend."""
    chart = resource.trends.get(label)
    if chart is None:
        return ()
    column = resource.fields[chart.by].column
    week = sa.func.div(sa.literal(today()) - column, 7)
    within = sa.and_(column > today() - timedelta(days=7 * WEEKS), column <= today())
    counted = _counted(resource, chart, week, sa.literal_column("''"), within)
    return tuple(counted.get((str(number), ""), 0) for number in reversed(range(WEEKS)))


def _by_choice(resource: Resource, title: str, chart: Chart) -> Drawn:
    """One bar for each value that some row has."""
    one = resource.fields[chart.by]
    counted = _counted(resource, chart, one.column, sa.literal_column("''"))
    rows = []
    for value in one.choices:
        number = counted.get((value, ""), 0)
        if number:
            query = urlencode([*parse_qsl(chart.query), (chart.by, value)])
            rows.append((choice_label(value), [Cell(number, f"/{resource.name}/list/?{query}")]))
    return Drawn(_(title), _(one.label), [(_(resource.title), NO_TONE)], rows)


def _by_month(resource: Resource, title: str, chart: Chart) -> Drawn:
    """One place for each month, one series for each value of the split."""
    one = resource.fields[chart.by]
    first, last = (_month(today(), step) for step in (chart.months[0], chart.months[-1] + 1))
    split = resource.fields[chart.split] if chart.split else None
    month = sa.func.to_char(one.column, sa.literal_column("'YYYY-MM'"))
    between = sa.and_(one.column >= first, one.column < last)
    counted = _counted(resource, chart, month, split.column if split else sa.literal_column("''"), between)
    values = tuple(chart.series) or ("",)
    rows = []
    for step in chart.months:
        start, end = _month(today(), step), _month(today(), step + 1) - timedelta(days=1)
        cells = []
        for value in values:
            pairs = [*parse_qsl(chart.query), (f"{chart.by}.ge", str(start)), (f"{chart.by}.le", str(end))]
            pairs += [(chart.split, value)] if value else []
            cells.append(Cell(counted.get((f"{start:%Y-%m}", value), 0), f"/{resource.name}/list/?{urlencode(pairs)}"))
        rows.append((format_date(start, "MMM yyyy" if start.month == 1 else "MMM"), cells))
    series = [(choice_label(value), tone) for value, tone in chart.series.items()]
    return Drawn(_(title), _("Month"), series or [(_(resource.title), NO_TONE)], rows)


def _by_day(resource: Resource, title: str, chart: Week) -> Drawn:
    """One place for each day of this week, as the agency's weeks begin, one series for each list of a day's rows."""
    one, day = resource.fields[chart.by], today()
    first = day - timedelta(days=(day.weekday() - current_profile().display.first_weekday) % 7)
    numbers = [sa.func.count().filter(*_narrowing(resource, query)) for _tone, query in chart.series.values()]
    query = sa.select(one.column, *numbers).where(
        *_seen(resource), one.column.between(first, first + timedelta(days=6))
    )
    counted = {row[0]: row[1:] for row in session.execute(query.group_by(one.column))}
    rows = []
    for at in (first + timedelta(days=step) for step in range(7)):
        cells = [
            Cell(number, f"/{resource.name}/list/?{urlencode([(chart.by, str(at)), *parse_qsl(query)])}")
            for (_tone, query), number in zip(
                chart.series.values(), counted.get(at, (0,) * len(chart.series)), strict=True
            )
        ]
        rows.append((format_date(at, "EEE d"), cells))
    return Drawn(_(title), _("Day"), [(_(label), tone) for label, (tone, _query) in chart.series.items()], rows)


def _counted(resource: Resource, chart: Chart, by: Any, split: Any, *more: Any) -> dict[tuple[str, str], int]:
    """How many rows there are by the two expressions, as the viewer's list shows them."""
    query = sa.select(by.label("by"), split.label("split"), sa.func.count()).where(
        *_seen(resource), *_narrowing(resource, chart.query), *more
    )
    if chart.series:
        query = query.where(split.in_(chart.series))
    # By place: the same expression with a parameter in it is another one to PostgreSQL.
    rows = session.execute(query.group_by(sa.text("1"), sa.text("2"))).all()
    return {(str(getattr(row[0], "value", row[0])), str(getattr(row[1], "value", row[1]))): row[2] for row in rows}


def _seen(resource: Resource) -> list[Any]:
    """What holds for the rows that the viewer's list of the resource shows."""
    viewer, model = required_viewer(), resource.model
    scope = model.visible_to(viewer) if hasattr(model, "visible_to") else None
    narrower = [one for one in (scope, branches.condition(model)) if one is not None]
    return [model.__table__.c.organization_id == viewer.organization_id, *narrower]


def _narrowing(resource: Resource, query: str) -> list[Any]:
    """The conditions of a list's address that compares by equality, with several values, or with emptiness."""
    found = []
    for name, value in parse_qsl(query):
        field, _dot, operator = name.partition(".")
        column = resource.fields[field].column
        if operator == "in":
            found.append(column.in_(value.split(",")))
        else:
            found.append(column.is_(None) == (value == "true") if operator == "null" else column == value)
    return found


def _month(day: date, step: int) -> date:
    """The first day of the month `step` months after the one of `day`."""
    months = day.year * 12 + day.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)
