"""The nouns of the staff domain, one file for each capability."""

from starline.staff.models.credentials import Credential, CredentialType
from starline.staff.models.members import OfStaffMember, StaffMember
from starline.staff.models.pay import PayRate
from starline.staff.models.time import AvailabilitySlot, TimeOff

__all__ = [
    "AvailabilitySlot",
    "Credential",
    "CredentialType",
    "OfStaffMember",
    "PayRate",
    "StaffMember",
    "TimeOff",
]
