"""What offers and call-outs add to the pages of records: the buttons that begin them, and whose they are."""

from flask import render_template

from app.core.profile import current_profile
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.security import required_viewer
from app.core.tabs import Button, Fact, Record, Tab, add_tab, extend_header
from app.scheduling.matching_rows import when
from app.scheduling.open_rows import open_rows
from starline.core.language import gettext as _
from starline.scheduling import call_outs


def _buttons_of_staff(record: Record) -> list[Button]:
    viewer, member = required_viewer(), record.row
    if not (viewer.can("edit", "CallOuts") and viewer.can("edit", "Visits") and member.is_working):
        return []
    return [Button(_("Call-out"), f"{record.url.replace('/show/', '/')}/call-out", "calendar-off")]


def _buttons_of_visit(record: Record) -> list[Button]:
    visit = record.row
    if not (required_viewer().can("edit", "Visits") and visit.is_planned and visit.staff_member_id is None):
        return []
    return [Button(_("Find a caregiver"), f"/visits/{visit.id}/match", "user-plus", is_primary=True)]


def _buttons_of_offer(record: Record) -> list[Button]:
    offer = record.row
    if not (required_viewer().can("edit", "Visits") and offer.is_open):
        return []
    return [Button(_("Ask more people"), f"/visits/{offer.visit_id}/match", "user-plus")]


def _facts_of_offer(record: Record) -> list[Fact]:
    offer, can = record.row, required_viewer().can
    client_url = f"/clients/show/{offer.client_id}" if can("read", "Clients") else None
    visit_url = f"/visits/show/{offer.visit_id}" if can("read", "Visits") else None
    found = [Fact(str(offer.client), _("Client"), "user-heart", url=client_url)]
    found.append(Fact(when(offer.visit), _("Visit"), "calendar-event", url=visit_url))
    until = current_profile().display.instant(offer.expires_at)
    return [*found, Fact(_("open until %(when)s", when=until), "", "clock")] if offer.is_open else found


def _facts_of_call_out(record: Record) -> list[Fact]:
    url = f"/staff/show/{record.row.staff_member_id}" if required_viewer().can("read", "StaffMembers") else None
    return [Fact(str(record.row.staff_member), _("Caregiver"), "nurse", url=url)]


def _opened(record: Record) -> str:
    """The visits of a call-out, as the worklist shows them."""
    found = call_outs.opened_by(record.row)
    for visit in found:
        note_sight(registry["Visits"], visit)
    return render_template("scheduling/opened.html", rows=open_rows(found))


extend_header("StaffMembers", buttons=_buttons_of_staff)
extend_header("Visits", buttons=_buttons_of_visit)
extend_header("Offers", facts=_facts_of_offer, buttons=_buttons_of_offer)
extend_header("CallOuts", facts=_facts_of_call_out)
add_tab(
    "CallOuts", Tab("opened", "Visits", "calendar-event", draw=_opened, permission=("can_read", "Visits"), place=10)
)
