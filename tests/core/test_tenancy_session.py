"""The session tells every transaction who acts, also after a commit in the middle and when the organisation changes."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import ProgrammingError, StatementError

from starline.core import db, tenancy
from starline.core.db import session
from starline.core.errors import NotAllowed
from starline.core.identifiers import uuid7
from starline.core.statements import Statement, answer
from starline.organizations.models import Branch, Organization, OrganizationStatus

HARBOR, SUMMIT = uuid7(), uuid7()


@pytest.fixture(scope="module", autouse=True)
def two_organisations(database: str) -> Iterator[None]:
    """Committed, because commits are what these tests are about."""
    for organization_id in (HARBOR, SUMMIT):
        with tenancy.acting(organization_id), db.transaction():
            slug = f"session-{organization_id.hex[-12:]}"
            session.add(Organization(id=organization_id, name=slug, slug=slug, status=OrganizationStatus.ACTIVE))
            session.add(Branch(name=str(organization_id)))
    yield
    session.remove()


@pytest.fixture(autouse=True)
def fresh_session() -> Iterator[None]:
    session.remove()
    yield
    session.rollback()
    session.remove()


def names() -> list[str]:
    return list(session.scalars(sql("SELECT name FROM branches ORDER BY 1")))


def test_every_transaction_of_a_session_begins_with_the_context() -> None:
    with tenancy.acting(HARBOR):
        assert names() == [str(HARBOR)]
        session.commit()
        assert names() == [str(HARBOR)]
        session.rollback()
        assert names() == [str(HARBOR)]


def test_the_organisation_can_change_inside_a_transaction() -> None:
    with tenancy.acting(HARBOR):
        assert names() == [str(HARBOR)]
        with tenancy.acting(SUMMIT):
            assert names() == [str(SUMMIT)]
        assert names() == [str(HARBOR)]


def test_leaving_the_last_organisation_inside_a_transaction_leaves_nothing_to_see() -> None:
    with tenancy.acting(HARBOR):
        assert names() == [str(HARBOR)]
    assert names() == []


def test_an_open_transaction_knows_the_version_of_whoever_acts_in_it() -> None:
    session.execute(sql("SELECT 1"))
    assert db.current_version() is None
    with tenancy.acting(HARBOR):
        of_harbor = db.current_version()
        assert of_harbor == session.scalar(sql("SELECT value FROM organization_versions")) is not None
        with tenancy.acting(SUMMIT), tenancy.because("a change of people"):
            assert db.current_version() == session.scalar(sql("SELECT value FROM organization_versions"))
        assert db.current_version() == of_harbor
    assert db.current_version() is None


def test_what_was_added_for_one_organisation_is_not_written_for_the_next() -> None:
    with tenancy.acting(HARBOR):
        names()
        session.add(Branch(name="pending"))
        with tenancy.acting(SUMMIT):
            assert names() == [str(SUMMIT)]
        assert names() == sorted([str(HARBOR), "pending"])


def test_a_failed_transaction_can_still_be_left() -> None:
    with tenancy.acting(HARBOR):
        with pytest.raises(ProgrammingError), tenancy.acting(SUMMIT):
            session.execute(sql("SELECT nothing_like_this"))
        session.rollback()
        assert names() == [str(HARBOR)]


def test_switching_goes_on_as_the_next_person_until_the_block_ends() -> None:
    with tenancy.acting(None, request_id="r"):
        assert names() == []
        tenancy.switch(HARBOR, 7)
        assert names() == [str(HARBOR)]
        assert session.scalar(sql("SELECT app.current_user_id()")) == 7
        assert session.scalar(sql("SELECT current_setting('app.request_id')")) == "r"
    assert names() == []


def test_a_reason_is_attached_for_a_block_alone() -> None:
    reason = sql("SELECT nullif(current_setting('app.reason', true), '')")
    with tenancy.acting(HARBOR):
        with tenancy.because("asked by the family"):
            assert session.scalar(reason) == "asked by the family"
        assert session.scalar(reason) is None


def test_work_over_every_organisation_enters_each_and_leaves_the_platform_out() -> None:
    seen: dict[UUID, list[str]] = {}
    for organization_id in tenancy.every_organization("a test"):
        seen[organization_id] = names()
        assert tenancy.current().reason == "a test"
    assert seen[HARBOR] == [str(HARBOR)] and seen[SUMMIT] == [str(SUMMIT)]
    assert tenancy.PLATFORM_ID not in seen
    assert tenancy.current().organization_id is None


def test_a_row_takes_the_acting_organisation_and_refuses_to_guess_one() -> None:
    with tenancy.acting(HARBOR):
        branch = Branch(name="new")
        session.add(branch)
        session.flush()
        assert branch.organization_id == HARBOR and branch.version == 1
        session.rollback()
    session.add(Branch(name="of nobody"))
    with pytest.raises(StatementError) as refusal:
        session.flush()
    assert isinstance(refusal.value.orig, NotAllowed)


def test_a_row_of_another_organisation_is_absent_even_by_its_key() -> None:
    with tenancy.acting(SUMMIT):
        theirs = session.scalars(sql("SELECT id FROM branches")).one()
        session.rollback()
    with tenancy.acting(HARBOR):
        session.expunge_all()
        assert session.get(Branch, theirs) is None


def test_an_answer_comes_from_a_transaction_of_its_own_and_leaves_no_context() -> None:
    asked = Statement("SELECT app.current_organization_id()::text", {})
    with tenancy.acting(HARBOR):
        assert answer(asked, {}) == (str(HARBOR),)
    assert answer(asked, {}) == (None,)


def test_a_transaction_commits_whole_or_not_at_all() -> None:
    with tenancy.acting(HARBOR):
        with pytest.raises(RuntimeError), db.transaction():
            session.add(Branch(name="half"))
            session.flush()
            raise RuntimeError
        assert names() == [str(HARBOR)]
