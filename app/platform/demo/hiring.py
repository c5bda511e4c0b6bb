"""The demo's applicants, new colleagues, trainings, reviews and looks into exclusion lists."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from app.platform.demo.people import Fiction
from app.platform.demo.staff import POSITIONS
from starline.core.db import session
from starline.staff import onboarding
from starline.staff.models import (
    Applicant,
    ExclusionCheck,
    OnboardingItem,
    PerformanceReview,
    StaffMember,
    TrainingCourse,
    TrainingRecord,
)
from starline.staff.rules import expiry
from starline.staff.vocabulary import (
    ApplicantSource,
    ApplicantStage,
    Discipline,
    ExclusionList,
    OnboardingStatus,
    RejectionReason,
    StaffStatus,
)

STAGES = {
    ApplicantStage.APPLIED: 6,
    ApplicantStage.SCREENING: 4,
    ApplicantStage.INTERVIEW: 4,
    ApplicantStage.OFFER: 2,
    ApplicantStage.REJECTED: 7,
}
"""How many applications stand in each stage; those hired are colleagues already."""

SOUGHT = (Discipline.HHA, Discipline.PCA, Discipline.HHA, Discipline.CNA, Discipline.COMPANION, Discipline.RN)
NOTES = (
    "Two years in assisted living. Drives, prefers evenings.",
    "Speaks Spanish and English. Asked about weekend shifts.",
    "Certificate is from another state: ask for the transfer.",
    "Warm on the phone, late for the call.",
    "Cared for her grandfather at home for three years.",
)
STRENGTHS = ("Calm with clients who are confused, and always on time.", "Notes are short and complete.")
GOALS = ("Take the dementia course in spring.", "Bring one colleague along on first visits.")
NEW_DAYS = 45
"""Whoever was hired within so many days is still being onboarded."""


def load_hiring(
    fiction: Fiction, members: Sequence[StaffMember], *, branches: Sequence[object], by: int, small: bool
) -> None:
    """What human resources work on, today and lately."""
    _take_on(fiction, members, by)
    _check_exclusions(fiction, members, by)
    _train(fiction, members)
    _review(fiction, members, by)
    for stage, count in STAGES.items():
        for number in range(max(count // 3, 1) if small else count):
            session.add(_applicant(fiction, stage, branches[number % len(branches)], by))
    session.flush()


def _take_on(fiction: Fiction, members: Sequence[StaffMember], by: int) -> None:
    """The newest few are in the middle of their onboarding, and came as applicants."""
    working = [one for one in members if one.status == StaffStatus.ACTIVE and one.discipline in POSITIONS]
    for member in working[-4:]:
        member.hired_on = fiction.days_ago(3, NEW_DAYS)
        session.flush()
        for item in onboarding.start_onboarding(member, by=by):
            _work_off(fiction, item, by)
        session.add(_hired(fiction, member, by))
    session.flush()


def _work_off(fiction: Fiction, item: OnboardingItem, by: int) -> None:
    if item.due_on < fiction.today - timedelta(days=2) and fiction.chance(80):
        item.status, item.done_by_id = OnboardingStatus.DONE, by
        item.done_on = item.due_on - timedelta(days=fiction.random.randint(0, 2))


def _check_exclusions(fiction: Fiction, members: Sequence[StaffMember], by: int) -> None:
    """Everybody was checked this month but a few, who are late or were never looked for."""
    for member in members:
        if fiction.chance(4):
            continue
        checked = fiction.today - timedelta(days=fiction.random.randint(33, 50) if fiction.chance(8) else 12)
        for source in (ExclusionList.OIG, ExclusionList.SAM):
            result = "possible_match" if source == ExclusionList.SAM and fiction.chance(2) else "clear"
            session.add(
                ExclusionCheck(
                    staff_member_id=member.id,
                    source=source,
                    checked_on=checked,
                    result=result,
                    next_due_on=checked + timedelta(days=31),
                    checked_by_id=by,
                    note="Same name, other birth date: papers asked for." if result != "clear" else None,
                )
            )


def _train(fiction: Fiction, members: Sequence[StaffMember]) -> None:
    courses = session.query(TrainingCourse).order_by(TrainingCourse.name).all()
    for member in members:
        for course in courses:
            is_asked = member.discipline in course.required_disciplines
            if not fiction.chance(88 if is_asked else 22):
                continue
            done = max(fiction.days_ago(5, 390), member.hired_on)
            score = None if course.pass_score is None else fiction.random.randint(76, 100)
            session.add(
                TrainingRecord(
                    staff_member_id=member.id,
                    course_id=course.id,
                    completed_on=done,
                    hours=course.hours,
                    score=score,
                    expires_on=expiry(done, course.validity_months) if course.validity_months else None,
                    instructor=fiction.pick(("Riverbend Training Center", "Online", "Priscilla Okonkwo, RN")),
                )
            )


def _review(fiction: Fiction, members: Sequence[StaffMember], by: int) -> None:
    for member in members:
        if member.status != StaffStatus.ACTIVE or member.user_id == by or not fiction.chance(45):
            continue
        due = fiction.today + timedelta(days=fiction.random.randint(-70, 50))
        is_signed = due < fiction.today and fiction.chance(85)
        session.add(
            PerformanceReview(
                staff_member_id=member.id,
                period_starts_on=due - timedelta(days=379),
                period_ends_on=due - timedelta(days=15),
                due_on=due,
                reviewer_id=by,
                rating=fiction.pick((3, 4, 4, 5)) if is_signed else None,
                strengths=fiction.pick(STRENGTHS) if is_signed else None,
                goals=fiction.pick(GOALS) if is_signed else None,
                status="signed" if is_signed else "open",
                signed_by_id=by if is_signed else None,
                signed_at=_instant(due) if is_signed else None,
            )
        )


def _applicant(fiction: Fiction, stage: ApplicantStage, branch_id: object, by: int) -> Applicant:
    person, discipline = fiction.person(), fiction.pick(SOUGHT)
    applied = fiction.days_ago(1, 6) if stage == ApplicantStage.APPLIED else fiction.days_ago(7, 45)
    since = applied if stage == ApplicantStage.APPLIED else fiction.today - timedelta(days=fiction.random.randint(0, 6))
    is_over = stage == ApplicantStage.REJECTED
    return Applicant(
        first_name=person.first_name,
        last_name=person.last_name,
        phone=fiction.phone(),
        email=f"{person.first_name}.{person.last_name}@people.example".lower(),
        discipline=discipline,
        position=POSITIONS[discipline],
        branch_id=branch_id,
        source=fiction.pick(list(ApplicantSource)),
        applied_on=applied,
        available_from=fiction.today + timedelta(days=fiction.random.randint(5, 40)),
        recruiter_id=by,
        rating=None if stage == ApplicantStage.APPLIED else fiction.random.randint(2, 5),
        notes=fiction.maybe(60, NOTES),
        stage=stage,
        stage_since=_instant(since),
        rejection_reason=fiction.pick(list(RejectionReason)[:-1]) if is_over else None,
        rejected_from=fiction.pick(("applied", "screening", "interview", "offer")) if is_over else None,
    )


def _hired(fiction: Fiction, member: StaffMember, by: int) -> Applicant:
    applicant = _applicant(fiction, ApplicantStage.APPLIED, member.branch_id, by)
    applicant.first_name, applicant.last_name = member.first_name, member.last_name
    applicant.phone, applicant.email = member.phone, member.email
    applicant.discipline, applicant.position, applicant.rating = member.discipline, member.position, 5
    applicant.applied_on = member.hired_on - timedelta(days=24)
    applicant.stage, applicant.staff_member_id = ApplicantStage.HIRED, member.id
    applicant.stage_since = _instant(member.hired_on)
    return applicant


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(17, 30), UTC)
