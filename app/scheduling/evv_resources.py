"""What proves visits, as screens and REST: exceptions, clock events, tasks, records, and what is tolerated."""

from app.core.resource import Count, Resource, Work
from starline.scheduling import evv, telephony, tolerances, unplanned, verification
from starline.scheduling.models import (
    ClockEvent,
    EvvTolerance,
    TelephonyLine,
    TelephonyPin,
    UnplannedCall,
    VisitException,
    VisitRecord,
    VisitTask,
)


class VisitExceptions(Resource, model=VisitException, menu="Care", icon="shield-check"):
    title = "Visit exceptions"
    table = "kind amount visit client staff_member status raised_at reason_code"
    filters = "status kind client staff_member visit raised_at reason_code clash decided_by"
    order = "-raised_at"
    show = {
        "Exception": "kind amount clash visit client staff_member clock_event status raised_at",
        "Decision": "reason_code note decided_by decided_at",
        "Told": "told_at escalated_at",
    }
    pills = {
        "status": {"open": "warn", "returned": "info", "approved": "good", "settled": "plain"},
        "kind": {"missing": "bad", "missing_in": "bad", "missing_out": "warn", "conflict": "bad"},
    }
    actions = {"approve": verification.approve, "send_back": verification.send_back}
    waits = {
        "Visits that nobody clocked into": "status=open&kind.in=missing_in,missing",
        "Visits that nobody clocked out of": "status=open&kind=missing_out",
        "Visit exceptions to decide": "status=open&kind.ne=missing_in&kind.ne=missing_out",
    }
    work = {
        "Visits that nobody clocked into": Work(
            "Nobody clocked in for %(client)s",
            "%(staff_member)s · %(raised_at)s",
            "Look into it",
            place=12,
            order="-raised_at",
            tone="bad",
        ),
        "Visits that nobody clocked out of": Work(
            "Nobody clocked out for %(client)s",
            "%(staff_member)s · %(raised_at)s",
            "Look into it",
            place=13,
            order="-raised_at",
            tone="warn",
        ),
    }
    figures = {"Exceptions to decide": Count("status=open", place=20)}
    read_only = True


class ClockEvents(Resource, model=ClockEvent, menu="Care", icon="clock-hour-4"):
    title = "Clock events"
    table = "happened_at kind staff_member client visit method is_inside distance_metres standing"
    filters = "staff_member client visit kind method happened_at is_inside standing clash reason_code"
    needs_key = True
    order = "-happened_at"
    show = {
        "Event": "kind happened_at received_at method staff_member client visit standing clash",
        "Position": "latitude longitude accuracy_metres distance_metres is_inside",
        "Device": "device phone sequence event_id",
        "Correction": "replaces reason_code reason",
    }
    pills = {
        "standing": {"counts": "good", "corrected": "plain", "beside": "warn"},
        "method": {"mobile": "info", "telephony": "info", "manual": "warn"},
    }
    actions = {"accept": evv.accept}
    read_only = True


class UnplannedCalls(Resource, model=UnplannedCall, menu="Care", icon="phone"):
    title = "Calls without a visit"
    table = "called_at kind staff_member client phone visit settled_at"
    filters = "staff_member client kind called_at visit settled_at"
    order = "-called_at"
    show = {"Call": "kind called_at staff_member client phone", "Settled": "settled_at visit"}
    links = {"Plan the visit": "/unplanned_calls/{id}/plan"}
    actions = {"set_aside": unplanned.set_aside}
    waits = {"Calls where no visit is planned": "settled_at.null=true"}
    read_only = True


class VisitTasks(Resource, model=VisitTask, icon="list-check"):
    title = "Tasks of visits"
    table = "name outcome reason visit client is_required settled_at position"
    filters = "visit client outcome is_required settled_at"
    order = "position"
    show = {"Task": "name instructions is_required position visit client", "Outcome": "outcome reason settled_at"}
    pills = {"outcome": {"open": "warn", "done": "good", "refused": "bad", "not_needed": "plain"}}
    read_only = True


class VisitRecords(Resource, model=VisitRecord, icon="notes"):
    """Its note is shown on the page of the visit, and answered with the visit's verification."""

    title = "Records of visits"
    table = "visit client miles signed_by_name signed_at noted_at"
    filters = "visit client signed_at noted_at miles"
    order = "-id"
    show = {"Record": "visit client noted_at miles driven_at signed_by_name signed_at"}
    read_only = True


class EvvTolerances(Resource, model=EvvTolerance, menu="Settings", icon="adjustments"):
    title = "Clocking rules"
    table = "valid_from branch geofence_metres early_minutes late_minutes manual_needs_approval note"
    filters = "branch valid_from"
    order = "-valid_from"
    form = {
        "From when": "valid_from branch",
        "Tolerated": "geofence_metres early_minutes late_minutes manual_needs_approval",
        "Why": "note",
    }
    create = tolerances.add_tolerance
    update = tolerances.update_tolerance
    delete = tolerances.remove_tolerance


class TelephonyLines(Resource, model=TelephonyLine, menu="Settings", icon="phone"):
    """Its secret is told once; a new one is had by adding a line and taking the old one out of use."""

    title = "Telephone lines"
    table = "name is_active"
    filters = "is_active"
    order = "name"
    form = {"Line": "name is_active"}
    shown_once = "secret"
    without = "delete"
    create = telephony.add_line
    update = telephony.update_line


class TelephonyPins(Resource, model=TelephonyPin, menu="Settings", icon="key"):
    """A PIN is told once; adding another for the same caregiver puts it in the old one's place."""

    title = "Telephone PINs"
    table = "staff_member failed_tries locked_until"
    filters = "staff_member locked_until"
    order = "-id"
    form = {"Caregiver": "staff_member"}
    show = {"PIN": "staff_member failed_tries locked_until"}
    actions = {"unlock": telephony.unlock}
    shown_once = "pin"
    without = "edit delete"
    create = telephony.add_pin
