"""What has to be done for somebody new: the agency's checklists, and each person's."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, User, belongs_to, choice, column, joined
from starline.staff.models.credentials import CredentialType
from starline.staff.models.members import OfStaffMember, StaffMember
from starline.staff.models.training import TrainingCourse
from starline.staff.vocabulary import OnboardingStatus, Responsible


class OnboardingChecklist(TenantModel):
    """A list of steps for everybody of some disciplines, or of all."""

    __tablename__ = "onboarding_checklists"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str] = column("Name", String(120))
    disciplines: Mapped[list[str]] = column(
        "For", ARRAY(String(40)), default=list, help="Disciplines: hha, rn …; empty is everybody."
    )
    is_active: Mapped[bool] = column("In use", default=True)


class OnboardingStep(TenantModel):
    """One step of a checklist."""

    __tablename__ = "onboarding_steps"
    __label__ = ("title",)
    __table_args__ = (
        Index(None, "organization_id", "checklist_id", "due_days"),
        CheckConstraint("due_days BETWEEN -60 AND 365", name="due_days"),
    )

    checklist_id: Mapped[UUID] = belongs_to("onboarding_checklists", "Checklist", on_delete="CASCADE")
    title: Mapped[str] = column("Step", String(160))
    responsible: Mapped[Responsible] = choice("Seen to by", Responsible, default=Responsible.HUMAN_RESOURCES)
    due_days: Mapped[int] = column("Due (days after hire)", default=0, help="Negative: before the first day of work.")
    credential_type_id: Mapped[UUID | None] = belongs_to(
        "credential_types", "Done once this is verified", help="Ticked by itself when the credential is verified."
    )
    course_id: Mapped[UUID | None] = belongs_to(
        "training_courses", "Done once this is completed", help="Ticked by itself when the training is recorded."
    )

    checklist: Mapped[OnboardingChecklist] = joined("OnboardingStep.checklist_id", to="OnboardingChecklist")
    credential_type: Mapped[CredentialType | None] = joined("OnboardingStep.credential_type_id", to="CredentialType")
    course: Mapped[TrainingCourse | None] = joined("OnboardingStep.course_id", to="TrainingCourse")


class OnboardingItem(OfStaffMember, TenantModel):
    """One step of one person."""

    __tablename__ = "onboarding_items"
    __label__ = ("title",)
    __table_args__ = (
        Index(None, "organization_id", "staff_member_id", "due_on"),
        Index(None, "organization_id", "status", "due_on"),
        CheckConstraint("(status = 'open') = (done_on IS NULL)", name="done_has_date"),
    )

    staff_member_id: Mapped[UUID] = belongs_to("staff_members", "Staff member")
    title: Mapped[str] = column("Step", String(160))
    responsible: Mapped[Responsible] = choice("Seen to by", Responsible, default=Responsible.HUMAN_RESOURCES)
    due_on: Mapped[date] = column("Due")
    status: Mapped[OnboardingStatus] = choice("Status", OnboardingStatus, default=OnboardingStatus.OPEN)
    done_on: Mapped[date | None] = column("Done")
    done_by_id: Mapped[int | None] = belongs_to("ab_user", "Done by")
    note: Mapped[str | None] = column("Note", String(300))
    step_id: Mapped[UUID | None] = belongs_to("onboarding_steps", "From the checklist")
    credential_type_id: Mapped[UUID | None] = belongs_to("credential_types", "Done once this is verified")
    course_id: Mapped[UUID | None] = belongs_to("training_courses", "Done once this is completed")

    staff_member: Mapped[StaffMember] = joined("OnboardingItem.staff_member_id", to="StaffMember")
    done_by: Mapped[User | None] = joined("OnboardingItem.done_by_id", to="User")
    credential_type: Mapped[CredentialType | None] = joined("OnboardingItem.credential_type_id", to="CredentialType")
    course: Mapped[TrainingCourse | None] = joined("OnboardingItem.course_id", to="TrainingCourse")

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        return ("complete", "waive") if self.status == OnboardingStatus.OPEN else ("reopen",)
