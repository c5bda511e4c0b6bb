"""`/me/credentials`: what is asked of oneself, and a way to hand in the renewed proof. `/credentials/<id>/scan`."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.core.access import allowed
from app.core.navigation import Entry, add_entry
from app.core.resource import registry
from app.core.writing import find_row
from app.staff.compliance_tables import TONES, day_label
from starline.core.db import session
from starline.core.errors import DomainError, Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.core.problems import Problems
from starline.files import opening
from starline.files.models import StoredFile
from starline.organizations.calendar import today
from starline.staff import compliance, hand_in
from starline.staff.models import CredentialType, StaffMember
from starline.staff.service import member_of

PERMISSION = "OwnCredentials"

add_entry(Entry("Mine", "My credentials", "/me/credentials", "certificate", ("can_add", PERMISSION)))


class OwnCredentialsView(BaseView):  # type: ignore[misc]
    """`/me/credentials`."""

    route_base = "/me/credentials"
    default_view = "show"

    @expose("", methods=["GET"])
    def show(self) -> str:
        viewer = allowed("can_read", PERMISSION)
        return _page(member_of(viewer.user_id))

    @expose("", methods=["POST"])
    def hand_in(self) -> str | Response | tuple[str, int]:
        """Take a proof with its scan; somebody of human resources looks at it before it counts."""
        viewer = allowed("can_add", PERMISSION)
        member = member_of(viewer.user_id)
        if member is None:
            raise NotFound(_("You have no personnel file here. Ask human resources."))
        try:
            with session.begin_nested():
                sent = request.files.get("scan")
                scan = (sent.stream, sent.filename or "") if sent is not None and sent.filename else None
                credential = hand_in.hand_in(member, _values(), scan=scan, by=viewer.user_id)
        except (Invalid, DomainError) as problem:
            return _page(member, problem=problem), problem.status
        flash(_("%(what)s was handed in and will be looked at.", what=credential.credential_type), "success")
        return redirect("/me/credentials")


class ScanView(BaseView):  # type: ignore[misc]
    """`/credentials/<id>/scan`."""

    route_base = "/credentials"
    default_view = "scan"

    @expose("/<pk>/scan", methods=["GET"])
    def scan(self, pk: str) -> Response:
        """Open the newest scan of a credential, for whoever may see the credential."""
        allowed("can_read", "Credentials")
        credential = find_row(registry["Credentials"], pk)
        file = session.get(StoredFile, UUID(credential.file)) if parse_uuid(credential.file or "") else None
        if file is None or file.trashed_at is not None:
            raise NotFound(_("There is no such record, or you may not see it."))
        return redirect(opening.link(opening.find_version(file)))


VIEWS = (OwnCredentialsView, ScanView)


def _values() -> dict[str, Any]:
    """What was typed, as values of a credential. Raises `Invalid` with everything that is wrong."""
    given, problems = request.form, Problems()
    kind = parse_uuid(given.get("credential_type_id", ""))
    if kind is None or session.get(CredentialType, kind) is None:
        problems.add("credential_type_id", _("Choose what it is."))
    issued, expires = _day(given.get("issued_on", "")), _day(given.get("expires_on", ""))
    if issued is None:
        problems.add("issued_on", _("Give the day on which it was issued."))
    problems.refuse()
    number, issuer = given.get("number", "").strip()[:60], given.get("issuer", "").strip()[:120]
    values = {"credential_type_id": kind, "issued_on": issued, "expires_on": expires}
    return {**values, "number": number or None, "issuer": issuer or None}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(member: StaffMember | None, problem: DomainError | None = None) -> str:
    kinds = session.query(CredentialType).filter_by(is_active=True).order_by(CredentialType.name).all()
    names = {kind.id: kind.name for kind in kinds}
    line = compliance.line_of(member, today()) if member is not None else None
    cells = sorted(line.cells.values(), key=lambda cell: (not cell.is_lacking, names[cell.kind_id])) if line else []
    return render_template(
        "staff/own_credentials.html",
        member=member,
        rows=[
            {"cell": cell, "name": names[cell.kind_id], "tone": TONES[cell.state], "until": day_label(cell.expires_on)}
            for cell in cells
        ],
        clearance=line.clearance if line else None,
        kinds=[(str(kind.id), kind.name) for kind in kinds],
        values=request.form if problem else request.args,
        errors=problem.errors if problem else {},
        sentence=problem.message if problem else None,
    )
