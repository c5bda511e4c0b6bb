"""Valid minimums for the domains: the two agencies with a branch each, people to act, and rows by their verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from starline.clients import service as clients
from starline.clients.models import Client
from starline.core import clock, tenancy
from starline.core.db import User, session
from starline.identity import roles, users
from starline.organizations.models import Branch, Organization, OrganizationSettings
from starline.staff import service as staff
from starline.staff.models import CredentialType, StaffMember

HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")
SUMMIT = UUID("00000000-0000-7000-8000-0000000000b2")


@contextmanager
def acting_for(organization_id: UUID, slug: str) -> Iterator[Organization]:
    """An agency in Portland's zone with one branch, acted for inside the block."""
    with tenancy.acting(organization_id, request_id="request-of-test"):
        agency = Organization(id=organization_id, name=f"{slug.capitalize()} Care", slug=slug, status="active")
        session.add(agency)
        session.flush()
        session.add(OrganizationSettings(time_zone="America/Los_Angeles"))
        session.add(Branch(name="Eastside"))
        session.flush()
        roles.create_roles_from_templates()
        yield agency
        session.flush()


def branch_id() -> UUID:
    found: UUID = session.query(Branch.id).order_by(Branch.name).limit(1).scalar()
    return found


def today() -> date:
    """Today in Portland, where the agencies of these tests are."""
    return clock.today("America/Los_Angeles")


def days(count: int) -> date:
    return today() + timedelta(days=count)


def a_user(name: str, role: str = "Caregiver") -> User:
    values = {
        "email": f"{name}@harbor.example",
        "first_name": name.capitalize(),
        "last_name": "Reyes",
        "roles": [roles.role_of(roles.BY_NAME[role])],
    }
    return users.create_user(values, by=None)


def a_client(**values: Any) -> Client:
    given = {"first_name": "Ruth", "last_name": "Abernathy", "birth_date": date(1941, 5, 2), "branch_id": branch_id()}
    return clients.create_client({**given, **values}, by=None)


def a_staff_member(**values: Any) -> StaffMember:
    given = {
        "first_name": "Imani",
        "last_name": "Okafor",
        "hired_on": date(2022, 3, 1),
        "position": "Home health aide",
        "discipline": "hha",
        "branch_id": branch_id(),
    }
    return staff.create_staff_member({**given, **values}, by=None)


def a_credential_type(**values: Any) -> CredentialType:
    kind = CredentialType(**{"name": "CPR", "required_disciplines": ["hha"], "validity_months": 24, **values})
    session.add(kind)
    session.flush()
    return kind
