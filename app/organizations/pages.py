"""The agency's settings as a screen for its administrators."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.navigation import Entry, add_entry
from app.organizations import forms
from app.organizations.field_pages import FieldsView
from starline.core.db import session
from starline.core.errors import Invalid, Stale
from starline.core.language import gettext as _
from starline.organizations import preferences

add_entry(Entry("Settings", "Agency settings", "/settings/", "settings", ("can_read", "Settings")))


class SettingsView(BaseView):  # type: ignore[misc]
    """`/settings/`."""

    route_base = "/settings"
    default_view = "edit"

    @expose("/", methods=["GET"])
    def edit(self) -> str:
        allowed("can_read", "Settings")
        present = preferences.read_settings()
        return _page(forms.settings_form(present), present["version"])

    @expose("/", methods=["POST"])
    def save(self) -> str | Response:
        viewer = allowed("can_edit", "Settings")
        version = request.form.get("version", "")
        try:
            with session.begin_nested():
                asked = int(version) if version.isdecimal() and len(version) < 10 else None
                preferences.update_settings(forms.sent_values(), by=viewer.user_id, version=asked)
        except (Invalid, Stale) as problem:
            return _refused(problem, version)
        flash(_("The settings were saved."), "success")
        return redirect(url_for("SettingsView.edit"))


VIEWS = (SettingsView, FieldsView)


def _page(form: Any, version: Any, summary: list[dict[str, str]] | None = None) -> str:
    page = {
        "title": _("Agency settings"),
        "action": "edit",
        "action_url": url_for("SettingsView.save"),
        "sections": forms.sections(form),
        "version": version,
        "cancel_url": "/",
        "errors_summary": summary or [],
        "history": None,
    }
    return render_template("organizations/settings.html", form=form, page=page)


def _refused(problem: Invalid | Stale, version: str) -> str:
    """The form again, everything typed still in it, with the sentences in their places."""
    form = forms.sent_form()
    summary = []
    for name, sentences in problem.errors.items():
        known = name in form
        if known:
            form[name].errors = list(sentences)
        label = form[name].label.text if known else ""
        summary += [{"field": form[name].id if known else "", "label": label, "sentence": one} for one in sentences]
    return _page(form, version, summary or [{"field": "", "label": "", "sentence": problem.message}])
