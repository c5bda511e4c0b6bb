"""Two tabs on the page of a visit: whether it is proven, and what was done in it."""

from dataclasses import replace
from typing import Any

from flask import render_template

from app.core.display import Display, choice_label
from app.core.profile import current_profile
from app.core.security import required_viewer
from app.core.tabs import FIRST, Alert, Fact, Record, Tab, add_tab, extend_header
from app.scheduling.evv_resources import ClockEvents, VisitExceptions, VisitTasks
from starline.core import clock
from starline.core.language import gettext as _
from starline.scheduling import verification, visit_records, visit_tasks
from starline.scheduling.evv_vocabulary import (
    ClockKind,
    Element,
    ExceptionKind,
    ExceptionStatus,
    ReasonCode,
    TaskOutcome,
)
from starline.scheduling.models import ClockEvent, Visit, VisitAct
from starline.scheduling.sentences import sentence_of

SHOWN_ALERTS = 3
BAD = frozenset({ExceptionKind.MISSING, ExceptionKind.MISSING_IN, ExceptionKind.CONFLICT})
INSIDE = {True: "good", False: "bad", None: "plain"}


def proof_of(record: Record) -> str:
    """The six elements, the clock events with those that were corrected, and what is to be decided."""
    visit, viewer = record.row, required_viewer()
    there, lacking = display_of(visit), verification.lacking(visit)
    events = verification.events_of(visit)
    known = {one.kind for one in events if one.counts}
    may_edit = viewer.can("edit", "ClockEvents") and not visit.is_void
    exceptions = verification.exceptions_of(visit) if viewer.can("read", "VisitExceptions") else []
    return render_template(
        "scheduling/visit_proof.html",
        visit=visit,
        elements=[
            {"label": label, "text": text, "is_there": one not in lacking} for one, label, text in _elements(visit)
        ],
        events=[_event(one, events, there) for one in events],
        exceptions=[_exception(one, there) for one in exceptions],
        undecided=sum(one.is_undecided for one in exceptions),
        codes=[(one.value, choice_label(one)) for one in ReasonCode],
        may_enter=may_edit and set(ClockKind) - known and visit.starts_at <= clock.now(),
        may_correct=may_edit,
        may_accept=viewer.can("edit", "ClockEvents"),
        may_miss=viewer.can("edit", "Visits") and visit.is_planned and visit.starts_at <= clock.now(),
        may_decide=viewer.can("edit", "VisitExceptions"),
    )


def record_of(record: Record) -> str:
    """The tasks with their outcomes, the note, the miles, the signature and the photos."""
    visit, viewer = record.row, required_viewer()
    there, tasks = display_of(visit), visit_tasks.expected_tasks(visit)
    may_read = viewer.can("read", "VisitRecords")
    return render_template(
        "scheduling/visit_record.html",
        visit=visit,
        tasks=[_task(one, there) for one in tasks],
        done=sum(one.outcome == TaskOutcome.DONE for one in tasks),
        record=visit_records.record_of(visit) if may_read else None,
        may_read=may_read,
        photos=visit_records.photos_of(visit),
        aside=[_aside(one, there) for one in visit_records.set_aside(visit)] if may_read else [],
        there=there,
    )


def alerts(record: Record) -> list[Alert]:
    """What is to be decided, for whoever opens the visit."""
    if not required_viewer().can("read", "VisitExceptions"):
        return []
    found = verification.undecided_of(record.row)[:SHOWN_ALERTS]
    return [
        Alert(sentence_of(one), "bad" if one.kind in BAD else "warn", "clock-exclamation", f"{record.url}?tab=evv")
        for one in found
    ]


def sentence(record: Record) -> list[Alert]:
    """Of an exception: what is out of the ordinary."""
    tone = "warn" if record.row.is_undecided else "plain"
    return [Alert(sentence_of(record.row), tone, "clock-exclamation")]


def facts(record: Record) -> list[Fact]:
    """Of an exception or a clock event: its visit, a click away."""
    visit = record.row.visit
    url = f"/visits/show/{visit.id}?tab=evv" if required_viewer().can("read", "Visits") else None
    said = f"{visit.client}, {display_of(visit).instant(visit.starts_at)}"
    return [Fact(said, _("Visit"), "calendar-event", url=url)]


def undecided(record: Record) -> int | None:
    return len(verification.undecided_of(record.row)) or None


def display_of(visit: Visit) -> Display:
    """Times as the clocks show them where the visit takes place."""
    return replace(current_profile(), time_zone=visit.time_zone).display


def _elements(visit: Visit) -> list[tuple[Element, str, str]]:
    there, nothing = display_of(visit), _("Not known")
    begun, ended = (there.instant(one) if one else nothing for one in (visit.clocked_in_at, visit.clocked_out_at))
    day = there.date(visit.clocked_in_at.astimezone(there.zone).date()) if visit.clocked_in_at else nothing
    address = visit.service_address
    return [
        (Element.SERVICE, _("Service"), str(visit.service_type)),
        (Element.RECEIVER, _("Client"), str(visit.client)),
        (Element.DATE, _("Date"), day),
        (Element.LOCATION, _("Location"), str(address) if address else nothing),
        (Element.PROVIDER, _("Caregiver"), str(visit.staff_member) if visit.staff_member else nothing),
        (Element.TIMES, _("Begin and end"), f"{begun} – {ended}"),
    ]


def _event(one: ClockEvent, events: list[ClockEvent], there: Display) -> dict[str, Any]:
    tones = ClockEvents.pills
    return {
        "row": one,
        "kind": _("In") if one.kind == ClockKind.IN else _("Out"),
        "at": there.instant(one.happened_at),
        "received": there.instant(one.received_at),
        "method": choice_label(one.method),
        "place": _place(one),
        "place_tone": INSIDE[one.is_inside],
        "standing": choice_label(one.standing),
        "tone": tones["standing"][one.standing],
        "why": " · ".join(filter(None, (choice_label(one.reason_code) if one.reason_code else "", one.reason))),
        "by": str(one.created_by) if one.created_by is not None and one.reason_code is not None else "",
        "corrects": next((there.instant(old.happened_at) for old in events if old.id == one.replaces_id), ""),
    }


def _place(one: ClockEvent) -> str:
    if one.distance_metres is None:
        return _("No position") if one.latitude is None else _("Address without a position")
    said = {True: _("%(metres)s m away"), False: _("%(metres)s m away, outside"), None: _("%(metres)s m away, inexact")}
    return said[one.is_inside] % {"metres": f"{one.distance_metres:,}"}


def _exception(one: Any, there: Display) -> dict[str, Any]:
    decided = f"{one.decided_by}, {there.instant(one.decided_at)}" if one.decided_by and one.decided_at else ""
    return {
        "row": one,
        "sentence": sentence_of(one),
        "since": there.instant(one.raised_at),
        "status": choice_label(one.status),
        "tone": VisitExceptions.pills["status"][one.status],
        "decided": decided,
        "why": " · ".join(filter(None, (choice_label(one.reason_code) if one.reason_code else "", one.note))),
        "is_returned": one.status == ExceptionStatus.RETURNED,
    }


def _aside(one: VisitAct, there: Display) -> dict[str, Any]:
    who = str(one.staff_member) if one.staff_member is not None else ""
    return {
        "row": one,
        "kind": choice_label(one.kind),
        "said": " · ".join(filter(None, (who, there.instant(one.happened_at)))),
    }


def _task(one: Any, there: Display) -> dict[str, Any]:
    return {
        "row": one,
        "outcome": choice_label(one.outcome or TaskOutcome.OPEN),
        "tone": VisitTasks.pills["outcome"][one.outcome or TaskOutcome.OPEN],
        "at": there.instant(one.settled_at) if one.settled_at else "",
    }


extend_header("Visits", alerts=alerts)
extend_header("VisitExceptions", alerts=sentence, facts=facts)
extend_header("ClockEvents", facts=facts)
add_tab(
    "Visits",
    Tab(
        "evv",
        "Verification",
        "shield-check",
        draw=proof_of,
        permission=("can_read", "ClockEvents"),
        count=undecided,
        place=FIRST,
    ),
)
add_tab(
    "Visits",
    Tab(
        "record",
        "Tasks and record",
        "list-check",
        draw=record_of,
        permission=("can_read", "VisitTasks"),
        place=FIRST + 1,
    ),
)
