"""A colleague hands in a proof of their own, with its scan. It counts once somebody else has verified it."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from starline.core.language import N_
from starline.core.problems import invalid
from starline.files.service import store
from starline.files.vocabulary import FileCategory
from starline.notifications.service import notify_all, people_who_may
from starline.staff.credentials import add_credential
from starline.staff.models import Credential, StaffMember

Scan = tuple[BinaryIO, str]
"""The content of a file, and its name."""


def hand_in(member: StaffMember, values: Mapping[str, Any], *, scan: Scan | None, by: int) -> Credential:
    """Put the proof with its scan into the person's own file and tell those who verify."""
    if scan is None:
        raise invalid("scan", "Add a photo or a scan of it; without one nobody can verify it.")
    credential = add_credential({**values, "staff_member_id": member.id}, by=by)
    content, name = scan
    store(content, name, owner=credential, category=FileCategory.CREDENTIAL, by=by)
    notify_all(
        people_who_may("edit", "Credentials", branch_id=member.branch_id),
        "credential:handed_in",
        N_("%(who)s handed in %(what)s: verify it."),
        link="/compliance/expiring",
        key=f"credential:{credential.id}:handed_in",
        who=str(member),
        what=str(credential.credential_type),
    )
    return credential
