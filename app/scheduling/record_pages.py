"""What the schedule adds to the pages of records: a client's and a caregiver's visits, and what speaks against one."""

from dataclasses import replace

from app.core.profile import current_profile
from app.core.security import required_viewer
from app.core.tabs import Alert, Fact, Record, add_list_tab, extend_header
from starline.core.language import gettext as _
from starline.scheduling.conflicts import check, proposal_of
from starline.scheduling.rules.conflicts import Effect

TONES = {Effect.BLOCK: ("bad", "alert-triangle"), Effect.WARN: ("warn", "clock-exclamation")}


def alerts(record: Record) -> list[Alert]:
    """What speaks against a visit that is still to come."""
    if not record.row.is_planned:
        return []
    found = check(proposal_of(record.row, {}))
    return [Alert(one.sentence, tone=TONES[one.effect][0], icon=TONES[one.effect][1]) for one in found]


def facts(record: Record) -> list[Fact]:
    """Whose visit it is and whose work, a click away for those who may see them."""
    row, may_read = record.row, required_viewer().can
    client_url = f"/clients/show/{row.client_id}" if may_read("read", "Clients") else None
    found = [Fact(str(row.client), _("Client"), "user-heart", url=client_url)]
    if row.staff_member is not None:
        staff_url = f"/staff/show/{row.staff_member_id}" if may_read("read", "StaffMembers") else None
        found.append(Fact(str(row.staff_member), _("Caregiver"), "nurse", url=staff_url))
    there = replace(current_profile(), time_zone=row.time_zone).display
    return [*found, Fact(there.span(row.starts_at, row.ends_at), _("When"), "clock")]


extend_header("Visits", alerts=alerts, facts=facts)
add_list_tab("Clients", "visits")
add_list_tab("Clients", "visit_series")
add_list_tab("StaffMembers", "visits")
