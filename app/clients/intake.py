"""Intake as a board: referrals in their stages, what a stage asks for, the figures, and the client in the end."""

import hashlib
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import func, or_, select
from werkzeug.wrappers import Response as AnyResponse

from app.core import pages
from app.core.access import allowed
from app.core.board import Board, Card
from app.core.board import Stage as Column
from app.core.display import choice_label
from app.core.forms import blank_form, filled_form, mark_errors, sent_form
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.core.resource import Resource, registry
from app.core.security import required_viewer
from app.core.writing import find_row, read_values
from starline.clients import pipeline, referrals
from starline.clients.models import Referral
from starline.clients.pipeline import Stage
from starline.core import audit, clock
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid
from starline.core.language import gettext as _
from starline.core.language import ngettext
from starline.organizations.calendar import today

MAY_READ, MAY_EDIT, MAY_ADD = (("can_read", "Referrals"), ("can_edit", "Referrals"), ("can_add", "Referrals"))
MAY_MAKE_CLIENTS = ("can_add", "Clients")
MOST_CARDS = 60
ENDED_SHOWN = timedelta(days=30)
TONES = {Stage.NEW: "info", Stage.WON: "good", Stage.LOST: "bad"}
PERIODS = (30, 90, 180, 365)
QUICK = {
    "Person": "first_name last_name phone",
    "Referral": "source source_name payer_name needs branch",
    "Intake": "owner next_step next_step_on",
}
ASKED_FOR = {
    Stage.ASSESSMENT_SCHEDULED: "assessment_at phone owner",
    Stage.ASSESSED: "assessment_at phone",
    Stage.LOST: "lost_reason lost_note",
}

add_entry(Entry("People", "Intake", "/intake/", "inbox", MAY_READ))


class IntakeView(BaseView):  # type: ignore[misc]
    """`/intake/`: the board, the quick form, a move, the figures, and the making of the client."""

    route_base = "/intake"
    default_view = "board"

    @expose("/", methods=["GET"])
    def board(self) -> str:
        viewer = allowed(*MAY_READ)
        rows = _shown()
        audit.record_read("referrals", [one.id for one in rows], [one.client_id for one in rows if one.client_id])
        return render_template(
            "clients/intake.html",
            board=_board(rows, may_edit=MAY_EDIT in viewer.permissions),
            may_add=MAY_ADD in viewer.permissions,
            mark=_mark(),
        )

    @expose("/pulse", methods=["GET"])
    def pulse(self) -> Response:
        """A word that changes with the board: the page asks for it while somebody works on it."""
        allowed(*MAY_READ)
        return jsonify(mark=_mark())

    @expose("/new", methods=["GET"])
    def new(self) -> str:
        """The few questions of a first call. The referral's own form takes what was typed."""
        allowed(*MAY_ADD)
        resource = _resource()
        form = blank_form(resource)
        page = pages.form_page(resource, form, "add", None)
        page |= {
            "title": _("New referral"),
            "sections": _sections(form, QUICK),
            "action_url": "/referrals/add?back=/intake/",
            "cancel_url": "/intake/",
            "can_save_and_new": False,
        }
        return render_template("resource/form.html", form=form, page=page)

    @expose("/<pk>/stage", methods=["POST"])
    def stage(self, pk: str) -> AnyResponse:
        """A card was moved. Where the stage asks for more than is known, its form is next."""
        viewer = allowed(*MAY_EDIT)
        referral, to = find_row(_resource(), pk, lock=True), _stage_asked()
        if to is Stage.WON:
            return redirect(f"/intake/{referral.id}/client")
        try:
            with session.begin_nested():
                referrals.move_referral(referral, to=to, by=viewer.user_id)
        except Invalid as problem:
            if problem.errors.keys() - {"stage"}:
                return redirect(f"/intake/{referral.id}/move?stage={to}")
            flash(_(problem.message), "danger")
        return redirect("/intake/")

    @expose("/<pk>/move", methods=["GET", "POST"])
    def move(self, pk: str) -> Any:
        """The form of a move: the stage, and what it asks for."""
        viewer = allowed(*MAY_EDIT)
        resource, referral = _resource(), find_row(_resource(), pk, lock=request.method == "POST")
        if request.method == "GET":
            return _move_page(referral, filled_form(resource, referral), _stage_asked(optional=True))
        to, names = _stage_asked(), set(request.form) & {one.key for one in resource.form_fields}
        if to is Stage.WON:
            return redirect(f"/intake/{referral.id}/client")
        try:
            with session.begin_nested():
                typed = _typed(resource, names - {"stage"})
                referrals.move_referral(referral, to=to, values=typed, by=viewer.user_id)
        except (Invalid, Conflict) as problem:
            return _move_page(referral, sent_form(resource), to, problem), problem.status
        flash(_("%(what)s was moved.", what=str(referral)), "success")
        return redirect("/intake/")


def _resource() -> Resource:
    return registry["Referrals"]


def _shown() -> list[Referral]:
    """The open referrals and those that ended lately, as far as the viewer sees."""
    lately = clock.now() - ENDED_SHOWN
    query = select(Referral).where(or_(Referral.stage.in_(pipeline.OPEN), Referral.stage_since >= lately))
    scope = Referral.visible_to(required_viewer())
    query = query if scope is None else query.where(scope)
    order = (Referral.next_step_on.asc().nulls_last(), Referral.received_at.desc())
    return list(session.scalars(query.order_by(*order).limit(MOST_CARDS * len(Stage))))


def _mark() -> str:
    """Differs once anything of the board does."""
    query = select(func.count(), func.max(Referral.changed_on))
    scope = Referral.visible_to(required_viewer())
    told_of = session.execute(query if scope is None else query.where(scope)).one()
    return hashlib.sha256(f"{told_of}{today()}".encode()).hexdigest()[:16]


def _board(rows: list[Referral], *, may_edit: bool) -> Board:
    day, columns = today(), []
    for stage in Stage:
        mine = [one for one in rows if one.stage == stage]
        columns.append(
            Column(
                name=stage.value,
                label=choice_label(stage.value),
                cards=[_card(one, day, may_edit) for one in mine[:MOST_CARDS]],
                count=len(mine),
                tone=TONES.get(stage, "plain"),
                hint=_("Won in the last 30 days.") if stage is Stage.WON else _("Drop a card here."),
                more_url=f"/referrals/list/?stage={stage}"
                if len(mine) > MOST_CARDS or stage not in pipeline.OPEN
                else None,
            )
        )
    return Board(label=_("Intake"), move_url="/intake/{id}/stage", stages=columns)


def _card(one: Referral, day: date, may_edit: bool) -> Card:
    note, tone = _note(one, day)
    return Card(
        id=str(one.id),
        title=str(one),
        url=f"/referrals/show/{one.id}",
        lines=tuple(filter(None, _lines(one))),
        note=note,
        tone=tone,
        targets=tuple(stage.value for stage in pipeline.targets_of(Stage(one.stage))) if may_edit else (),
    )


def _lines(one: Referral) -> tuple[str | None, ...]:
    step = _("Next: %(step)s", step=one.next_step) if one.next_step and one.is_open else None
    return (one.source_name or choice_label(one.source), one.payer_name, ", ".join(one.services_wanted), step)


def _note(one: Referral, day: date) -> tuple[str, str]:
    """The next step where there is one, else for how long the card has been here."""
    display = current_profile().display
    if one.stage == Stage.LOST:
        return choice_label(one.lost_reason or ""), "plain"
    if one.next_step_on and one.is_open:
        due = one.next_step_on.strftime(display.date_format)
        return _(
            "Due %(day)s", day=due
        ), "bad" if one.next_step_on < day else "warn" if one.next_step_on == day else "plain"
    days = (day - one.stage_since.astimezone(display.zone).date()).days
    return (ngettext("%(num)d day", "%(num)d days", days) if days > 0 else _("Today")), "plain"


def _stage_asked(*, optional: bool = False) -> Any:
    text = (request.form if request.method == "POST" else request.args).get("stage", "")
    if text in set(Stage):
        return Stage(text)
    if optional:
        return None
    raise Invalid(_("Choose one of the stages."), errors={"stage": [_("Choose one of the stages.")]})


def _sections(form: Any, named: dict[str, str]) -> list[dict[str, Any]]:
    fields = _resource().fields
    return [
        {"title": _(title) if title else "", "fields": [form[fields[name].key] for name in names.split()]}
        for title, names in named.items()
    ]


def _typed(resource: Resource, names: set[str]) -> dict[str, Any]:
    from app.core.forms import sent_values

    given = sent_values(resource, is_new=False)
    return read_values(resource, {name: given[name] for name in names if name in given}, is_new=False)


def _move_page(referral: Referral, form: Any, to: Stage | None, problem: DomainError | None = None) -> str:
    if to is not None:
        form["stage"].data = to.value
    form["stage"].choices = [
        (stage.value, choice_label(stage.value))
        for stage in (Stage(referral.stage), *pipeline.targets_of(Stage(referral.stage)))
    ]
    summary = []
    if problem is not None:
        summary = mark_errors(form, problem.errors) or [{"field": "", "label": "", "sentence": _(problem.message)}]
    names = ASKED_FOR.get(to, "lost_reason lost_note assessment_at") if to else "assessment_at lost_reason lost_note"
    page = {
        "title": _("Move %(what)s", what=str(referral)),
        "action": "move",
        "sections": _sections(form, {"": f"stage {names}"}),
        "cancel_url": "/intake/",
        "save_label": _("Move"),
        "errors_summary": summary,
        "conflict": None,
    }
    return render_template("resource/form.html", form=form, page=page)


VIEWS = (IntakeView,)
