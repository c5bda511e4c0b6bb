"""Visits, their series and the holidays, as screens and REST."""

from app.core.resource import Chart, Resource
from starline.scheduling import holidays, series, visits
from starline.scheduling.models import Holiday, Visit, VisitSeries

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


class Visits(Resource, model=Visit, menu="Care", icon="calendar-event"):
    table = "starts_at ends_at client staff_member service_type status open_reason"
    filters = "client staff_member service_type status starts_at occurs_on open_reason void_reason series is_changed"
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
        "Open visits of the next seven days": (
            "status=scheduled&staff_member.null=true&occurs_on.ge={today}&occurs_on.le={in_7_days}"
        )
    }
    figures = {"Visits today": "occurs_on={today}"}
    charts = {"Visits by status": Chart(by="status")}
    without = "delete"
    create = visits.add_visit
    update = visits.update_visit


class VisitSeriesList(Resource, model=VisitSeries, menu="Care", icon="refresh"):
    title = "Series of visits"
    table = "client rule starts_time ends_time service_type staff_member starts_on ends_on"
    filters = "client staff_member service_type starts_on ends_on on_holidays"
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


from app.scheduling import evv_resources  # noqa: E402  (the rail shows resources in the order of declaration)

assert evv_resources
