"""What no form writes of rows that the system makes by itself: the isolation tests put such rows in directly."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.resource import Resource, registry
from starline.core import clock


def unwritten(agency: Any, resource: Resource) -> dict[str, Any]:
    """What no form writes of rows that the system makes by itself."""
    user = {"user_id": agency.factory.user_id}
    client = UUID(agency.factory.parents["clients"]) if "clients" in agency.factory.parents else None
    staff = UUID(agency.factory.parents["staff_members"]) if "staff_members" in agency.factory.parents else None
    return {
        "break_glass_accesses": {**user, "client_id": client, "reason": "The door stood open"},
        "imports": {**user, "list_name": "Clients"},
        "security_alerts": {**user, "kind": "denials", "count": 50},
        # It is on its way to nobody: a walk of tasks speaks to no other machine.
        "webhook_deliveries": {"body": "{}", "state": "delivered"},
        # Everybody who may see files may see staff members.
        "files": {"owner_table": "staff_members", "staff_member_id": staff},
    }.get(resource.name, {}) | _of_intake_and_merges(agency, resource, client)


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
