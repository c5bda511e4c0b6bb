"""The operator's screens: agencies, a new agency, suspend and open again. They exist on the platform's host only."""

from typing import Any

import wtforms
from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import Form

import starline.subscribers  # noqa: F401  (set-up needs what other domains add)
from app.core import sent_once
from app.core.access import operator
from app.core.display import choice_label
from app.core.errors import explain
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.platform.support_pages import PlatformSupportView
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.tenancy import PLATFORM_ID
from starline.organizations import service
from starline.organizations.models import Organization
from starline.organizations.zones import known_zones

TONES = {"active": "good", "trial": "info", "suspended": "bad", "closed": "plain"}
SECTIONS = {
    "Agency": ("name", "slug", "legal_name", "email_domain", "custom_domain", "branch_name", "time_zone"),
    "Administrator": ("administrator_first_name", "administrator_last_name", "administrator_email"),
}

add_entry(
    Entry("Platform", "Agencies", "/organizations/", "building-community", ("can_read", "Organizations"), platform=True)
)


class NewOrganizationForm(Form):
    """What an operator gives; the rest has defaults that the agency's administrator changes."""

    name = wtforms.StringField("Name")
    slug = wtforms.StringField("Subdomain", description="Lower-case letters, digits and hyphens.")
    legal_name = wtforms.StringField("Legal name")
    email_domain = wtforms.StringField("E-mail domain", description="People with it find their sign-in page.")
    custom_domain = wtforms.StringField("Custom domain")
    branch_name = wtforms.StringField("First branch")
    time_zone = wtforms.SelectField("Time zone", choices=sorted(known_zones()), default="America/New_York")
    administrator_first_name = wtforms.StringField("First name")
    administrator_last_name = wtforms.StringField("Last name")
    administrator_email = wtforms.EmailField("E-mail", description="Receives an invitation; no password is set here.")


class PlatformView(BaseView):  # type: ignore[misc]
    """`/organizations/…`."""

    route_base = "/organizations"
    default_view = "list"

    @expose("/", methods=["GET"])
    def list(self) -> str:
        viewer = operator("can_read")
        return render_template("platform/organizations.html", page=_list_page(viewer.permissions))

    @expose("/add", methods=["GET", "POST"])
    def add(self) -> str | Response:
        viewer = operator("can_add")
        form = NewOrganizationForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            return _form_page(form)
        try:
            made = sent_once.made_before()
            if made is not None:
                return made
            with session.begin_nested():
                organization = service.set_up_organization(form.data, by=viewer.user_id)
        except (Invalid, Conflict, Unavailable, IntegrityError) as problem:
            return _refused(form, problem)
        said = _("%(name)s is set up; the invitation is on its way.", name=organization.name)
        flash(said, "success")
        answer = redirect(url_for("PlatformView.list"))
        sent_once.keep(answer, said)
        return answer

    @expose("/show/<pk>", methods=["GET"])
    def show(self, pk: str) -> str:
        operator("can_read")
        return render_template("platform/organization.html", page=_show_page(_agency(pk)))

    @expose("/<pk>/suspend", methods=["POST"])
    def suspend(self, pk: str) -> Response:
        viewer = operator("can_edit")
        return _changed(pk, service.suspend_organization, by=viewer.user_id)

    @expose("/<pk>/reopen", methods=["POST"])
    def reopen(self, pk: str) -> Response:
        viewer = operator("can_edit")
        return _changed(pk, service.reopen_organization, by=viewer.user_id)


VIEWS = (PlatformView, PlatformSupportView)


def _agency(pk: str) -> Organization:
    key = parse_uuid(pk)
    found = session.get(Organization, key) if key and key != PLATFORM_ID else None
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    return found


def _changed(pk: str, verb: Any, *, by: int) -> Response:
    organization = _agency(pk)
    try:
        verb(organization, by=by, reason=request.form.get("reason", "")[:300])
        flash(_("%(name)s is now %(status)s.", name=organization.name, status=organization.status), "success")
    except DomainError as problem:
        flash(problem.message, "danger")
    return redirect(url_for("PlatformView.show", pk=pk))


def _list_page(permissions: Any) -> dict[str, Any]:
    found = service.organizations()
    labels = (_("Name"), _("Subdomain"), _("Status"), _("Subscription"), _("Created"))
    may_add = ("can_add", "Organizations") in permissions
    return {
        "title": _("Agencies"),
        "resource": "organizations",
        "count_label": str(len(found)),
        "columns": [
            {"name": label, "label": label, "sort_url": None, "sorted": "", "numeric": False} for label in labels
        ],
        "rows": [_row(one) for one in found],
        "chips": [],
        "filters": [],
        "search": "",
        "search_url": url_for("PlatformView.list"),
        "kept": [],
        "new_url": url_for("PlatformView.add") if may_add else None,
        "export_url": None,
        "position_label": "",
        "prev_url": None,
        "next_url": None,
        "is_filtered": False,
        "empty": None,
    }


def _row(organization: Organization) -> dict[str, Any]:
    url = url_for("PlatformView.show", pk=organization.id)
    created = current_profile().display.instant(organization.created_on)
    return {
        "id": str(organization.id),
        "url": url,
        "can_edit": False,
        "can_delete": False,
        "cells": [
            {"kind": "text", "text": organization.name, "url": url},
            {"kind": "text", "text": organization.slug},
            _status(organization),
            {"kind": "text", "text": choice_label(organization.subscription_tier)},
            {"kind": "text", "text": created},
        ],
    }


def _status(organization: Organization) -> dict[str, Any]:
    return {"kind": "pill", "text": choice_label(organization.status), "tone": TONES[organization.status]}


def _show_page(organization: Organization) -> dict[str, Any]:
    facts = {
        "Subdomain": organization.slug,
        "Legal name": organization.legal_name or "",
        "E-mail domain": organization.email_domain or "",
        "Custom domain": organization.custom_domain or "",
        "Created": current_profile().display.instant(organization.created_on),
    }
    rows = [{"label": _(label), "kind": "text", "text": text} for label, text in facts.items()]
    verb = "suspend" if organization.is_open else "reopen"
    return {
        "title": organization.name,
        "subtitle": None,
        "back_url": url_for("PlatformView.list"),
        "edit_url": None,
        "delete_url": None,
        "sections": [{"title": "", "rows": [{"label": _("Status"), **_status(organization)}, *rows]}],
        "related": [],
        "support_url": f"/organizations/{organization.id}/support",
        "change_url": url_for(f"PlatformView.{verb}", pk=organization.id),
        "change_label": _("Suspend") if organization.is_open else _("Open again"),
        "is_open": organization.is_open,
    }


def _form_page(form: NewOrganizationForm, summary: list[dict[str, str]] | None = None) -> str:
    for field in form:
        field.label.text = _(field.label.text)
        field.description = _(field.description) if field.description else ""
        field.flags.required = field.name in ("name", "slug") or field.name.startswith("administrator")
    page = {
        "title": _("New agency"),
        "action": "add",
        "can_save_and_new": False,
        "form_key": sent_once.form_key(),
        "save_label": _("Set up"),
        "sections": [
            {"title": _(title), "fields": [form[name] for name in names]} for title, names in SECTIONS.items()
        ],
        "cancel_url": url_for("PlatformView.list"),
        "errors_summary": summary or [],
        "history": None,
    }
    return render_template("resource/form.html", form=form, page=page)


def _refused(form: NewOrganizationForm, problem: Exception) -> str:
    refusal = explain(problem) if isinstance(problem, IntegrityError) else problem
    assert isinstance(refusal, DomainError)
    summary = []
    for name, sentences in refusal.errors.items():
        if name in form:
            form[name].errors = list(sentences)
            summary += [{"field": name, "label": _(form[name].label.text), "sentence": one} for one in sentences]
    return _form_page(form, summary or [{"field": "", "label": "", "sentence": refusal.message}])
