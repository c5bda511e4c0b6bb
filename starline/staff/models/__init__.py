"""The nouns of the staff domain, one file for each capability."""

from starline.staff.models.applicants import Applicant
from starline.staff.models.credentials import Credential, CredentialReminder, CredentialType, ExclusionCheck
from starline.staff.models.members import OfStaffMember, StaffMember
from starline.staff.models.onboarding import OnboardingChecklist, OnboardingItem, OnboardingStep
from starline.staff.models.pay import PayRate
from starline.staff.models.reviews import PerformanceReview
from starline.staff.models.time import AvailabilitySlot, TimeOff
from starline.staff.models.training import InServiceRule, TrainingCourse, TrainingRecord

__all__ = [
    "Applicant",
    "AvailabilitySlot",
    "Credential",
    "CredentialReminder",
    "CredentialType",
    "ExclusionCheck",
    "InServiceRule",
    "OfStaffMember",
    "OnboardingChecklist",
    "OnboardingItem",
    "OnboardingStep",
    "PayRate",
    "PerformanceReview",
    "StaffMember",
    "TimeOff",
    "TrainingCourse",
    "TrainingRecord",
]
