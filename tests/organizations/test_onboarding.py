"""Setting an agency up: all of it, or nothing in the database and nothing in the storage."""

from collections.abc import Iterator
from typing import Any

import pytest

import starline.subscribers  # noqa: F401  (set-up needs what other domains add)
from starline.core import events, storage, tenancy
from starline.core.db import Role, User, session, transaction
from starline.core.errors import Conflict, Invalid, NotAllowed, Unavailable
from starline.core.outbox import OutboxMessage
from starline.organizations import service
from starline.organizations.models import Branch, Organization, OrganizationSettings, OrganizationStatus
from starline.staff.models import CredentialType

VALLEY = {
    "name": "Valley Care",
    "slug": "valley",
    "administrator_email": "Ada@Valley.example",
    "administrator_first_name": "Ada",
    "administrator_last_name": "Prentiss",
    "time_zone": "America/Denver",
    "branch_name": "Downtown",
}


@pytest.fixture
def operators(database: str) -> Iterator[None]:
    """Acting for the platform; what is committed stays until the module ends."""
    with tenancy.acting(tenancy.PLATFORM_ID):
        yield
        session.remove()


def _set_up(**values: Any) -> Organization:
    with transaction():
        return service.set_up_organization({**VALLEY, **values}, by=None)


def _is_there(slug: str) -> bool:
    found = session.query(Organization.id).filter_by(slug=slug).first() is not None
    session.rollback()
    return found


def _stored() -> set[str]:
    files = storage.settings().files_dir
    return {str(one) for one in files.rglob("*") if one.is_file()} if files.exists() else set()


@pytest.mark.usefixtures("operators")
class TestOnboarding:
    def test_an_agency_gets_everything_it_begins_with(self) -> None:
        organization = _set_up(slug="whole", features={"billing": False})
        with tenancy.acting(organization.id):
            administrator = session.query(User).one()
            assert (administrator.email, administrator.password) == ("ada@valley.example", None)
            assert [role.name for role in administrator.roles] == ["Administrator"]
            assert session.query(Role).count() == 9
            assert session.query(Branch).one().name == "Downtown"
            chosen = session.query(OrganizationSettings).one()
            assert (chosen.time_zone, chosen.features) == ("America/Denver", {"billing": False})
            assert session.query(CredentialType).count() > 10
            assert [one.task for one in session.query(OutboxMessage)] == ["identity.send_link"]
            assert storage.storage().exists(f"organizations/{organization.id}/organization.json")
            session.rollback()

    def test_a_storage_that_fails_leaves_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_given: Any) -> None:
            raise Unavailable("The storage is down.")

        before = _stored()
        monkeypatch.setattr(storage.Storage, "put", fail)
        with pytest.raises(Unavailable):
            _set_up(slug="unstored")
        assert not _is_there("unstored")
        assert _stored() == before

    def test_a_commit_that_never_comes_takes_the_stored_file_along(self) -> None:
        before = _stored()
        with pytest.raises(RuntimeError), transaction():
            service.set_up_organization({**VALLEY, "slug": "late"}, by=None)
            assert _stored() != before
            raise RuntimeError("The power fails here.")
        assert not _is_there("late")
        assert _stored() == before

    def test_a_savepoint_that_is_rolled_back_takes_it_along_too(self) -> None:
        before = _stored()
        with transaction():
            savepoint = session.begin_nested()
            service.set_up_organization({**VALLEY, "slug": "saved"}, by=None)
            savepoint.rollback()
        assert not _is_there("saved")
        assert _stored() == before

    def test_a_later_rollback_leaves_a_finished_agency_alone(self) -> None:
        before = _stored()
        with transaction():
            with session.begin_nested():
                service.set_up_organization({**VALLEY, "slug": "kept"}, by=None)
            session.begin_nested().rollback()
            session.commit()
            session.query(Organization).first()
            session.rollback()
        assert _is_there("kept")
        assert len(_stored() - before) == 1

    @pytest.mark.parametrize("step", ["roles", "catalogue"])
    def test_a_step_that_fails_half_way_leaves_nothing(self, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_founding: Any) -> None:
            raise RuntimeError(step)

        present = events._subscribers["organization:created"]
        position = {"roles": 0, "catalogue": len(present)}[step]
        monkeypatch.setitem(
            events._subscribers, "organization:created", [*present[:position], fail, *present[position:]]
        )
        with pytest.raises(RuntimeError):
            _set_up(slug="halfway")
        assert not _is_there("halfway")

    def test_an_agency_nobody_could_open_is_not_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(events._subscribers, "organization:created", [])
        with pytest.raises(Unavailable):
            _set_up(slug="locked")
        assert not _is_there("locked")

    def test_a_taken_subdomain_is_refused_and_leaves_nothing(self) -> None:
        _set_up(slug="first")
        count = session.query(Organization).count()
        session.rollback()
        with pytest.raises(Conflict) as refused:
            _set_up(slug="first", name="Another")
        assert list(refused.value.errors) == ["slug"]
        assert session.query(Organization).count() == count

    def test_an_agency_is_suspended_and_opened_again_with_a_reason(self) -> None:
        organization = _set_up(slug="paused")
        with transaction():
            organization = session.get_one(Organization, organization.id)
            with pytest.raises(Conflict):
                service.suspend_organization(organization, by=None, reason=" ")
            service.suspend_organization(organization, by=None, reason="Unpaid since March")
            assert not organization.is_open
            with pytest.raises(Conflict):
                service.suspend_organization(organization, by=None, reason="Again")
            service.reopen_organization(organization, by=None, reason="Paid")
            assert organization.status == OrganizationStatus.ACTIVE


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "www"}, "slug"),
        ({"slug": "a"}, "slug"),
        ({"administrator_email": "nobody"}, "administrator_email"),
        ({"custom_domain": "https://x.example"}, "custom_domain"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"primary_color": "green"}, "primary_color"),
        ({"features": {"flying": True}}, "features"),
        ({"features": "all"}, "features"),
        ({"npi": "1234567890"}, "npi"),
        ({"name": 5}, "name"),
        ({"id": "x"}, "id"),
    ],
)
def test_nonsense_is_refused_at_its_field(session: Any, values: dict[str, Any], field: str) -> None:
    with tenancy.acting(tenancy.PLATFORM_ID), pytest.raises(Invalid) as refused:
        service.set_up_organization({**VALLEY, **values}, by=None)
    assert list(refused.value.errors) == [field]


def test_an_agency_sets_up_no_agency(harbor: Organization) -> None:
    for verb in (lambda: service.set_up_organization(VALLEY, by=None), service.organizations):
        with pytest.raises(NotAllowed):
            verb()
