"""The agency's settings as a screen for its administrators."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.navigation import Entry, add_entry
from app.organizations import conflict, forms
from app.organizations.field_pages import FieldsView
from app.organizations.tax_id import TaxIdView
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
        if request.form.get("resolve") == conflict.THEIRS:
            return redirect(url_for("SettingsView.edit"))
        is_mine = request.form.get("resolve") == conflict.MINE
        version = None if is_mine else _version_sent()
        sent = forms.sent_values() if is_mine else conflict.chosen(forms.sent_values())
        try:
            _update(sent, version, by=viewer.user_id)
        except Stale:
            return _conflict(version)
        except Invalid as problem:
            return _refused(problem, version)
        flash(_("The settings were saved."), "success")
        return redirect(url_for("SettingsView.edit"))


VIEWS = (SettingsView, FieldsView, TaxIdView)


def _update(values: dict[str, Any], version: int | None, *, by: int) -> None:
    """Save over `version`, or over a newer one that differs in nothing of this form."""
    try:
        with session.begin_nested():
            preferences.update_settings(values, by=by, version=version)
    except Stale:
        newer = conflict.version_of_others(version)
        if newer is None:
            raise
        with session.begin_nested():
            preferences.update_settings(values, by=by, version=newer)


def _page(form: Any, version: int | None, summary: list[dict[str, str]] | None = None, **more: Any) -> str:
    page = {
        "title": _("Agency settings"),
        "action": "edit",
        "action_url": url_for("SettingsView.save"),
        "sections": forms.sections(form),
        "version": version,
        "cancel_url": "/",
        "errors_summary": summary or [],
        "history": None,
        **more,
    }
    return render_template("organizations/settings.html", form=form, page=page)


def _conflict(version: int | None) -> str:
    """The form as it was typed, beside what somebody else has saved in the meantime."""
    form = forms.sent_form()
    both = conflict.conflict(form, forms.sent_values(), version=version)
    # What is chosen now is chosen over the version that this page shows.
    return _page(form, preferences.read_settings()["version"], conflict=both)


def _version_sent() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _refused(problem: Invalid, version: int | None) -> str:
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
