"""What no form writes of rows that the system makes by itself: the isolation tests put such rows in directly."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.resource import Resource, registry
from starline.core import clock, db, tenancy
from starline.core.identifiers import uuid7
from starline.scheduling.models import CallOut, Offer


def unwritten(agency: Any, resource: Resource) -> dict[str, Any]:
    """What no form writes of rows that the system makes by itself."""
    user = {"user_id": agency.factory.user_id}
    client = UUID(agency.factory.parents["clients"]) if "clients" in agency.factory.parents else None
    staff = UUID(agency.factory.parents["staff_members"]) if "staff_members" in agency.factory.parents else None
    return (
        {
            "break_glass_accesses": {**user, "client_id": client, "reason": "The door stood open"},
            "imports": {**user, "list_name": "Clients"},
            "security_alerts": {**user, "kind": "denials", "count": 50},
            # It is on its way to nobody: a walk of tasks speaks to no other machine.
            "webhook_deliveries": {"body": "{}", "state": "delivered"},
            # Everybody who may see files may see staff members.
            "files": {"owner_table": "staff_members", "staff_member_id": staff},
        }.get(resource.name, {})
        | _of_intake_and_merges(agency, resource, client)
        | _of_a_visit(agency, resource, staff)
        | _of_offers(agency, resource, staff)
    )


def _of_a_visit(agency: Any, resource: Resource, staff: UUID | None) -> dict[str, Any]:
    """What verbs write about a visit of the client's, each about another one."""
    if resource.name == "unplanned_calls":
        told = {"kind": "in", "called_at": clock.now(), "phone": "503-555-0101", "event_id": uuid7()}
        return {**told, "staff_member_id": staff, "client_id": UUID(agency.factory.parents["clients"])}
    if resource.name not in ("clock_events", "visit_exceptions", "visit_tasks", "visit_records"):
        return {}
    client = agency.factory.parents["clients"]
    visit = agency.factory.make(registry["Visits"], client_id=client)
    facts = {"visit_id": UUID(visit["id"]), "client_id": UUID(client)}
    if resource.name == "visit_tasks":
        task = agency.factory.make(registry["PlanTasks"])
        return {**facts, "plan_task_id": UUID(task["id"]), "name": "Dressing"}
    if resource.name == "visit_exceptions":
        return {**facts, "kind": "late_in", "amount": 20}
    if resource.name == "clock_events":
        told = {"kind": "in", "method": "mobile", "happened_at": clock.now(), "event_id": uuid7()}
        return {**facts, **told, "staff_member_id": staff}
    return {**facts, "miles": 3}


def _of_intake_and_merges(agency: Any, resource: Resource, client: UUID | None) -> dict[str, Any]:
    """Rows that verbs write about a referral, or about the client and somebody alike."""
    if resource.name == "referral_steps":
        referral = agency.factory.make(registry["Referrals"])
        return {"referral_id": UUID(referral["id"]), "to_stage": "new"}
    if resource.name not in ("duplicates", "client_merges"):
        return {}
    other = UUID(agency.factory.make(registry["Clients"], branch_id=agency.factory.parents["branches"])["id"])
    if resource.name == "duplicates":
        return {"first_client_id": client, "second_client_id": other, "score": 80}
    until = clock.now() + timedelta(days=30)
    return {"kept_client_id": client, "merged_client_id": other, "merged_name": "Somebody", "undo_until": until}


def _of_offers(agency: Any, resource: Resource, staff: UUID | None) -> dict[str, Any]:
    """An offer, whom it asked, a call-out, and the visit that it opened: what verbs write."""
    day = clock.today() + timedelta(days=9)
    if resource.name == "call_outs":
        return {"staff_member_id": staff, "first_on": day, "last_on": day}
    if resource.name not in ("offers", "offer_invitations", "called_out_visits"):
        return {}
    visit = agency.factory.make(registry["Visits"])
    if resource.name == "called_out_visits":
        call_out = _add(agency, CallOut(staff_member_id=staff, first_on=day, last_on=day))
        return {"call_out_id": call_out, "visit_id": UUID(visit["id"]), "occurs_on": day}
    begins = clock.now() + timedelta(days=9)
    offer = {"client_id": UUID(visit["client_id"]), "visit_id": UUID(visit["id"]), "starts_at": begins}
    offer |= {"ends_at": begins + timedelta(hours=2), "expires_at": begins, "note": "Parking behind the house"}
    if resource.name == "offers":
        return offer
    return {"offer_id": _add(agency, Offer(**offer, invited=1)), "staff_member_id": staff, "channels": ["product"]}


def _add(agency: Any, row: Any) -> UUID:
    with tenancy.acting(agency.id), db.transaction():
        db.session.add(row)
        db.session.flush()
        key: UUID = row.id
        return key
