"""`/schedule/`: the board on which visits are planned. Its script draws what `/api/v1/schedule/` answers."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import format_date
from flask_wtf.csrf import generate_csrf

from app.core import saved_views
from app.core.access import allowed
from app.core.display import choice_label
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.scheduling.board_asked import COLORS, ROWS, SHOWN, SPANS, Asked, asked_from
from app.scheduling.resources import VISIT_TONES
from starline.core import clock, language, saying
from starline.core.db import session
from starline.core.language import gettext as _
from starline.organizations.calendar import today, zone_of
from starline.scheduling.conflicts import limits_now
from starline.scheduling.vocabulary import VisitStatus
from starline.services.models import ServiceType
from starline.staff.vocabulary import Discipline

ADDRESS = "/schedule/"
MAY_READ, MAY_EDIT, MAY_ADD = ("can_read", "Visits"), ("can_edit", "Visits"), ("can_add", "Visits")

add_entry(Entry("", "Schedule", ADDRESS, "calendar-week", MAY_READ, place=10))


class BoardView(BaseView):  # type: ignore[misc]
    """The page around the board."""

    route_base = "/schedule"
    default_view = "board"

    @expose("/", methods=["GET"])
    def board(self) -> str:
        viewer = allowed(*MAY_READ)
        day = today()
        asked = asked_from(request.args, today=day, week_start=current_profile().week_start)
        kept = [*asked.pairs, *([("view", request.args["view"])] if "view" in request.args else [])]
        page = {
            "views": saved_views.tabs("schedule", kept, address=ADDRESS),
            "search_url": ADDRESS,
            "asked": asked,
            "ways": _ways(asked),
            "choices": _choices(),
            "may_add": MAY_ADD in viewer.permissions,
            "may_edit": MAY_EDIT in viewer.permissions,
            "today": day,
            "hours": [saying.hour_said(hour, language.current()) for hour in range(0, 24, 2)],
            "is_now": asked.first <= day <= asked.last,
            "copy_to": (asked.loaded[0] + timedelta(days=7)).isoformat(),
            "list_url": f"/visits/list/?occurs_on.ge={asked.first}&occurs_on.le={asked.last}&order=starts_at",
        }
        return render_template("scheduling/board.html", page=page, board=_told(asked, day, page))


def _ways(asked: Asked) -> dict[str, Any]:
    """The addresses beside this one."""
    spans = {"day": _("Day"), "week": _("Week"), "fortnight": _("2 weeks"), "month": _("Month")}
    rows = {"caregiver": _("By caregiver"), "client": _("By client")}
    return {
        "before": asked.url(day=asked.beside(-1).isoformat()),
        "after": asked.url(day=asked.beside(1).isoformat()),
        "now": asked.url(day=""),
        "spans": [(spans[name], asked.url(span=name), name == asked.span) for name in SPANS],
        "rows": [(rows[name], asked.url(by=name), name == asked.by) for name in ROWS],
    }


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What the filters offer, each as (value, words)."""
    services = session.query(ServiceType.id, ServiceType.name).order_by(ServiceType.name)
    shown = {
        "everybody": _("Everybody"),
        "planned": _("With visits in these days"),
        "open": _("With open or late visits"),
    }
    colors = {"status": _("Coloured by status"), "service": _("Coloured by service")}
    return {
        "service": [(str(key), name) for key, name in services],
        "status": [(one.value, choice_label(one)) for one in VisitStatus],
        "rows": [(name, shown[name]) for name in SHOWN],
        "color": [(name, colors[name]) for name in COLORS],
    }


def _told(asked: Asked, day: date, page: dict[str, Any]) -> dict[str, Any]:
    """What the script has to know, as JSON."""
    first, days = asked.loaded
    limits = limits_now()
    return {
        "url": "/api/v1/schedule/",
        "loaded": {"first": first.isoformat(), "days": days},
        "first": asked.first.isoformat(),
        "days": (asked.last - asked.first).days + 1,
        "today": day.isoformat(),
        "now": f"{clock.now().astimezone(ZoneInfo(zone_of())):%Y-%m-%dT%H:%M}",
        "token": generate_csrf(),
        "by": asked.by,
        "span": asked.span,
        "color": asked.color,
        "rows": asked.rows,
        "service": asked.service,
        "status": asked.status,
        "mayEdit": page["may_edit"],
        "mayAdd": page["may_add"],
        "weeklyMinutes": limits.weekly_minutes,
        "statuses": {one.value: {"label": choice_label(one), "tone": VISIT_TONES[one.value]} for one in VisitStatus},
        "disciplines": {one.value: choice_label(one) for one in Discipline},
        "heads": [_head(asked, number) for number in range((asked.last - asked.first).days + 1)],
        "words": _words(),
    }


def _head(asked: Asked, number: int) -> dict[str, str]:
    """A day as its column is called."""
    one = date.fromordinal(asked.first.toordinal() + number)
    return {
        "day": one.isoformat(),
        "weekday": format_date(one, "EEE"),
        "number": str(one.day),
        "said": saying.day_by_name(one, language.current()),
    }


def _words() -> dict[str, str]:
    """The script's sentences, in the reader's language. `{…}` are filled in by it."""
    return {
        "open": _("Open visits"),
        "toFill": _("{number} to fill"),
        "allFilled": _("All are filled"),
        "hours": _("{planned} of {limit} h"),
        "hoursPlain": _("{planned} h"),
        "nobody": _("Open: nobody has it yet"),
        "late": _("Late: not begun yet"),
        "repeats": _("part of a series"),
        "overridden": _("planned against a rule"),
        "away": _("Time off"),
        "loading": _("The schedule is loading…"),
        "failed": _("The schedule could not be loaded. Check the connection; it is tried again by itself."),
        "refused": _("You may not see the schedule any more, or your sign-in has ended. Load the page again."),
        "nothing": _("Nobody fits these filters."),
        "noVisits": _("Nothing is planned in these days."),
        "moved": _("{client}: moved to {when}."),
        "given": _("{client}, {when}: given to {caregiver}."),
        "opened": _("{client}, {when}: open now."),
        "undone": _("Taken back."),
        "undo": _("Undo"),
        "stale": _("Somebody else has just changed this visit. The board shows it as it is now."),
        "notSent": _("It could not be saved: no connection. Nothing was changed."),
        "takesNoOther": _("A visit stays with its client."),
        "busy": _("{caregiver} has another visit then."),
        "isAway": _("{caregiver} has time off then."),
        "overLimit": _("{caregiver} would have {planned} of {limit} hours this week."),
        "free": _("Nothing speaks against it."),
        "changedByOthers": _("{number} changed by somebody else."),
        "copied": _("{made} visits copied, {present} were there already."),
        "copiedOpen": _("{opened} of them are open: their caregivers can't come then."),
        "copiedRefused": _("{refused} could not be planned: {why}"),
        "copiesGone": _("The copies were called off."),
    }
