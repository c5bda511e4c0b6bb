"""The agency's own fields as its administrators arrange them: by record, with a preview and a safe change of kind."""

from typing import Any

import wtforms
from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.display import choice_label
from app.core.fields import Field
from app.core.forms import form_of_field
from app.core.navigation import Entry, add_entry
from app.core.own_fields import SECTION, OwnField, drawn_as
from app.core.resource import Resource, registry
from app.core.writing import find_row
from starline.core.db import metadata, session
from starline.core.errors import Conflict, Invalid
from starline.core.language import gettext as _
from starline.organizations import custom_fields
from starline.organizations.custom_fields import LOST_SHOWN, CustomField, Subject
from starline.organizations.custom_rules import CHOSEN, FieldKind, may_become

READ, EDIT = ("can_read", "CustomFields"), ("can_edit", "CustomFields")
MOST_PREVIEWED = 100

add_entry(Entry("Settings", "Own fields", "/settings/fields", "forms", READ))


class FieldsView(BaseView):
    """`/settings/fields`."""

    route_base = "/settings/fields"

    @expose("", methods=["GET"])
    def list(self) -> str:
        viewer = allowed(*READ)
        fields = session.scalars(select(CustomField).order_by(CustomField.position, CustomField.id)).all()
        groups = [
            {
                "subject": subject.value,
                "title": _(_resource(subject).title),
                "list_url": f"/{_resource(subject).name}/list/",
                "fields": [one for one in fields if one.subject == subject and one.is_active],
                "unused": [one for one in fields if one.subject == subject and not one.is_active],
            }
            for subject in Subject
        ]
        return render_template(
            "organizations/fields.html",
            groups=groups,
            label=choice_label,
            section=_(SECTION),
            may_edit=EDIT in viewer.permissions,
            may_add=("can_add", "CustomFields") in viewer.permissions,
        )

    @expose("/preview", methods=["GET"])
    def preview(self) -> str:
        """The field as the form will draw it, from what is typed so far."""
        allowed(*READ)
        kind = request.args.get("kind", "")
        one = OwnField(
            subject=Subject.CLIENT,
            key="preview",
            label=request.args.get("label", "").strip()[:80] or _("New field"),
            kind=kind if kind in set(FieldKind) else FieldKind.TEXT,
            choices=_choices()[:MOST_PREVIEWED],
            help=request.args.get("help", "").strip()[:300],
            section=SECTION,
            is_required="is_required" in request.args,
            is_in_list=False,
            role_names=None,
        )
        return render_template("organizations/field_preview.html", field=_drawn(drawn_as(one)))

    @expose("/<pk>/kind", methods=["GET"])
    def ask_kind(self, pk: str) -> str:
        """The question; with `kind`, also what would become of the values."""
        allowed(*EDIT)
        return _page(find_row(registry["CustomFields"], pk), _asked_kind(request.args.get("kind", "")))

    @expose("/<pk>/kind", methods=["POST"])
    def change_kind(self, pk: str) -> str | Response:
        viewer = allowed(*EDIT)
        one = find_row(registry["CustomFields"], pk, lock=True)
        kind = _asked_kind(request.form.get("kind", ""))
        if kind is None:
            return _page(one, None, _("Choose the new kind."))
        accepts = "accepts_loss" in request.form
        try:
            with session.begin_nested():
                done = custom_fields.change_kind(one, kind, choices=_choices(), accepts_loss=accepts, by=viewer.user_id)
        except (Conflict, Invalid) as problem:
            session.refresh(one)
            return _page(one, kind, problem.message)
        said = _("%(label)s was changed: %(number)d values went along.", label=one.label, number=len(done.values))
        flash(said, "success")
        return redirect("/settings/fields")


def _page(one: CustomField, kind: FieldKind | None, error: str = "") -> str:
    choices = list(_choices() or one.choices)
    change = None
    if kind is not None and may_become(one.kind, kind):
        change = custom_fields.kind_change(one, kind, choices)
    subject = _resource(Subject(one.subject))
    lost = list(change.lost.items())[:LOST_SHOWN] if change else []
    names = _names(subject, [row_id for row_id, _text in lost])
    return render_template(
        "organizations/field_kind.html",
        field=one,
        kind=kind,
        kinds=[(other.value, choice_label(other)) for other in FieldKind if may_become(one.kind, other)],
        choices=", ".join(choices),
        needs_choices=kind in CHOSEN,
        change=change,
        lost=[(f"/{subject.name}/edit/{row_id}", names.get(row_id, ""), text) for row_id, text in lost],
        more=len(change.lost) - len(lost) if change else 0,
        label=choice_label,
        error=error,
    )


def _names(subject: Resource, ids: list[Any]) -> dict[Any, str]:
    rows = session.scalars(select(subject.model).where(subject.model.id.in_(ids))) if ids else ()
    return {row.id: str(row) for row in rows}


def _resource(subject: Subject) -> Resource:
    table = metadata.tables[subject.value]
    return next(one for one in registry.values() if one.model.__table__ is table)


def _asked_kind(text: str) -> FieldKind | None:
    return FieldKind(text) if text in set(FieldKind) else None


def _choices() -> tuple[str, ...]:
    typed = request.values.get("choices", "")
    return tuple(dict.fromkeys(part.strip() for part in typed.split(",") if part.strip()))


def _drawn(one: Field) -> wtforms.Field:
    return form_of_field(one)[one.key]
