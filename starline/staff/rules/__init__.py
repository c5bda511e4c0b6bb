"""Pure rules about staff, one file for each question. Clock and rows stay outside."""

from starline.staff.rules.availability import Slot, available_minutes, minutes_of, slots_collide
from starline.staff.rules.clearance import Clearance, ServiceFacts, StaffFacts, is_cleared
from starline.staff.rules.credentials import Proof, best_state, credential_state, expiry, reminder_due

__all__ = [
    "Clearance",
    "Proof",
    "ServiceFacts",
    "Slot",
    "StaffFacts",
    "available_minutes",
    "best_state",
    "credential_state",
    "expiry",
    "is_cleared",
    "minutes_of",
    "reminder_due",
    "slots_collide",
]
