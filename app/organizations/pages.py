"""The agency's settings as a screen for its administrators."""

import io
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from PIL import Image, UnidentifiedImageError
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.navigation import Entry, add_entry
from app.core.profile import current_profile
from app.organizations import forms
from app.organizations.field_pages import FieldsView
from starline.core import storage
from starline.core.db import session
from starline.core.errors import Invalid, Stale
from starline.organizations import preferences

LARGEST_LOGO_BYTES = 2 * 1024 * 1024
LARGEST_PIXELS = 4_000
LOGO_PIXELS = (640, 200)
"""The stored logo fits into this box; the rail shows it at a fraction."""

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
                _keep_logo(by=viewer.user_id)
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
        "multipart": True,
        "history": None,
    }
    logo = current_profile().logo_file
    saved_logo_url = url_for("ThemeView.logo", v=current_profile().version) if logo else None
    return render_template("organizations/settings.html", form=form, page=page, saved_logo_url=saved_logo_url)


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


def _keep_logo(*, by: int) -> None:
    """Store the uploaded logo as a new PNG: what else a picture file can hold is left behind."""
    upload = request.files.get("logo")
    if upload is None or not upload.filename:
        return
    content = upload.read(LARGEST_LOGO_BYTES + 1)
    if len(content) > LARGEST_LOGO_BYTES:
        raise _bad_logo(_("The logo is larger than 2 MB; choose a smaller picture."))
    key = storage.storage().put(storage.key_for("brand", "png"), _as_png(content), "image/png")
    preferences.set_brand_file("logo_file", key, by=by)


def _as_png(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            if max(picture.size) > LARGEST_PIXELS:
                raise _bad_logo(_("The logo has too many pixels; 640 by 200 is plenty."))
            picture.thumbnail(LOGO_PIXELS)
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG")
            return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise _bad_logo(_("This is not a PNG, JPEG or WebP picture.")) from None


def _bad_logo(sentence: str) -> Invalid:
    return Invalid(sentence, errors={"logo": [sentence]})
