"""The demo's agencies: what they are called, who signs in, how much there is of everything."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.platform.demo.clients import give_portal_access, load_care_teams, load_clients, load_wishes
from app.platform.demo.documents import load_documents
from app.platform.demo.hiring import load_hiring
from app.platform.demo.intake import load_incidents, load_intake, load_stays, load_twins
from app.platform.demo.offers import load_offers
from app.platform.demo.own_fields import load_own_fields
from app.platform.demo.people import Fiction
from app.platform.demo.phone import load_own_days
from app.platform.demo.services import load_plans
from app.platform.demo.staff import OfficePlace, load_staff
from app.platform.demo.told import tell_people
from app.platform.demo.visits import load_visits
from starline.core import clock, tenancy
from starline.core.db import User, session
from starline.core.outbox import OutboxMessage
from starline.identity import links, roles, users
from starline.identity.models import TokenPurpose
from starline.organizations.models import Branch, Organization, OrganizationStatus
from starline.organizations.service import set_up_organization
from starline.staff.models import StaffMember
from starline.staff.vocabulary import Discipline, StaffStatus

PASSWORD = "starline-demo-2026"

FIELD = (Discipline.PCA, Discipline.HHA, Discipline.CNA, Discipline.COMPANION)


@dataclass(frozen=True, slots=True)
class Agency:
    """One fictional agency. `people`: e-mail's local part → (first name, last name)."""

    slug: str
    name: str
    legal_name: str
    npi: str
    seed: int
    time_zone: str
    primary_color: str
    branches: tuple[str, ...]
    area_codes: tuple[str, ...]
    client_count: int
    staff_count: int
    known_count: int
    people: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return f"{self.slug}.example"


HARBOR = Agency(
    slug="harbor",
    name="Harbor Home Care",
    legal_name="Harbor Home Care LLC",
    npi="1999990011",
    seed=20_260_101,
    time_zone="America/Los_Angeles",
    primary_color="#0f7c6c",
    branches=("Eastside", "Gresham", "Salem"),
    area_codes=("503",),
    client_count=120,
    staff_count=60,
    known_count=6,
    people={
        "admin": ("Dana", "Whitaker"),
        "scheduler": ("Marcus", "Delgado"),
        "nurse": ("Priscilla", "Okonkwo"),
        "biller": ("Henry", "Tollefson"),
        "hr": ("Noor", "Siddiqui"),
        "caregiver": ("Josie", "Ferreira"),
        "family": ("Caleb", "Ashworth"),
        "auditor": ("Wanda", "Prescott"),
    },
)
SUMMIT = Agency(
    slug="summit",
    name="Summit Care",
    legal_name="Summit Care Inc.",
    npi="1999990029",
    seed=20_260_202,
    time_zone="America/Boise",
    primary_color="#3457a6",
    branches=("Boise",),
    area_codes=("208",),
    client_count=12,
    staff_count=8,
    known_count=3,
    people={
        "admin": ("Gretchen", "Lundgren"),
        "scheduler": ("Andre", "Baptiste"),
        "nurse": ("Soledad", "Marquez"),
        "biller": ("Philip", "Cranston"),
        "hr": ("Tamsin", "Greenleaf"),
        "caregiver": ("Bao", "Trinh"),
        "family": ("Lorraine", "Hatfield"),
        "auditor": ("Simeon", "Adler"),
    },
)

ROLES = {
    "admin": "Administrator",
    "scheduler": "Scheduler",
    "nurse": "Nurse",
    "biller": "Biller",
    "hr": "Human resources",
    "caregiver": "Caregiver",
    "family": "Family",
    "auditor": "Auditor",
}
PLACES = {
    "admin": ("Agency director", Discipline.OFFICE),
    "scheduler": ("Scheduler", Discipline.OFFICE),
    "nurse": ("Nurse supervisor", Discipline.RN),
    "biller": ("Billing specialist", Discipline.OFFICE),
    "hr": ("Human resources", Discipline.OFFICE),
    "caregiver": ("Home health aide", Discipline.HHA),
}


def load_agency(agency: Agency, password_hash: str) -> Organization:
    """Set the agency up as an operator would, then fill it. Runs in the platform's context; the caller commits."""
    organization = set_up_organization(_request(agency), by=None)
    organization.status = OrganizationStatus.ACTIVE
    session.flush()
    with tenancy.acting(organization.id, None, reason="Demo data"):
        fiction = Fiction(agency.seed, clock.today(agency.time_zone), agency.area_codes)
        branches = _branches(fiction, agency)
        people = _people(agency, branches, password_hash)
        _fill(fiction, agency, branches, people)
        forget_invitations()
    return organization


def forget_invitations() -> None:
    """Nobody of the demo comes in by a link: take back what set-up promised to send."""
    for user in session.scalars(select(User)):
        links.revoke_links(user.id, TokenPurpose.INVITATION)
    session.query(OutboxMessage).delete()
    session.flush()


def _request(agency: Agency) -> dict[str, Any]:
    first_name, last_name = agency.people["admin"]
    return {
        "name": agency.name,
        "legal_name": agency.legal_name,
        "slug": agency.slug,
        "email_domain": agency.domain,
        "time_zone": agency.time_zone,
        "primary_color": agency.primary_color,
        "branch_name": agency.branches[0],
        "administrator_email": f"admin@{agency.domain}",
        "administrator_first_name": first_name,
        "administrator_last_name": last_name,
    }


def _branches(fiction: Fiction, agency: Agency) -> dict[str, UUID]:
    """The offices by name; the first one exists since set-up."""
    found = {branch.name: branch for branch in session.query(Branch)}
    for number, name in enumerate(agency.branches):
        branch = found.setdefault(name, Branch(name=name))
        where = fiction.address(name)
        branch.line1, branch.city = where["line1"], where["city"]
        branch.state, branch.postal_code = where["state"], where["postal_code"]
        branch.phone, branch.code = fiction.phone(), name[:3].upper()
        branch.provider_number = f"HC{100_200 + number}"
        session.add(branch)
    session.flush()
    return {name: found[name].id for name in agency.branches}


def _people(agency: Agency, branches: dict[str, UUID], password_hash: str) -> dict[str, User]:
    """The demo's sign-ins by the local part of their e-mail."""
    people = {}
    for local, (first_name, last_name) in agency.people.items():
        email = f"{local}@{agency.domain}"
        user = session.scalars(select(User).where(User.email == email)).first()
        if user is None:
            role = roles.role_of(roles.BY_NAME[ROLES[local]])
            user = users.create_user(
                {"email": email, "first_name": first_name, "last_name": last_name, "roles": [role]}, by=None
            )
        user.password, user.password_changed_at = password_hash, clock.now()
        if local != "family":
            user.branch_id = branches[agency.branches[0]]
        people[local] = user
    session.flush()
    return people


def _fill(fiction: Fiction, agency: Agency, branches: dict[str, UUID], people: dict[str, User]) -> None:
    places = [OfficePlace(people[local], *place) for local, place in PLACES.items()]
    members = load_staff(fiction, branches, agency.staff_count, places=places, decider=people["hr"].id)
    offices = list(branches.values())
    load_hiring(fiction, members, branches=offices, by=people["hr"].id, small=agency.staff_count < 20)
    caregivers = _invite_caregivers(agency, members[len(places) :])
    coordinators = [people["scheduler"].id, people["nurse"].id]
    clients = load_clients(fiction, branches, agency.client_count, coordinators=coordinators, by=people["scheduler"].id)
    load_wishes(fiction, clients, caregivers)
    load_care_teams(
        fiction,
        clients,
        known=people["caregiver"].id,
        known_count=agency.known_count,
        caregivers=caregivers,
        nurse=people["nurse"].id,
    )
    if agency is HARBOR:
        load_own_fields(clients, members, fiction.today, by=people["admin"].id)
    first_name, last_name = agency.people["family"]
    give_portal_access(clients, people["family"].id, first_name=first_name, last_name=last_name)
    load_documents(fiction, clients, members, by=people["admin"].id)
    load_stays(fiction, clients)
    load_incidents(fiction, clients, investigator=people["nurse"].id, reporters=[people["caregiver"].id, *coordinators])
    load_twins(fiction, clients)
    load_intake(fiction, branches, clients, owners=coordinators)
    load_plans(fiction, clients, author=people["nurse"].id, decider=people["admin"].id)
    load_visits(fiction, clients, members)
    load_own_days(fiction, people["caregiver"].id)
    load_offers(fiction, planner=people["scheduler"].id, known=people["caregiver"].id)
    tell_people(list(people.values()))


def _invite_caregivers(agency: Agency, members: list[StaffMember]) -> list[int]:
    """Users without a password for the first two dozen caregivers, so that clients can be assigned to them by name."""
    role = roles.role_of(roles.BY_NAME["Caregiver"])
    working = [one for one in members if one.discipline in FIELD and one.status == StaffStatus.ACTIVE]
    invited = []
    for member in working[:24]:
        email = f"{member.first_name}.{member.last_name}@{agency.domain}".lower()
        values = {
            "email": email,
            "first_name": member.first_name,
            "last_name": member.last_name,
            "branch_id": member.branch_id,
            "roles": [role],
        }
        member.user_id, member.email = users.create_user(values, by=None).id, email
        invited.append(member.user_id)
    session.flush()
    return invited
