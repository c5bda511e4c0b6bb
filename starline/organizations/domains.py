"""A domain of the agency's own: asked for, proved by a text in the domain name system, and only then in use.

Whoever can publish a text under a name owns it. Without the proof one agency could take another's address, and with it
what is typed on the sign-in page there.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text as sql

from config import settings
from starline.core import audit, clock, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import invalid
from starline.organizations.adapters import dns
from starline.organizations.checks import is_domain
from starline.organizations.models import Organization, OrganizationSettings

RECORD = "_verify"
"""The label under the domain at which the text stands; it names nobody's product."""

PREFIX = "agency-verification="


@dataclass(frozen=True, slots=True)
class DomainState:
    """Where the agency's own domain stands: `present` is in use, `wanted` waits for its proof."""

    present: str | None
    wanted: str | None
    record_name: str | None
    record_text: str | None
    leads_to: str
    checked_at: datetime | None


def domain_state() -> DomainState:
    """How far the agency is with a domain of its own, and what its owner has to publish."""
    organization, row = _organization(), _row()
    waits = row.wanted_domain and row.domain_token
    return DomainState(
        present=organization.custom_domain,
        wanted=row.wanted_domain,
        record_name=f"{RECORD}.{row.wanted_domain}" if waits else None,
        record_text=f"{PREFIX}{row.domain_token}" if waits else None,
        leads_to=f"{organization.slug}.{settings().base_domain}",
        checked_at=row.domain_checked_at,
    )


def ask_for_domain(name: str, *, by: int | None) -> OrganizationSettings:
    """Begin with a domain; a domain in use stays in use until the new one is proved.

    Raises `Invalid` for a name that is none or is the platform's, `Conflict` for one that is in use.
    """
    domain = name.strip().lower().rstrip(".")
    base = settings().base_domain
    if not is_domain(domain):
        raise invalid("domain", "Give a domain without https:// and path, for example app.youragency.com.")
    if domain == base or domain.endswith("." + base) or domain in settings().allowed_hosts:
        raise invalid("domain", "Give a domain of your own, for example app.youragency.com.")
    _refuse_taken(domain)
    row = _row()
    row.wanted_domain, row.domain_token, row.domain_checked_at = domain, secrets.token_urlsafe(24), None
    session.flush()
    audit.record("domain:asked_for", "organization_settings", subject_id=str(row.id))
    return row


def check_domain(*, by: int | None) -> bool:
    """Look for the proof; where it is published, the domain is the agency's from now on. Returns whether it is.

    Raises `Conflict` where no domain waits or another agency was faster, `Unavailable` where nobody answers.
    """
    row = _row()
    if not row.wanted_domain or not row.domain_token:
        raise Conflict("Enter the domain first.")
    row.domain_checked_at = clock.now()
    published = dns.name_server().texts(f"{RECORD}.{row.wanted_domain}")
    expected = f"{PREFIX}{row.domain_token}"
    if not any(secrets.compare_digest(one.strip().encode(), expected.encode()) for one in published):
        session.flush()
        return False
    _refuse_taken(row.wanted_domain)
    _organization().custom_domain = row.wanted_domain
    row.wanted_domain = row.domain_token = None
    session.flush()
    audit.record("domain:proved", "organization_settings", subject_id=str(row.id))
    return True


def give_domain_up(*, by: int | None) -> OrganizationSettings:
    """Go back to the platform's subdomain alone, and forget a domain that waits."""
    row = _row()
    _organization().custom_domain = None
    row.wanted_domain = row.domain_token = row.domain_checked_at = None
    session.flush()
    audit.record("domain:given_up", "organization_settings", subject_id=str(row.id))
    return row


def _refuse_taken(domain: str) -> None:
    """An agency sees no other's row: the database's own look-up tells whose the domain is."""
    found = session.execute(sql("SELECT id FROM app.find_organization(NULL, :domain, NULL)"), {"domain": domain})
    owner = found.scalar()
    if owner == tenancy.current_organization_id():
        raise Conflict(_("%(domain)s is in use for your agency already.", domain=domain))
    if owner is not None:
        sentence = _("%(domain)s is in use already; give another domain.", domain=domain)
        raise Conflict(sentence, errors={"domain": [sentence]})


def _row() -> OrganizationSettings:
    row: OrganizationSettings = session.query(OrganizationSettings).with_for_update().populate_existing().one()
    return row


def _organization() -> Organization:
    found: Organization = session.get_one(Organization, tenancy.current_organization_id())
    return found
