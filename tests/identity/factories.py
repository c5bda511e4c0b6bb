"""Valid minimums: the two agencies of the cast, and people in them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from starline.core import tenancy
from starline.core.db import User, session, transaction
from starline.identity import passwords, roles, users
from starline.identity.attempts import Origin
from starline.organizations.models import Organization, OrganizationSettings, OrganizationStatus

HARBOR = UUID("00000000-0000-7000-8000-0000000000a1")
SUMMIT = UUID("00000000-0000-7000-8000-0000000000b2")
PASSWORD = "seven lanterns over quiet water"
OTHER_PASSWORD = "nine copper kettles under rain"
WEB = Origin("web", "198.51.100.7", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
API = Origin("api", "198.51.100.8", "agency-script/1.0")


def an_agency(organization_id: UUID, slug: str) -> Organization:
    """An active agency with its settings and template roles; call it while acting for it."""
    agency = Organization(
        id=organization_id,
        name=f"{slug.capitalize()} Care",
        slug=slug,
        email_domain=f"{slug}.example",
        status=OrganizationStatus.ACTIVE,
    )
    session.add(agency)
    session.flush()
    session.add(OrganizationSettings())
    session.flush()
    roles.create_roles_from_templates()
    return agency


def a_person(name: str = "nurse", role: str | Iterable[str] = "Nurse", *, password: str | None = PASSWORD) -> User:
    """Somebody of the acting agency with the roles made from the templates of these names."""
    names = [role] if isinstance(role, str) else list(role)
    domain = "harbor" if tenancy.current_organization_id() == HARBOR else "summit"
    values = {
        "email": f"{name}@{domain}.example",
        "first_name": name.capitalize(),
        "last_name": "Okafor",
        "roles": [roles.role_of(roles.BY_NAME[one]) for one in names],
    }
    person = users.create_user(values, by=None)
    if password is not None:
        person.password = passwords.hashed(password)
        session.flush()
    return person


@contextmanager
def committed(organization_id: UUID) -> Iterator[None]:
    """Act for an organisation and commit at the end of the block, as a task does."""
    with tenancy.acting(organization_id, request_id="request-of-test"), transaction():
        yield
