"""`/hiring/…`: applications as a board, and the forms that a hire and a rejection ask for."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.board import Board, Card, Stage
from app.core.display import choice_label
from app.core.navigation import Entry, add_entry
from app.core.resource import registry
from app.core.writing import find_row
from starline.core import audit, clock
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotFound
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.core.problems import invalid
from starline.identity.viewer import Viewer
from starline.organizations.calendar import today
from starline.organizations.models import Branch
from starline.staff import applicants
from starline.staff.applicants import Hire
from starline.staff.models import Applicant
from starline.staff.rules.pipeline import TARGETS, WAY, conversions
from starline.staff.vocabulary import ApplicantStage, EmploymentType, RejectionReason

PERMISSION = "Applicants"
OLD_DAYS = 60
"""How long somebody hired or rejected stays on the board."""
SLOW_DAYS = 7
TONES = {"applied": "info", "screening": "info", "interview": "warn", "offer": "good", "hired": "good"}

add_entry(Entry("People", "Applicants", "/hiring/", "user-plus", ("can_read", PERMISSION)))


class HiringView(BaseView):  # type: ignore[misc]
    """`/hiring/`."""

    route_base = "/hiring"
    default_view = "board"

    @expose("/", methods=["GET"])
    def board(self) -> str:
        viewer = allowed("can_read", PERMISSION)
        found = _shown(viewer)
        audit.record_read("applicants", [one.id for one in found], [])
        return render_template(
            "staff/hiring.html",
            board=_board(found, may_move=viewer.can("edit", PERMISSION)),
            figures=conversions(_furthest(viewer)),
            open_count=sum(one.is_open for one in found),
            may_add=viewer.can("add", PERMISSION),
            label=choice_label,
        )

    @expose("/<pk>/move", methods=["POST"])
    def move(self, pk: str) -> Response:
        """Take an application to another stage; one that asks for more has a form of its own."""
        viewer = allowed("can_edit", PERMISSION)
        applicant = find_row(registry[PERMISSION], pk)
        stage = request.form.get("stage", "")
        if stage in (ApplicantStage.HIRED, ApplicantStage.REJECTED):
            return redirect(f"/hiring/{applicant.id}/{'hire' if stage == ApplicantStage.HIRED else 'reject'}")
        try:
            with session.begin_nested():
                applicants.move_applicant(applicant, to=_stage(stage), by=viewer.user_id)
        except (Invalid, Conflict) as problem:
            flash(problem.message, "danger")
        return redirect("/hiring/")

    @expose("/<pk>/reject", methods=["GET", "POST"])
    def reject(self, pk: str) -> str | Response | tuple[str, int]:
        viewer = allowed("can_edit", PERMISSION)
        applicant = find_row(registry[PERMISSION], pk)
        if request.method == "GET":
            return _reject_page(applicant)
        reason, note = request.form.get("reason", ""), request.form.get("note", "").strip()[:300]
        try:
            with session.begin_nested():
                if reason not in list(RejectionReason):
                    raise invalid("reason", _("Choose a reason."))
                applicants.reject_applicant(applicant, reason=RejectionReason(reason), note=note, by=viewer.user_id)
        except (Invalid, Conflict) as problem:
            return _reject_page(applicant, problem), problem.status
        flash(_("%(who)s was rejected.", who=applicant), "success")
        return redirect("/hiring/")

    @expose("/<pk>/hire", methods=["GET", "POST"])
    def hire(self, pk: str) -> str | Response | tuple[str, int]:
        viewer = allowed("can_edit", PERMISSION)
        allowed("can_add", "StaffMembers")
        applicant = find_row(registry[PERMISSION], pk)
        if request.method == "GET":
            return _hire_page(applicant)
        try:
            with session.begin_nested():
                member = applicants.hire_applicant(applicant, _terms(), by=viewer.user_id)
        except (Invalid, Conflict) as problem:
            return _hire_page(applicant, problem), problem.status
        flash(_("%(who)s is a colleague now. These are the first steps.", who=member), "success")
        return redirect(f"/staff/show/{member.id}?tab=onboarding_items")


VIEWS = (HiringView,)


def _shown(viewer: Viewer) -> list[Applicant]:
    """The open applications, and those that were closed lately."""
    query = session.query(Applicant)
    scope = Applicant.visible_to(viewer)
    query = query if scope is None else query.filter(scope)
    since = clock.now() - timedelta(days=OLD_DAYS)
    is_open = Applicant.stage.not_in((ApplicantStage.HIRED, ApplicantStage.REJECTED))
    return query.filter(is_open | (Applicant.stage_since >= since)).order_by(Applicant.stage_since.desc()).all()


def _furthest(viewer: Viewer) -> list[ApplicantStage]:
    """How far each application of the last year came."""
    query = session.query(Applicant.stage, Applicant.rejected_from)
    scope = Applicant.visible_to(viewer)
    query = query if scope is None else query.filter(scope)
    found = query.filter(Applicant.applied_on >= today() - timedelta(days=365))
    return [ApplicantStage(before or stage) for stage, before in found]


def _board(found: list[Applicant], *, may_move: bool) -> Board:
    branches = {one.id: one.name for one in session.query(Branch)}
    stages = []
    for stage in (*WAY, ApplicantStage.REJECTED):
        cards = [_card(one, branches, may_move) for one in found if one.stage == stage]
        is_over = stage in (ApplicantStage.HIRED, ApplicantStage.REJECTED)
        stages.append(
            Stage(
                name=stage.value,
                label=choice_label(stage),
                cards=cards,
                tone=TONES.get(stage, "plain"),
                more_url=f"/applicants/list/?stage={stage.value}" if is_over else None,
            )
        )
    return Board(_("Applications by stage"), "/hiring/{id}/move", stages)


def _card(one: Applicant, branches: dict[Any, str], may_move: bool) -> Card:
    days = (clock.now() - one.stage_since).days
    is_slow = one.is_open and days > SLOW_DAYS
    stars = f"{'★' * one.rating}{'☆' * (5 - one.rating)}" if one.rating else ""
    outcome = choice_label(one.rejection_reason) if one.rejection_reason else ""
    note = _("today") if days < 1 else ngettext("%(num)s day", "%(num)s days", days)
    return Card(
        id=str(one.id),
        title=str(one),
        url=f"/applicants/show/{one.id}",
        lines=(f"{one.position} · {branches.get(one.branch_id, '')}", stars, outcome),
        note=note,
        tone="warn" if is_slow else "plain",
        targets=tuple(stage.value for stage in TARGETS[one.stage]) if may_move else (),
    )


def _stage(text: str) -> ApplicantStage:
    if text not in list(ApplicantStage):
        raise NotFound(_("There is no such stage."))
    return ApplicantStage(text)


def _terms() -> Hire:
    """What was typed into the form of a hire."""
    given = request.form
    try:
        starts = date.fromisoformat(given.get("hired_on", ""))
    except ValueError:
        raise invalid("hired_on", _("Give the first day of work.")) from None
    kind = given.get("employment_type", "")
    if kind not in list(EmploymentType):
        raise invalid("employment_type", _("Choose how they are employed."))
    return Hire(starts, EmploymentType(kind), _rate(given.get("hourly_rate", "").strip()), "is_invited" in given)


def _rate(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        rate = Decimal(text)
        if not (rate.is_finite() and 0 < rate < 10_000):
            raise InvalidOperation
    except InvalidOperation:
        raise invalid("hourly_rate", _("Give an amount like 21.50.")) from None
    return rate.quantize(Decimal("0.01"))


def _reject_page(applicant: Applicant, problem: DomainError | None = None) -> str:
    reasons = [(one.value, choice_label(one)) for one in RejectionReason]
    return _question("staff/reject.html", applicant, problem, reasons=reasons)


def _hire_page(applicant: Applicant, problem: DomainError | None = None) -> str:
    kinds = [(one.value, choice_label(one)) for one in EmploymentType]
    starts = applicant.available_from or today()
    return _question("staff/hire.html", applicant, problem, kinds=kinds, starts=max(starts, today()).isoformat())


def _question(template: str, applicant: Applicant, problem: DomainError | None, **more: Any) -> str:
    return render_template(
        template,
        applicant=applicant,
        values=request.form,
        errors=problem.errors if problem else {},
        sentence=problem.message if problem else None,
        **more,
    )
