"""What the page of a staff member shows beyond its fields: alerts, facts, compliance, the week."""

from typing import Any

from flask import render_template

from app.core.display import choice_label
from app.core.profile import current_profile
from app.core.security import required_viewer
from app.core.tabs import FIRST, Alert, Fact, Record, Tab, add_tab, extend_header
from app.staff.compliance_tables import TONES, label_of_state
from starline.core.db import session
from starline.core.language import gettext as _
from starline.organizations.calendar import today
from starline.staff import compliance, trainings, week
from starline.staff.models import AvailabilitySlot, Credential, CredentialType
from starline.staff.rules.availability import text_of
from starline.staff.vocabulary import Answer, Weekday

SHOWN_ALERTS = 3


def alerts(record: Record) -> list[Alert]:
    """What keeps the person off the schedule or should be looked at, for those who may see credentials."""
    if not required_viewer().can("read", "Credentials"):
        return []
    tones = {Answer.NO: ("bad", "alert-triangle"), Answer.WARN: ("warn", "clock-exclamation")}
    reasons = compliance.line_of(record.row, today()).clearance.reasons
    found = [
        Alert(one.sentence, tone=tones[one.answer][0], icon=tones[one.answer][1], url=f"{record.url}?tab=compliance")
        for one in reasons[:SHOWN_ALERTS]
    ]
    if len(reasons) > SHOWN_ALERTS:
        more = _("%(number)s more", number=len(reasons) - SHOWN_ALERTS)
        found.append(Alert(more, tone="plain", icon="list-details", url=f"{record.url}?tab=compliance"))
    return found


def facts(record: Record) -> list[Fact]:
    row = record.row
    found = [Fact(row.position, _("Position"), "badge"), Fact(str(row.branch), _("Branch"), "building")]
    if row.phone:
        found.append(Fact(row.phone, _("Phone"), "phone", url=f"tel:{row.phone}"))
    if row.email:
        found.append(Fact(row.email, _("E-mail"), "mail", url=f"mailto:{row.email}"))
    return [*found, Fact(_("since %(day)s", day=_day(row.hired_on)), _("Hired"), "calendar-event")]


def compliance_of(record: Record) -> str:
    """Each credential that is asked for or held, with what can be done about it, and the hours of the year."""
    viewer, line = required_viewer(), compliance.line_of(record.row, today())
    names = {kind.id: kind.name for kind in session.query(CredentialType)}
    newest = _newest(record)
    cells = sorted(line.cells.values(), key=lambda cell: (not cell.is_lacking, names[cell.kind_id]))
    rows = [
        {
            "cell": cell,
            "name": names[cell.kind_id],
            "tone": TONES[cell.state],
            "word": choice_label(cell.state),
            "ends": label_of_state(cell) if cell.expires_on else "–",
            "credential": newest.get(cell.kind_id),
        }
        for cell in cells
    ]
    return render_template(
        "staff/member_compliance.html",
        member=record.row,
        line=line,
        rows=rows,
        hours=trainings.hours_of([record.row], today()).get(record.row.id),
        day=today(),
        back=f"{record.url}?tab=compliance",
        may_verify=viewer.can("edit", "Credentials") and record.row.user_id != viewer.user_id,
        may_add=viewer.can("add", "Credentials"),
        may_check=viewer.can("add", "ExclusionChecks"),
    )


def week_of(record: Record) -> str:
    """The week as it holds today, what comes later, and the dates that are different."""
    day, viewer = today(record.row.branch_id), required_viewer()
    exceptions = session.query(AvailabilitySlot).filter(
        AvailabilitySlot.staff_member_id == record.row.id, AvailabilitySlot.on_date >= day
    )
    hours = week.week_on(record.row, day)
    return render_template(
        "staff/member_week.html",
        member=record.row,
        days=[(weekday, choice_label(weekday), text_of(hours[weekday])) for weekday in Weekday],
        changes=[_day(one) for one in week.changes_after(record.row, day)],
        exceptions=[(one, _day(one.on_date)) for one in exceptions.order_by(AvailabilitySlot.on_date)],
        may_edit=viewer.can("edit", "Availability"),
    )


def _newest(record: Record) -> dict[Any, Credential]:
    """Of each type the credential to act on: one that waits to be verified before any other, else the last to end."""
    found: dict[Any, Credential] = {}
    query = session.query(Credential).filter_by(staff_member_id=record.row.id, voided_at=None)
    for one in sorted(query, key=lambda one: (one.verified_on is None, str(one.expires_on or "9999"))):
        found[one.credential_type_id] = one
    return found


def lacking(record: Record) -> int | None:
    number = sum(cell.is_lacking for cell in compliance.line_of(record.row, today()).cells.values())
    return number or None


def _day(day: Any) -> str:
    return str(day.strftime(current_profile().display.date_format))


extend_header("StaffMembers", alerts=alerts, facts=facts)
add_tab(
    "StaffMembers",
    Tab(
        "compliance",
        "Compliance",
        "clipboard-check",
        draw=compliance_of,
        permission=("can_read", "Credentials"),
        count=lacking,
        place=FIRST,
    ),
)
add_tab(
    "StaffMembers",
    Tab(
        "week", "Availability", "calendar-week", draw=week_of, permission=("can_read", "Availability"), place=FIRST + 1
    ),
)
