"""The editor of the brand: what is chosen is shown on pictures of pages before it is saved."""

import re
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed
from app.core.brand import picture_url
from app.core.navigation import Entry, add_entry
from app.core.pdf import pdf_response
from app.core.profile import current_profile
from app.theming import swatches
from starline.core import mail
from starline.core.db import session
from starline.core.errors import DomainError
from starline.core.language import gettext as _
from starline.identity.links import home_of
from starline.identity.mails import letterhead
from starline.organizations import branding, domains, pictures
from starline.organizations.models import Organization, OrganizationSettings
from starline.organizations.settings import settings_row

add_entry(Entry("Settings", "Branding", "/branding/", "palette", ("can_edit", "Settings")))

VERSION = re.compile(r"\d{1,9}")
MAIL = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; frame-ancestors 'none'; sandbox"


class BrandingView(BaseView):  # type: ignore[misc]
    """`/branding/`."""

    route_base = "/branding"
    default_view = "edit"

    @expose("/", methods=["GET"])
    def edit(self) -> str:
        allowed("can_edit", "Settings")
        return _page(branding.read_brand())

    @expose("/", methods=["POST"])
    def save(self) -> Any:
        viewer = allowed("can_edit", "Settings")
        try:
            with session.begin_nested():
                branding.save_brand(
                    _typed(), uploads=_uploads(), removed=_removed(), version=_version(), by=viewer.user_id
                )
        except DomainError as problem:
            return _page({**branding.read_brand(), **_typed()}, problem), problem.status
        flash(_("The brand was saved. Everybody sees it on their next page."), f"undo {url_for('BrandingView.undo')}")
        return redirect(url_for("BrandingView.edit"))

    @expose("/undo", methods=["POST"])
    def undo(self) -> AnyResponse:
        branding.undo_brand(version=_version(), by=allowed("can_edit", "Settings").user_id)
        flash(_("The brand is as it was before."), "success")
        return redirect(url_for("BrandingView.edit"))

    @expose("/reset", methods=["POST"])
    def reset(self) -> AnyResponse:
        branding.reset_brand(version=_version(), by=allowed("can_edit", "Settings").user_id)
        flash(_("Your agency wears the plain look again. Undo brings the brand back."), "success")
        return redirect(url_for("BrandingView.edit"))

    @expose("/colors", methods=["GET"])
    def colors(self) -> str:
        """How well the two colours of the address can be read: a part of the page, for the script."""
        allowed("can_edit", "Settings")
        found = swatches.swatches(request.args.get("primary_color", ""), request.args.get("secondary_color", ""))
        return render_template("theming/swatches.html", swatches=found)

    @expose("/sample.pdf", methods=["GET"])
    def document(self) -> Response:
        allowed("can_edit", "Settings")
        services = [(_("Personal care"), "2.50"), (_("Companionship"), "1.00"), (_("Skilled nursing"), "0.75")]
        return pdf_response("sample.html", _("Sample document"), services=services)

    @expose("/sample-mail", methods=["GET"])
    def message(self) -> Response:
        """An e-mail as people get it. Mail styles itself inline, which our own pages don't allow."""
        viewer = allowed("can_edit", "Settings")
        organization = session.get_one(Organization, viewer.organization_id)
        values = {"first_name": viewer.name.split()[0], "link": f"{home_of(organization)}/login"}
        signed = letterhead(organization, settings_row())
        made = mail.render("invitation", to=viewer.email, organization=signed, values=values, locale=viewer.locale)
        answer = Response(made.html, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = MAIL
        return answer


def _page(values: dict[str, Any], problem: DomainError | None = None) -> str:
    row = settings_row()
    return render_template(
        "theming/branding.html",
        values=values,
        version=row.version,
        can_undo=bool(row.previous_brand),
        errors=problem.errors if problem else {},
        problem=problem.message if problem and not problem.errors else None,
        uploads=[_upload(name, getattr(row, name)) for name in branding.PICTURES],
        swatches=swatches.swatches(values["primary_color"], values["secondary_color"]),
        preview_url=swatches.preview_url(values["primary_color"], values["secondary_color"]),
        agency=current_profile().name,
        domain=domains.domain_state(),
        checked=_checked(row),
    )


def _upload(name: str, key: str | None) -> dict[str, Any]:
    kind = pictures.KINDS[name]
    return {
        "name": name,
        "label": _(kind.label),
        "help": _(kind.help),
        "url": picture_url(key),
    }


def _typed() -> dict[str, Any]:
    names = ("display_name", "primary_color", "secondary_color")
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in names}
    typed["theme_color"] = request.form.get("theme_color", "") if request.form.get("own_theme_color") else None
    return typed


def _uploads() -> dict[str, bytes]:
    sent = ((name, request.files.get(name)) for name in branding.PICTURES)
    return {name: file.read(pictures.LARGEST_BYTES + 1) for name, file in sent if file is not None and file.filename}


def _removed() -> frozenset[str]:
    return frozenset(name for name in branding.PICTURES if f"remove_{name}" in request.form)


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if VERSION.fullmatch(text) else None


def _checked(row: OrganizationSettings) -> str:
    """When the proof of the domain was last looked for."""
    return current_profile().display.instant(row.domain_checked_at) if row.domain_checked_at else ""
