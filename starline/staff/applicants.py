"""Applications: taken in, moved from stage to stage, rejected with a reason, or hired."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today
from starline.staff import access, onboarding, pay_rates, service
from starline.staff.models import Applicant, StaffMember
from starline.staff.rules.pipeline import may_move
from starline.staff.vocabulary import ApplicantStage, EmploymentType, RejectionReason

TAKEN = ("first_name", "last_name", "phone", "email", "discipline", "position", "branch_id")
"""What the new colleague's file begins with."""


@dataclass(frozen=True, slots=True)
class Hire:
    """What was agreed. `hourly_rate` becomes the base rate; `is_invited`: a link to a sign-in is mailed."""

    hired_on: date
    employment_type: EmploymentType = EmploymentType.W2
    hourly_rate: Decimal | None = None
    is_invited: bool = False


def take_in(values: Mapping[str, Any], *, by: int | None) -> Applicant:
    """Put a new application into the first stage."""
    whole = {**values, "applied_on": values.get("applied_on") or today()}
    _check(whole)
    applicant = Applicant(**whole, stage_since=clock.now())
    session.add(applicant)
    session.flush()
    events.record("applicant:taken_in", applicant)
    return applicant


def update_applicant(applicant: Applicant, values: Mapping[str, Any], *, by: int | None) -> Applicant:
    _check(proposed(applicant, values))
    assign(applicant, values)
    session.flush()
    events.record("applicant:updated", applicant)
    return applicant


def move_applicant(applicant: Applicant, *, to: ApplicantStage, by: int | None) -> Applicant:
    """Take an application to another open stage; one that was rejected comes back."""
    applicant = _held(applicant, to)
    if to in (ApplicantStage.HIRED, ApplicantStage.REJECTED):
        raise invalid("stage", "Say when they start, or why they are not hired.")
    if to != ApplicantStage.APPLIED and not (applicant.phone or applicant.email):
        raise invalid(
            "stage",
            _(
                "There is no way to reach %(applicant)s. Enter a phone number or an e-mail address first.",
                applicant=applicant,
            ),
        )
    applicant.rejection_reason, applicant.rejection_note, applicant.rejected_from = None, None, None
    _enter(applicant, to)
    events.record("applicant:moved", applicant)
    return applicant


def reject_applicant(
    applicant: Applicant, *, reason: RejectionReason, note: str | None = None, by: int | None
) -> Applicant:
    """Close an application with the reason; it counts in the figures and can come back."""
    applicant = _held(applicant, ApplicantStage.REJECTED)
    if reason == RejectionReason.OTHER and not (note or "").strip():
        raise invalid("rejection_note", "Say in a few words what the reason is.")
    applicant.rejected_from = applicant.stage
    applicant.rejection_reason, applicant.rejection_note = reason, note or None
    _enter(applicant, ApplicantStage.REJECTED)
    events.record("applicant:rejected", applicant)
    return applicant


def hire_applicant(applicant: Applicant, terms: Hire, *, by: int | None) -> StaffMember:
    """Make the applicant a colleague: file, base rate, steps of the onboarding, and an invitation if wanted."""
    applicant = _held(applicant, ApplicantStage.HIRED)
    if terms.is_invited and not applicant.email:
        raise invalid("is_invited", "There is no e-mail address to send the invitation to.")
    given = {name: getattr(applicant, name) for name in TAKEN}
    values = {**given, "hired_on": terms.hired_on, "employment_type": terms.employment_type}
    member = service.create_staff_member(values, by=by)
    if terms.hourly_rate is not None:
        rate = {"staff_member_id": member.id, "rate_amount": terms.hourly_rate, "starts_on": terms.hired_on}
        pay_rates.add_pay_rate(rate, by=by)
    onboarding.start_onboarding(member, by=by)
    if terms.is_invited:
        access.invite_to_sign_in(member, by=by)
    applicant.staff_member_id = member.id
    _enter(applicant, ApplicantStage.HIRED)
    events.record("applicant:hired", applicant)
    return member


def _held(applicant: Applicant, to: ApplicantStage) -> Applicant:
    """The application as it is now, held until the transaction ends. Raises `Conflict` where it can't go there."""
    session.refresh(applicant, with_for_update=True)
    if not may_move(applicant.stage, to):
        raise Conflict(_("From “%(stage)s” an application can't go to “%(to)s”.", stage=applicant.stage, to=to))
    return applicant


def _enter(applicant: Applicant, stage: ApplicantStage) -> None:
    applicant.stage, applicant.stage_since = stage, clock.now()
    session.flush()


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    rating = values.get("rating")
    if rating is not None and not 1 <= rating <= 5:
        problems.add("rating", "Give a rating from 1 to 5.")
    if values["applied_on"] > clock.today():
        problems.add("applied_on", "The application can't lie in the future; check the year.")
    if values.get("email") and values.get("stage", ApplicantStage.APPLIED) != ApplicantStage.HIRED:
        same = session.query(Applicant).filter_by(email=values["email"])
        open_one = next((one for one in same if one.is_open and one.id != values.get("id")), None)
        if open_one is not None:
            problems.add("email", _("There is an open application with this address: %(other)s.", other=open_one))
    problems.refuse()
