"""A release writes the permissions of the resources and gives every agency the roles that its templates ask for."""

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from app.cli import main
from starline.core import db
from starline.core.db import Role
from starline.core.tenancy import PLATFORM_ID
from starline.identity import roles
from starline.organizations.service import set_up_platform
from tests.identity.factories import HARBOR, SUMMIT, an_agency, committed

OPERATOR = {
    "administrator_email": "operator@starline.example",
    "administrator_first_name": "Olu",
    "administrator_last_name": "Okafor",
}


@pytest.fixture(scope="module", autouse=True)
def agencies(database: str) -> None:
    for organization_id, slug in ((HARBOR, "harbor"), (SUMMIT, "summit")):
        with committed(organization_id):
            an_agency(organization_id, slug)


def release() -> None:
    answer = CliRunner().invoke(main, ["permissions"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output


def names(organization_id: Any) -> set[str]:
    with committed(organization_id):
        return set(db.session.scalars(select(Role.name)))


def remove(organization_id: Any, *templates: str) -> None:
    """As if the agency had been set up before these templates existed."""
    with committed(organization_id):
        db.session.execute(delete(Role).where(Role.template.in_(templates)))


def test_a_template_that_came_with_the_release_becomes_a_role_in_every_agency(app: Any) -> None:
    for organization_id in (HARBOR, SUMMIT):
        remove(organization_id, "Biller", "Auditor")
    release()
    for organization_id in (HARBOR, SUMMIT):
        assert names(organization_id) == {one.name for one in roles.ROLE_TEMPLATES}
    with committed(HARBOR):
        held = {
            (one.permission.name, one.view_menu.name) for one in roles.role_of(roles.BY_NAME["Auditor"]).permissions
        }
    assert ("can_read", "Clients") in held


def test_an_agencys_own_role_of_the_same_name_is_left_alone(app: Any) -> None:
    remove(HARBOR, "Biller")
    with committed(HARBOR):
        own = roles.create_role({"name": "Biller"}, by=None).id
    release()
    with committed(HARBOR):
        (found,) = db.session.scalars(select(Role).where(Role.name == "Biller"))
        assert found.id == own and found.template is None and found.permissions == []


def test_a_platform_that_is_not_set_up_yet_gets_nothing_and_one_that_is_gets_its_operators(app: Any) -> None:
    release()
    assert names(PLATFORM_ID) == set()
    with committed(PLATFORM_ID):
        set_up_platform(OPERATOR)
    release()
    assert names(PLATFORM_ID) == {"Operator"}
