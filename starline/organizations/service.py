"""Verbs of the platform's operators: set an agency up, suspend it, open it again.

They run in the platform's own context (`tenancy.PLATFORM_ID`), which may see the list of organisations and nothing of
what is inside them.
"""

import json
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from starline.core import clock, events, storage, tenancy
from starline.core.db import User, session
from starline.core.errors import Conflict, NotAllowed, Unavailable
from starline.core.language import _
from starline.organizations.checks import check_new_organization
from starline.organizations.founding import Founding
from starline.organizations.models import Branch, Organization, OrganizationSettings, OrganizationStatus

OF_ORGANIZATION = ("name", "legal_name", "slug", "custom_domain", "email_domain", "subscription_tier", "npi")
OF_SETTINGS = ("display_name", "primary_color", "secondary_color", "time_zone", "locale", "date_format", "currency")
FIRST_BRANCH = "Main office"


def set_up_organization(values: Mapping[str, Any], *, by: int | None) -> Organization:
    """Make an agency that its administrator can sign in to, all of it or nothing.

    `values`: name, slug, administrator_email, administrator_first_name, administrator_last_name; and, if wanted,
    branch_name, features and what `OF_ORGANIZATION` and `OF_SETTINGS` name. Raises `Invalid` for what is wrong,
    `Conflict` for an address in use, `Unavailable` where the storage fails. The administrator gets an invitation by
    e-mail; no password is ever set here. The caller commits; a rollback also removes what was written to the storage.
    """
    _require_platform()
    values = check_new_organization(values)
    _refuse_taken(values)
    organization = Organization(**_given(values, OF_ORGANIZATION))
    session.add(organization)
    session.flush()
    _found(organization, values, by=by)
    events.record("organization:set_up", organization)
    return organization


def set_up_platform(values: Mapping[str, Any]) -> Organization:
    """Make the platform's own organisation, whose people are the operators. `values`: administrator_… as above."""
    _require_platform()
    if session.get(Organization, tenancy.PLATFORM_ID) is not None:
        raise Conflict("The platform is set up already; invite further operators on its page of users.")
    organization = Organization(
        id=tenancy.PLATFORM_ID,
        name="Starline",
        slug="platform",
        status=OrganizationStatus.ACTIVE,
        email_domain=values.get("email_domain"),
    )
    session.add(organization)
    session.flush()
    _found(organization, values, by=None)
    return organization


def suspend_organization(organization: Organization, *, by: int | None, reason: str) -> Organization:
    """Shut an agency: its people are refused from their next request on; its records stay."""
    return _set_status(organization, OrganizationStatus.SUSPENDED, "organization:suspended", reason=reason)


def reopen_organization(organization: Organization, *, by: int | None, reason: str) -> Organization:
    return _set_status(organization, OrganizationStatus.ACTIVE, "organization:reopened", reason=reason)


def organizations() -> list[Organization]:
    """Every agency, by name; the platform's own organisation is none."""
    _require_platform()
    agencies = session.query(Organization).filter(Organization.id != tenancy.PLATFORM_ID)
    found: list[Organization] = agencies.order_by(Organization.name).all()
    return found


def _found(organization: Organization, values: Mapping[str, Any], *, by: int | None) -> None:
    """What stands inside the new organisation, written as that organisation: the policies hold for it from here on."""
    founding = Founding(
        organization,
        values["administrator_email"],
        values["administrator_first_name"],
        values["administrator_last_name"],
        by,
    )
    with tenancy.acting(organization.id, None, reason=f"Set-up of {organization.slug}"):
        session.add(OrganizationSettings(features=values.get("features") or {}, **_given(values, OF_SETTINGS)))
        if not founding.is_platform:
            session.add(Branch(name=values.get("branch_name") or FIRST_BRANCH))
        session.flush()
        events.record("organization:created", founding)
        if session.query(User.id).filter_by(organization_id=organization.id).first() is None:
            # Only a process that forgot to import the subscribers gets here; an agency nobody can open is worse.
            raise Unavailable("The administrator could not be invited, so nothing was set up.")
        _write_storage_prefix(organization)


def _write_storage_prefix(organization: Organization) -> None:
    """Prove that the storage takes the agency's files. Last, so that little is left that could still fail."""
    key = f"{storage.prefix()}organization.json"
    content = json.dumps({"organization_id": str(organization.id), "set_up_at": clock.now().isoformat()})
    # A key is only good in its organisation's context, and by the time of a rollback that is gone: keep a copy.
    _on_rollback(partial(copy_context().run, storage.storage().delete, key))
    storage.storage().put(key, content.encode(), "application/json")


def _on_rollback(undo: Callable[[], None]) -> None:
    """Call `undo` if what was done so far is rolled back, to a savepoint or altogether; not once it is committed."""
    current = session()
    holders = [current.get_nested_transaction() or current.get_transaction()]

    def rolled_back(opened: Session, transaction: SessionTransaction) -> None:
        if transaction in holders:
            holders.clear()
            undo()

    def ended(opened: Session, transaction: SessionTransaction) -> None:
        # A savepoint that is released hands its work to the transaction around it.
        if transaction in holders and transaction.parent is not None:
            holders.append(transaction.parent)

    event.listen(current, "after_soft_rollback", rolled_back)
    event.listen(current, "after_transaction_end", ended)


def _set_status(organization: Organization, status: OrganizationStatus, name: str, *, reason: str) -> Organization:
    _require_platform()
    if organization.id == tenancy.PLATFORM_ID:
        raise Conflict("The platform itself can't be suspended.")
    if not reason.strip():
        raise Conflict("Give a reason; the audit trail keeps it.")
    if organization.status == status:
        raise Conflict(_("%(name)s is %(status)s already.", name=organization.name, status=status))
    with tenancy.because(reason.strip()):
        organization.status = status
        session.flush()
    events.record(name, organization)
    return organization


def _require_platform() -> None:
    if tenancy.current().organization_id != tenancy.PLATFORM_ID:
        raise NotAllowed("Only the platform's operators may do this.", code="operators_only")


def _refuse_taken(values: Mapping[str, Any]) -> None:
    """Unique constraints guard this too; the sentence is for the person who typed."""
    for name, what in (("slug", "subdomain"), ("custom_domain", "domain"), ("email_domain", "e-mail domain")):
        given = values.get(name)
        if given and session.query(Organization.id).filter_by(**{name: given}).first():
            sentence = _(
                "Another organisation has the %(what)s %(given)s; choose a different one.", what=what, given=given
            )
            raise Conflict(sentence, errors={name: [sentence]})


def _given(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}
