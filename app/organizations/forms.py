"""The settings as a form: sections, fields, and what was typed as the values that the verb takes."""

from collections.abc import Mapping
from typing import Any

import wtforms
from flask import request
from wtforms import Form

from app.core.controls import SecretField, TagsField
from app.core.display import choice_label
from app.core.security import required_viewer
from starline.core.language import LANGUAGES
from starline.core.language import gettext as _
from starline.organizations.models import Organization, OrganizationSettings
from starline.organizations.preferences import PLAIN, own_organization
from starline.organizations.settings import DATE_FORMATS, FEATURES, POLICIES, Setting
from starline.organizations.zones import known_zones

SECTIONS = {
    "Agency": ("tax_id",),
    "Place and language": ("time_zone", "locale", "date_format", "currency"),
    "E-mail": ("email_from_name", "email_from_address", "email_reply_to"),
    "Features": tuple(f"features.{name}" for name in FEATURES),
    "Security": tuple(f"security_policy.{name}" for name in POLICIES["security_policy"]),
    "Clients": tuple(f"client_policy.{name}" for name in POLICIES["client_policy"]),
    "Scheduling": tuple(f"scheduling_policy.{name}" for name in POLICIES["scheduling_policy"]),
    "Billing": tuple(f"billing_policy.{name}" for name in POLICIES["billing_policy"]),
    "Files": tuple(f"file_policy.{name}" for name in POLICIES["file_policy"]),
}


def settings_form(values: Mapping[str, Any]) -> Form:
    """The form with `values` as `preferences.read_settings` gives them."""
    flat = {name: values[name] for name in PLAIN}
    for group in ("features", *POLICIES):
        for name, value in values[group].items():
            flat[f"{group}.{name}"] = ", ".join(value) if isinstance(value, list) else value
    return _with_choices(_form_class()(data=flat))


def sent_form() -> Form:
    """The form as it was typed, for showing it again."""
    form = _with_choices(_form_class()(request.form))
    if request.form.get("tax_id"):
        form["tax_id"].errors = [_("Type this again: what is secret is not sent back to you.")]
    return form


def sent_values() -> dict[str, Any]:
    """What was typed, as `preferences.update_settings` takes it. A number that is none stays text and is refused."""
    values: dict[str, Any] = {name: request.form[name] for name in PLAIN if name in request.form}
    if request.form.get("tax_id"):  # left empty, the number that is kept stays
        values["tax_id"] = request.form["tax_id"]
    values["features"] = {name: f"features.{name}" in request.form for name in FEATURES}
    for policy, settings in POLICIES.items():
        values[policy] = {
            name: _typed(setting, request.form.get(f"{policy}.{name}", "")) for name, setting in settings.items()
        }
    return values


def sections(form: Form) -> list[dict[str, Any]]:
    return [{"title": _(title), "fields": [form[name] for name in names]} for title, names in SECTIONS.items()]


def _with_choices(form: Form) -> Form:
    for policy, settings in POLICIES.items():
        for name, setting in settings.items():
            if setting.choices:
                form[f"{policy}.{name}"].choices = [(value, choice_label(value)) for value in setting.choices]
    form["tax_id"].kept = own_organization().tax_id_encrypted is not None
    form["tax_id"].reveal_url = "/settings/tax-id" if ("can_edit", "Settings") in required_viewer().permissions else ""
    return form


def _typed(setting: Setting, text: str) -> Any:
    text = text.strip()
    if isinstance(setting.default, bool):
        return bool(text)
    if isinstance(setting.default, int):
        return int(text) if text.isdecimal() and len(text) < 10 else text
    if isinstance(setting.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _form_class() -> type[Form]:
    fields: dict[str, Any] = {name: _plain(name) for name in PLAIN}
    of_tax_id = Organization.__table__.c.tax_id_encrypted.info
    fields["tax_id"] = SecretField(_(of_tax_id["label"]), description=_(of_tax_id["help"]))
    for name, feature in FEATURES.items():
        fields[f"features.{name}"] = wtforms.BooleanField(_(feature.label), description=_(feature.help))
    for policy, settings in POLICIES.items():
        for name, setting in settings.items():
            fields[f"{policy}.{name}"] = _of_setting(setting)
    return type("SettingsForm", (Form,), fields)


def _plain(name: str) -> Any:
    label = _(OrganizationSettings.__table__.c[name].info["label"])
    choices = {"time_zone": sorted(known_zones()), "locale": LANGUAGES, "date_format": DATE_FORMATS}.get(name)
    if choices:
        offered = [wtforms.SelectChoice(value=one, label=LANGUAGES.get(one, one)) for one in choices]
        return wtforms.SelectField(label, choices=offered, validate_choice=False)
    if "address" in name or "reply" in name:
        return wtforms.EmailField(label)
    return wtforms.StringField(label)


def _of_setting(setting: Setting) -> Any:
    label, described = _(setting.label), _(setting.help) if setting.help else ""
    if isinstance(setting.default, bool):
        return wtforms.BooleanField(label, description=described)
    if setting.choices:
        return wtforms.SelectField(label, choices=[], validate_choice=False, description=described)
    if isinstance(setting.default, int):
        bounds = {"type": "number", "min": setting.least, "max": setting.most}
        return wtforms.StringField(label, description=described, render_kw=bounds)
    if isinstance(setting.default, tuple):
        return TagsField(label, description=described)
    return wtforms.StringField(label, description=described)
