"""Proofs of qualification and their catalogue: add, change, verify, void."""

from collections.abc import Mapping
from typing import Any

from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict, NotAllowed
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today
from starline.staff import onboarding, rules
from starline.staff.models import Credential, CredentialType
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import Discipline

PROVEN = frozenset({"staff_member_id", "credential_type_id", "number", "issuer", "issued_on", "expires_on", "file"})
"""What a verification stands for: once one of these changes, somebody has to look again."""

VOIDED_WITHOUT_WORDS = "Removed from the file"


def add_credential_type(values: Mapping[str, Any], *, by: int | None) -> CredentialType:
    _check_type(values)
    kind = CredentialType(**values)
    session.add(kind)
    session.flush()
    events.record("credential_type:added", kind)
    return kind


def update_credential_type(kind: CredentialType, values: Mapping[str, Any], *, by: int | None) -> CredentialType:
    _check_type(values)
    assign(kind, values)
    session.flush()
    events.record("credential_type:updated", kind)
    return kind


def remove_credential_type(kind: CredentialType, *, by: int | None) -> None:
    """Remove a type nobody holds; one that is held can be taken out of use."""
    if session.query(Credential.id).filter_by(credential_type_id=kind.id).first():
        raise Conflict(_("Somebody holds %(kind)s. Untick “In use” instead of removing it.", kind=kind))
    events.record("credential_type:removed", kind)
    session.delete(kind)
    session.flush()


def add_credential(values: Mapping[str, Any], *, by: int | None) -> Credential:
    """Put a proof in somebody's file. Without an expiry, the type's validity says when it ends."""
    locked_staff_member(values["staff_member_id"])
    values = _with_expiry(values, values)
    _check(values)
    credential = Credential(**values)
    session.add(credential)
    session.flush()
    events.record("credential:added", credential)
    return credential


def update_credential(credential: Credential, values: Mapping[str, Any], *, by: int | None) -> Credential:
    """Change a proof. A change of what was verified takes the verification back."""
    if credential.voided_at is not None:
        raise Conflict("This credential was voided; add it again.")
    values = _with_expiry(values, proposed(credential, values))
    _check(proposed(credential, values))
    changed = {name for name, value in values.items() if getattr(credential, name) != value}
    if changed & PROVEN:
        values = {**values, "verified_on": None, "verified_by_id": None}
    assign(credential, values)
    session.flush()
    events.record("credential:updated", credential)
    return credential


def verify_credential(credential: Credential, *, by: int) -> Credential:
    """Say that somebody has checked the proof with its issuer, today."""
    if credential.voided_at is not None:
        raise Conflict("This credential was voided; add it again.")
    if credential.staff_member.user_id == by:
        raise NotAllowed("Nobody verifies their own credential; ask a colleague.")
    if credential.expires_on is not None and credential.expires_on < today():
        raise Conflict(_("This credential expired on %(day)s; enter the renewed one.", day=credential.expires_on))
    credential.verified_on, credential.verified_by_id = today(), by
    session.flush()
    onboarding.tick(credential.staff_member_id, credential_type_id=credential.credential_type_id, by=by)
    events.record("credential:verified", credential)
    return credential


def void_credential(credential: Credential, *, by: int | None, reason: str | None = None) -> Credential:
    """Take a wrong entry out of the file; it stays on record with the reason."""
    if credential.voided_at is not None:
        raise Conflict("This credential was voided before.")
    credential.voided_at = clock.now()
    credential.void_reason = reason or tenancy.current().reason or VOIDED_WITHOUT_WORDS
    session.flush()
    events.record("credential:voided", credential)
    return credential


def _with_expiry(values: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """`values`, with the expiry that the type implies where the `whole` credential has none."""
    if whole.get("expires_on"):
        return dict(values)
    kind = session.get(CredentialType, whole["credential_type_id"])
    if kind is None:
        raise invalid("credential_type_id", "Choose a credential type from the list.")
    if kind.validity_months is None:
        return dict(values)
    return {**values, "expires_on": rules.expiry(whole["issued_on"], kind.validity_months)}


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if values["issued_on"] > clock.today():
        problems.add("issued_on", "The credential can't be issued in the future; check the year.")
    if values.get("expires_on") and values["expires_on"] < values["issued_on"]:
        problems.add("expires_on", "The last valid day can't come before the day of issue.")
    problems.refuse()


def _check_type(values: Mapping[str, Any]) -> None:
    problems = Problems()
    unknown = sorted(set(values.get("required_disciplines") or ()) - set(Discipline))
    if unknown:
        known = ", ".join(Discipline)
        problems.add(
            "required_disciplines",
            _("Not a discipline: %(unknown)s. Choose from: %(known)s.", unknown=", ".join(unknown), known=known),
        )
    months = values.get("validity_months")
    if months is not None and not 1 <= months <= 240:
        problems.add("validity_months", "Give 1 to 240 months, or leave it empty if it does not expire.")
    days = values.get("reminder_days") or ()
    if not all(text.isdecimal() and 1 <= int(text) <= 365 for text in days):
        problems.add("reminder_days", "Give the days before expiry as whole numbers from 1 to 365, like 60, 30, 14.")
    problems.refuse()
