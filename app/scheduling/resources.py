"""Visits, their series and the holidays, as screens and REST."""

from app.core.resource import Chart, Count, Resource, Week, Work
from app.scheduling import feed_resources
from starline.scheduling import holidays, series, visits
from starline.scheduling.models import Holiday, Visit, VisitSeries

assert feed_resources
VISIT_TONES = {
    "scheduled": "info",
    "confirmed": "info",
    "in_progress": "warn",
    "completed": "good",
    "verified": "good",
    "billed": "plain",
    "cancelled": "plain",
    "missed": "bad",
}
UNDER_WAY = "status=in_progress&starts_at.ge={24_hours_ago}"
"""One that began before is no longer under way: nobody clocked out, and that waits as an exception."""
OPEN = "status.in=scheduled,confirmed&staff_member.null=true"


class Visits(Resource, model=Visit, menu="Care", icon="calendar-event"):
    table = "starts_at ends_at client staff_member service_type status open_reason"
    filters = "client staff_member service_type status starts_at occurs_on open_reason void_reason series is_changed"
    needs_key = True
    order = "-starts_at"
    form = {
        "Visit": "client service_type service_address staff_member",
        "When": "starts_at ends_at note",
        "Against a rule": "override_reason",
    }
    show = {
        "": "status void_reason void_note open_reason",
        **form,
        "Against a rule": "override_reason overridden",
        "Clocked": "clocked_in_at clocked_out_at",
        "Series": "series occurs_on is_changed time_zone",
    }
    pills = {"status": VISIT_TONES}
    actions = {
        "confirm": visits.confirm,
        "take_off": visits.take_off,
        "reinstate": visits.reinstate,
    }
    links = {"Change the series": "/visits/{id}/series", "Call off": "/visits/{id}/call-off"}
    waits = {
        "Open visits of the next seven days": f"{OPEN}&starts_at.ge={{now}}&occurs_on.le={{in_7_days}}",
    }
    work = {
        "Open visits of the next seven days": Work(
            "No caregiver for %(client)s",
            "%(starts_at)s · %(service_type)s",
            "Fill",
            place=10,
            order="starts_at",
            url="/visits/{id}/match",
            tone="bad",
        )
    }
    figures = {
        "Visits today": Count("occurs_on={today}", place=10),
        "Visits under way": Count(UNDER_WAY, place=11),
        "Open visits today": Count(f"{OPEN}&occurs_on={{today}}", place=12),
        "Verified and not billed": Count("status=verified", place=28, of="Coverages"),
    }
    trends = {"Visits today": Chart(by="occurs_on")}
    charts = {
        "Visits this week": Week(
            by="occurs_on",
            series={
                "Completed": ("accent", "status.in=completed,verified,billed"),
                "Scheduled": ("calm", "status.in=scheduled,confirmed,in_progress&staff_member.null=false"),
                "Open": ("gap", OPEN),
                "Missed": ("bad", "status=missed"),
            },
            place=10,
        )
    }
    without = "delete"
    create = visits.add_visit
    update = visits.update_visit


class VisitSeriesList(Resource, model=VisitSeries, menu="Care", icon="refresh"):
    title = "Series of visits"
    table = "client rule starts_time ends_time service_type staff_member starts_on ends_on"
    filters = "client staff_member service_type starts_on ends_on on_holidays"
    needs_key = True
    order = "-starts_on"
    form = {
        "Who": "client service_type service_address staff_member",
        "When": "rule starts_on ends_on starts_time ends_time time_zone on_holidays",
        "For the caregiver": "note",
    }
    show = {**form, "Visits": "made_until follows"}
    create = series.add_series
    update = series.update_series
    delete = series.remove_series


class Holidays(Resource, model=Holiday, menu="Settings", icon="star"):
    table = "held_on name pay_factor"
    filters = "held_on name"
    order = "held_on"
    form = {"Holiday": "name held_on pay_factor"}
    create = holidays.add_holiday
    update = holidays.update_holiday
    delete = holidays.remove_holiday


from app.scheduling import evv_resources, offer_resources  # noqa: E402  (the rail shows them below visits)

__all__ = ["Holidays", "VisitSeriesList", "Visits", "evv_resources", "offer_resources"]
