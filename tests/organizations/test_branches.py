"""Offices of the agency."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from starline.core.errors import Invalid
from starline.organizations import branches
from starline.organizations.calendar import today, zone_of
from starline.organizations.models import Branch
from tests.organizations.factories import a_client, branch_id

pytestmark = pytest.mark.usefixtures("harbor")


def test_two_branches_have_two_names(session: Any) -> None:
    salem = branches.add_branch({"name": "Salem", "state": "or"}, by=None)
    assert salem.state == "OR"
    with pytest.raises(Invalid):
        branches.add_branch({"name": "Salem"}, by=None)
    with pytest.raises(Invalid):
        branches.update_branch(salem, {"name": "Eastside"}, by=None)
    branches.update_branch(salem, {"name": "Salem"}, by=None)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"time_zone": "Oregon"}, "time_zone"), ({"postal_code": "1"}, "postal_code"), ({"state": "XX"}, "state")],
)
def test_nonsense_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        branches.add_branch({"name": "Salem", **values}, by=None)
    assert list(refused.value.errors) == [field]


def test_a_branch_has_its_own_day_or_the_agencys() -> None:
    eastside = branch_id()
    boise = branches.add_branch({"name": "Boise", "time_zone": "America/Boise"}, by=None)
    assert (zone_of(boise.id), zone_of(eastside)) == ("America/Boise", "America/Los_Angeles")
    assert today(boise.id) >= today()


def test_a_branch_with_clients_is_kept_by_the_database(session: Any) -> None:
    client = a_client()
    with pytest.raises(IntegrityError):
        branches.remove_branch(session.get(Branch, client.branch_id), by=None)
