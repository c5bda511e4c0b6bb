"""Roles: what an agency's people may do, begun from templates that the agency may then edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import delete, select

from starline.core import events, tenancy
from starline.core.db import PermissionView, Role, session, user_roles
from starline.core.errors import Conflict, NotAllowed
from starline.core.language import _
from starline.core.rows import assign
from starline.identity.models import RecordScope
from starline.identity.viewer import WIDEST_FIRST, load_viewer_of_user
from starline.organizations.preferences import rename_role

Pair = tuple[str, str]
"""(action, resource), for example ("can_read", "Clients")."""

EVERYTHING = "read add edit delete export reveal share hold"
PLATFORM_RESOURCES = "Organizations"
"""What only the platform's operators see."""

CARE = "Clients Client* Contacts ServiceAddresses CareTeamMembers"
INSURANCE = "Coverages"
INTAKE = "Referrals ReferralSteps"
SAFETY = "Incidents IncidentNotifications"
HOSPITAL = "Hospitalisations"
PLANS = "ServicePlans PlanServices PlanTasks"
SCHEDULE = "Visits VisitSeriesList Offers OfferInvitations CallOuts CalledOutVisits UnplannedCalls"
PROOF = "ClockEvents VisitExceptions VisitTasks VisitRecords"
"""What was done in visits, and whether it is proven."""
OFFERED = ("read edit", "OwnOffers")
"""Answering whether one takes an open visit."""

CATALOGUE = "ServiceTypes CareTasks"
"""What the agency does, and the tasks that plans choose from."""

TWINS = "Duplicates Merges"
"""Records of one person, and what was made of them."""

STAFF = "StaffMembers Credential* ExclusionChecks Availability TimeOffRequests Training* Onboarding*"
STAFF_OFFICE = "Applicants PerformanceReviews InServiceRules Compliance OwnCredentials OwnCalendar OwnVisits"
"""What human resources do besides: hiring, judging, and the rules that the agency sets itself."""

PAY = "PayRates"
FILES = "Files"
"""The documents of records; which of them somebody sees, the records decide."""

EMERGENCY = "BreakGlass"
"""Opening a client beyond one's record scope in an emergency."""

VIEWS = ("read add edit delete export share", "SavedViews")
"""Keeping lists as one likes them; sharing a view is a permission of its own."""

IMPORTS = ("read add", "Imports")
"""Bringing sheets in; into which lists, their own permissions say."""

EXPORTS = ("export", "Exports")
"""Taking all lists along at once; which ones, their own permissions say."""

ACCESS = "Users Roles SignInAttempts"


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """What a role begins with. `grants` maps actions to resource patterns, both separated by spaces."""

    name: str
    scope: RecordScope
    grants: tuple[tuple[str, str], ...]
    requires_second_factor: bool = False

    def covers(self, pair: Pair) -> bool:
        """Whether the template grants the pair."""
        action, resource = pair
        if _matches(resource, PLATFORM_RESOURCES) and self is not OPERATOR:
            return False
        verb = action.removeprefix("can_")
        return any(verb in verbs.split() and _matches(resource, patterns) for verbs, patterns in self.grants)


ADMINISTRATOR = RoleTemplate("Administrator", RecordScope.ALL, ((EVERYTHING, "*"),))
OPERATOR = RoleTemplate(
    "Operator",
    RecordScope.ALL,
    ((EVERYTHING, f"{PLATFORM_RESOURCES} {ACCESS} Settings"),),
    requires_second_factor=False,
)
ROLE_TEMPLATES: tuple[RoleTemplate, ...] = (
    ADMINISTRATOR,
    RoleTemplate(
        "Scheduler",
        RecordScope.ALL,
        (
            ("read add edit export", f"{CARE} {INTAKE} Availability TimeOffRequests"),
            ("read add edit", f"{HOSPITAL} {SAFETY}"),
            ("read add edit delete export", f"{PLANS} {SCHEDULE} Holidays"),
            ("read add edit export", f"{PROOF} TelephonyPins"),
            ("read", "EvvTolerances"),
            ("read add edit", "CalendarFeeds"),
            ("read edit", TWINS),
            ("read", f"{INSURANCE} {CATALOGUE} StaffMembers Credential* ExclusionChecks Training* Compliance Branches"),
            ("read add", "OwnCredentials OwnCalendar OwnVisits"),
            ("read add edit delete export", FILES),
            ("add", EMERGENCY),
            ("reveal", "ServiceAddresses"),
            IMPORTS,
            EXPORTS,
            VIEWS,
        ),
    ),
    RoleTemplate(
        "Nurse",
        RecordScope.ALL,
        (
            ("read add edit", f"{CARE} {INTAKE} {FILES}"),
            ("read add edit delete export", f"{HOSPITAL} {SAFETY} {PLANS}"),
            ("read add edit", "CareTasks"),
            OFFERED,
            ("read export", f"{SCHEDULE} {PROOF} Holidays"),
            ("read", f"{INSURANCE} {TWINS} ServiceTypes StaffMembers Credential* Training* Availability Branches"),
            ("read add", "OwnCredentials OwnCalendar OwnVisits"),
            ("add", EMERGENCY),
            EXPORTS,
            VIEWS,
        ),
    ),
    RoleTemplate(
        "Biller",
        RecordScope.ALL,
        (
            ("read export", f"{CARE} {HOSPITAL} {PLANS} {SCHEDULE} {PROOF} CareTasks Holidays StaffMembers Branches"),
            ("read", "EvvTolerances"),
            (EVERYTHING, f"{INSURANCE} ServiceTypes"),
            ("read add", FILES),
            ("edit", "Clients"),
            ("read", PAY),
            IMPORTS,
            EXPORTS,
            VIEWS,
        ),
    ),
    RoleTemplate(
        "Human resources",
        RecordScope.ALL,
        (
            (EVERYTHING, f"{STAFF} {STAFF_OFFICE} {PAY}"),
            ("read add edit delete export", FILES),
            ("read", "Branches Users"),
            IMPORTS,
            EXPORTS,
            VIEWS,
        ),
    ),
    RoleTemplate(
        "Caregiver",
        RecordScope.ASSIGNED,
        (
            (
                "read",
                f"{CARE} {HOSPITAL} {PLANS} Visits ServiceTypes StaffMembers Credentials Availability TimeOffRequests",
            ),
            ("read", "TrainingRecords OnboardingItems PerformanceReviews"),
            ("read", PROOF),
            ("add", "ClockEvents"),
            ("edit", "VisitTasks VisitRecords"),
            ("add", "TimeOffRequests Incidents"),
            ("read add", f"OwnCredentials OwnCalendar OwnVisits {FILES}"),
            OFFERED,
        ),
    ),
    RoleTemplate("Family", RecordScope.OWN, (("read", "Clients Contacts ServiceAddresses CareTeamMembers"),)),
    RoleTemplate("Auditor", RecordScope.ALL, (("read export", "*"),)),
    RoleTemplate(
        "API",
        RecordScope.ALL,
        (
            ("read add edit", f"{CARE} {INSURANCE} {INTAKE} {HOSPITAL} {SAFETY} {PLANS} {SCHEDULE} {STAFF} {FILES}"),
            ("read add edit", f"{CATALOGUE} {PROOF} EvvTolerances Holidays"),
            ("read", f"{TWINS} Branches"),
        ),
    ),
)
BY_NAME = {template.name: template for template in (*ROLE_TEMPLATES, OPERATOR)}


def permissions_of(template: RoleTemplate, all_pairs: Iterable[Pair]) -> set[Pair]:
    """The pairs of `all_pairs` that the template grants."""
    return {pair for pair in all_pairs if template.covers(pair)}


def create_roles_from_templates() -> list[Role]:
    """Make the template roles that the acting organisation lacks, with the permissions known to the database.

    A role of the agency's own that has a template's name stands for it.
    """
    templates = (OPERATOR,) if tenancy.current_organization_id() == tenancy.PLATFORM_ID else ROLE_TEMPLATES
    present = {name for pair in session.execute(select(Role.template, Role.name)) for name in pair}
    known = _known_permissions()
    made = []
    for template in templates:
        if template.name in present:
            continue
        made.append(
            Role(
                name=template.name,
                template=template.name,
                record_scope=template.scope,
                requires_second_factor=template.requires_second_factor,
                permissions=[known[pair] for pair in sorted(permissions_of(template, known))],
            )
        )
    session.add_all(made)
    session.flush()
    return made


def extend_roles(new_pairs: set[Pair]) -> int:
    """Give the acting organisation's template roles the permissions that came with a release; how many were given.

    Only new pairs: what an agency took from a role stays taken.
    """
    known = _known_permissions()
    given = 0
    for role in session.scalars(select(Role).where(Role.template.in_(list(BY_NAME)))):
        held = set(role.permissions)
        missing = [known[pair] for pair in sorted(permissions_of(BY_NAME[role.template], new_pairs & known.keys()))]
        missing = [permission for permission in missing if permission not in held]
        role.permissions.extend(missing)
        given += len(missing)
    session.flush()
    return given


def role_of(template: RoleTemplate) -> Role:
    """The acting organisation's role made from `template`."""
    return session.scalars(select(Role).where(Role.template == template.name)).one()


def create_role(values: dict[str, Any], *, by: int | None) -> Role:
    """A role of the agency's own, without permissions yet."""
    role = Role(**values)
    check_may_grant([role], by=by)
    session.add(role)
    session.flush()
    events.record("role:created", role)
    return role


def update_role(role: Role, values: dict[str, Any], *, by: int | None) -> Role:
    """Change name, record scope or the demand for a second factor. Nobody widens a role beyond their own."""
    check_may_grant([role], by=by)
    if role.template == ADMINISTRATOR.name and values.get("record_scope", RecordScope.ALL) != RecordScope.ALL:
        raise Conflict("Administrators see all records; otherwise nobody could.")
    if values.get("name", role.name) != role.name:
        rename_role(role.name, values["name"])
    assign(role, values)
    if session.is_modified(role):
        role.version += 1
    check_may_grant([role], by=by)
    session.flush()
    events.record("role:changed", role)
    return role


def set_permissions(role: Role, pairs: set[Pair], *, by: int | None) -> Role:
    """Replace what the role may do."""
    if role.template == ADMINISTRATOR.name:
        raise Conflict("The administrator role keeps all its permissions; make another role for less.")
    check_may_grant([role], by=by)
    known = _known_permissions()
    role.permissions = [known[pair] for pair in sorted(pairs & known.keys())]
    check_may_grant([role], by=by)
    role.version += 1
    session.flush()
    events.record("role:changed", role)
    return role


def delete_role(role: Role, *, by: int | None) -> None:
    """Remove a role that nobody has. Raises `Conflict`."""
    check_may_grant([role], by=by)
    if role.template == ADMINISTRATOR.name:
        raise Conflict("The administrator role can't be removed.")
    if session.execute(select(user_roles.c.id).where(user_roles.c.role_id == role.id).limit(1)).first():
        raise Conflict("People still have this role. Give them another one first.")
    rename_role(role.name, None)
    # Through the ORM it would ask for FAB's groups, which have no tables here.
    session.execute(delete(Role).where(Role.id == role.id))
    session.expunge(role)


def check_may_grant(roles: Iterable[Role], *, by: int | None) -> None:
    """Refuse to hand out, or to touch, more than one has oneself. Raises `NotAllowed`. The system may all."""
    if by is None:
        return
    giver = load_viewer_of_user(by)
    if giver is None:
        raise NotAllowed("You may not give roles.")
    for role in roles:
        pairs = {(one.permission.name, one.view_menu.name) for one in role.permissions}
        scope = role.record_scope or RecordScope.ALL
        if not pairs <= giver.permissions or WIDEST_FIRST.index(scope) < WIDEST_FIRST.index(giver.scope):
            raise NotAllowed(_("The role %(name)s may do more than you; ask an administrator.", name=role.name))


def _matches(resource: str, patterns: str) -> bool:
    return any(fnmatchcase(resource, pattern) for pattern in patterns.split())


def _known_permissions() -> dict[Pair, PermissionView]:
    rows = session.scalars(select(PermissionView)).unique()
    return {(row.permission.name, row.view_menu.name): row for row in rows}
