"""Roles begin as templates, and nobody hands out more than they hold."""

from typing import Any

import pytest
from sqlalchemy import select

from starline.core import db, tenancy
from starline.core.db import Role
from starline.core.errors import Conflict, NotAllowed
from starline.identity import roles, users
from starline.identity.models import RecordScope
from starline.identity.onboarding import found_identity
from starline.identity.roles import BY_NAME, ROLE_TEMPLATES, permissions_of
from starline.identity.viewer import load_viewer_of_user
from starline.organizations.founding import Founding
from starline.organizations.models import Organization, OrganizationStatus
from tests.identity.factories import a_person

RESOURCES = [
    "Clients",
    "Contacts",
    "Coverages",
    "StaffMembers",
    "PayRates",
    "TimeOffRequests",
    "Users",
    "Roles",
    "Organizations",
    "Settings",
]
PAIRS = {(f"can_{verb}", name) for verb in ("read", "add", "edit", "delete", "export") for name in RESOURCES}


def granted(template: str) -> set[tuple[str, str]]:
    return permissions_of(BY_NAME[template], PAIRS)


def test_an_administrator_may_everything_but_what_is_the_platforms() -> None:
    assert granted("Administrator") == {pair for pair in PAIRS if pair[1] != "Organizations"}


def test_an_auditor_reads_all_and_writes_nothing() -> None:
    assert {action for action, _resource in granted("Auditor")} == {"can_read", "can_export"}
    assert {resource for _action, resource in granted("Auditor")} == set(RESOURCES) - {"Organizations"}


@pytest.mark.parametrize(
    "template", [one.name for one in ROLE_TEMPLATES if one.name not in ("Administrator", "Auditor")]
)
def test_no_other_role_reaches_users_roles_settings_or_the_platform(template: str) -> None:
    writes = {resource for action, resource in granted(template) if action not in ("can_read", "can_export")}
    assert not writes & {"Users", "Roles", "Settings", "Organizations"}


def test_a_caregiver_reads_asks_for_time_off_and_sees_no_insurance_or_pay() -> None:
    writes = {pair for pair in granted("Caregiver") if pair[0] != "can_read"}
    assert writes == {("can_add", "TimeOffRequests")}
    assert not {"Coverages", "PayRates"} & {resource for _action, resource in granted("Caregiver")}
    assert BY_NAME["Caregiver"].scope is RecordScope.ASSIGNED and BY_NAME["Family"].scope is RecordScope.OWN


def test_human_resources_sees_no_client() -> None:
    assert not {"Clients", "Contacts", "Coverages"} & {resource for _action, resource in granted("Human resources")}


def test_only_operators_reach_the_list_of_organisations() -> None:
    assert {name for name in BY_NAME if ("can_read", "Organizations") in granted(name)} == {"Operator"}


def test_making_the_template_roles_twice_makes_them_once(harbor: Any) -> None:
    assert roles.create_roles_from_templates() == []
    names = set(db.session.scalars(select(Role.name)))
    assert names == {template.name for template in ROLE_TEMPLATES}


def test_template_roles_hold_what_the_database_knows(harbor: Any) -> None:
    pairs = {(one.permission.name, one.view_menu.name) for one in roles.role_of(BY_NAME["Nurse"]).permissions}
    assert ("can_read", "Clients") in pairs and ("can_delete", "Clients") not in pairs


def test_a_release_gives_new_permissions_and_leaves_taken_ones_taken(harbor: Any) -> None:
    nurse = roles.role_of(BY_NAME["Nurse"])
    nurse.permissions = []
    assert roles.extend_roles({("can_read", "Clients")}) > 0
    assert {(one.permission.name, one.view_menu.name) for one in nurse.permissions} == {("can_read", "Clients")}


def test_an_administrator_gives_roles_and_the_version_rises(harbor: Any) -> None:
    admin, nurse = a_person("admin", "Administrator"), a_person()
    before = load_viewer_of_user(nurse.id)
    users.change_roles(nurse, [roles.role_of(BY_NAME["Scheduler"])], by=admin.id)
    after = load_viewer_of_user(nurse.id)
    assert before is not None and after is not None
    assert after.roles == ("Scheduler",) and after.version > before.version


def test_nobody_gives_a_role_that_may_more_than_themselves(harbor: Any) -> None:
    hr, nurse = a_person("hr", "Human resources"), a_person()
    with pytest.raises(NotAllowed):
        users.change_roles(nurse, [roles.role_of(BY_NAME["Administrator"])], by=hr.id)
    with pytest.raises(NotAllowed):
        users.change_roles(hr, [roles.role_of(BY_NAME["Administrator"])], by=hr.id)
    with pytest.raises(NotAllowed):
        users.create_user(
            {
                "email": "new@harbor.example",
                "first_name": "New",
                "last_name": "Person",
                "roles": [roles.role_of(BY_NAME["Administrator"])],
            },
            by=hr.id,
        )


def test_nobody_disables_or_unlocks_somebody_who_may_more(harbor: Any) -> None:
    admin, hr = a_person("admin", "Administrator"), a_person("hr", "Human resources")
    for verb in (users.disable, users.unlock, users.enable):
        with pytest.raises(NotAllowed):
            verb(admin, by=hr.id)


def test_a_narrow_scope_gives_no_wide_one(harbor: Any) -> None:
    caregiver = a_person("caregiver", "Caregiver")
    wide = Role(name="Wide", record_scope=RecordScope.ALL)
    with pytest.raises(NotAllowed):
        roles.check_may_grant([wide], by=caregiver.id)


def test_the_last_administrator_stays(harbor: Any) -> None:
    admin, second = a_person("admin", "Administrator"), a_person("second", "Administrator")
    users.disable(second, by=admin.id)
    with pytest.raises(Conflict):
        users.disable(admin, by=None)
    with pytest.raises(Conflict):
        users.change_roles(admin, [roles.role_of(BY_NAME["Nurse"])], by=admin.id)


def test_nobody_disables_themselves(harbor: Any) -> None:
    admin = a_person("admin", "Administrator")
    a_person("second", "Administrator")
    with pytest.raises(Conflict):
        users.disable(admin, by=admin.id)


def test_a_role_that_somebody_has_is_not_removed(harbor: Any) -> None:
    admin = a_person("admin", "Administrator")
    own = roles.create_role({"name": "Office", "record_scope": RecordScope.BRANCH}, by=admin.id)
    nurse = a_person()
    users.change_roles(nurse, [own], by=admin.id)
    with pytest.raises(Conflict):
        roles.delete_role(own, by=admin.id)
    users.change_roles(nurse, [], by=admin.id)
    roles.delete_role(own, by=admin.id)


def test_the_administrator_role_can_not_be_narrowed_or_emptied(harbor: Any) -> None:
    admin = a_person("admin", "Administrator")
    role = roles.role_of(BY_NAME["Administrator"])
    with pytest.raises(Conflict):
        roles.update_role(role, {"record_scope": RecordScope.OWN}, by=admin.id)
    with pytest.raises(Conflict):
        roles.set_permissions(role, set(), by=admin.id)
    with pytest.raises(Conflict):
        roles.delete_role(role, by=admin.id)


def test_a_roles_permissions_are_replaced_as_a_whole(harbor: Any) -> None:
    admin = a_person("admin", "Administrator")
    role = roles.set_permissions(roles.role_of(BY_NAME["Nurse"]), {("can_read", "Clients")}, by=admin.id)
    assert [(one.permission.name, one.view_menu.name) for one in role.permissions] == [("can_read", "Clients")]


def test_people_are_never_deleted(harbor: Any) -> None:
    with pytest.raises(Conflict):
        users.delete_user(a_person(), by=None)


def test_a_new_organisation_gets_roles_and_an_administrator_who_is_invited(session: Any) -> None:
    from tests.identity.factories import HARBOR

    with tenancy.acting(HARBOR):
        agency = Organization(id=HARBOR, name="Harbor", slug="harbor", status=OrganizationStatus.ACTIVE)
        db.session.add(agency)
        db.session.flush()
        found_identity(Founding(agency, "ada@harbor.example", "Ada", "Okafor", None))
        ada = db.session.scalars(select(db.User)).one()
        assert [role.name for role in ada.roles] == ["Administrator"] and ada.password is None
