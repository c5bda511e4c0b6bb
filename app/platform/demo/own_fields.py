"""The demo's fields of the agency's own: two on clients, one of them for few eyes, and one on staff."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from starline.clients.models import Client
from starline.core.db import session
from starline.organizations.custom_fields import Subject, add_custom_field
from starline.organizations.custom_rules import FieldKind
from starline.staff.models import StaffMember

TABLETS = ("None yet", "Loaned", "Own")
SIZES = ("XS", "S", "M", "L", "XL", "2XL")
FIELDS: tuple[dict[str, Any], ...] = (
    {
        "subject": Subject.CLIENT,
        "label": "Tablet for video calls",
        "kind": FieldKind.CHOICE,
        "choices": list(TABLETS),
        "section": "Home and emergency",
        "help": "The agency lends tablets to clients whose family lives far away.",
        "is_in_list": True,
    },
    {
        "subject": Subject.CLIENT,
        "label": "Next family call",
        "kind": FieldKind.DATE,
        "help": "When the office promised to call the family again.",
        "role_names": ["Administrator", "Scheduler", "Nurse"],
    },
    {
        "subject": Subject.STAFF_MEMBER,
        "label": "Scrubs size",
        "kind": FieldKind.CHOICE,
        "choices": list(SIZES),
        "section": "Employment",
    },
)


def load_own_fields(clients: Sequence[Client], members: Sequence[StaffMember], today: date, *, by: int) -> None:
    """Add the fields and fill them in for most."""
    for values in FIELDS:
        add_custom_field(values, by=by)
    for number, client in enumerate(clients):
        client.custom = {"tablet_for_video_calls": TABLETS[number % len(TABLETS)]}
        if number % 4 == 0:
            client.custom |= {"next_family_call": (today + timedelta(days=number % 23 - 3)).isoformat()}
    for number, member in enumerate(members):
        if number % 7:
            member.custom = {"scrubs_size": SIZES[number % len(SIZES)]}
    session.flush()
