"""Who acts is told to PostgreSQL by a signature; without one that holds there is nothing to see and nothing to write."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from psycopg2 import errors

from starline.core import clock, tenancy
from starline.core.errors import NotAllowed
from tests.isolation.roles import as_runtime, enter, rows, set_context, sign_up

pytestmark = pytest.mark.usefixtures("database")

HARBOR = UUID("00000000-0000-7000-8000-00000000f001")
SUMMIT = UUID("00000000-0000-7000-8000-00000000f002")
ADD_BRANCH = (
    "INSERT INTO branches (organization_id, id, name, is_active, created_on, changed_on, version)"
    " VALUES (%s, gen_random_uuid(), %s, true, now(), now(), 1)"
)
Cursor = Any


@pytest.fixture
def two() -> Iterator[Cursor]:
    """A transaction of the runtime role in which Harbor and Summit have one branch each; nobody acts."""
    with as_runtime() as cursor:
        for organization_id, name in ((HARBOR, "harbor"), (SUMMIT, "summit")):
            sign_up(cursor, organization_id, f"{name}-tenancy")
            cursor.execute(ADD_BRANCH, (str(organization_id), name))
        set_context(cursor, "")
        yield cursor


def branches(cursor: Cursor) -> list[str]:
    return [name for (name,) in rows(cursor, "SELECT name FROM branches ORDER BY 1")]


def test_each_organisation_sees_its_own_rows_alone(two: Cursor) -> None:
    enter(two, HARBOR)
    assert branches(two) == ["harbor"]
    enter(two, SUMMIT)
    assert branches(two) == ["summit"]


def test_without_an_organisation_there_are_no_rows_in_any_table(two: Cursor) -> None:
    tables = rows(two, "SELECT tablename FROM pg_policies WHERE policyname = 'tenant'")
    assert len(tables) > 20
    assert [name for (name,) in tables if rows(two, f"SELECT 1 FROM {name} LIMIT 1")] == []


def test_without_an_organisation_a_row_is_refused(two: Cursor) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        two.execute(ADD_BRANCH, (str(HARBOR), "another"))


def test_a_row_for_another_organisation_is_refused(two: Cursor) -> None:
    enter(two, HARBOR)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        two.execute(ADD_BRANCH, (str(SUMMIT), "another"))


def test_a_row_cannot_be_moved_to_another_organisation(two: Cursor) -> None:
    enter(two, HARBOR)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        two.execute("UPDATE branches SET organization_id = %s", (str(SUMMIT),))


def test_another_organisations_rows_are_neither_changed_nor_deleted(two: Cursor) -> None:
    enter(two, HARBOR)
    two.execute("UPDATE branches SET name = 'taken' WHERE organization_id = %s", (str(SUMMIT),))
    assert two.rowcount == 0
    two.execute("DELETE FROM branches WHERE organization_id = %s", (str(SUMMIT),))
    assert two.rowcount == 0
    enter(two, SUMMIT)
    assert branches(two) == ["summit"]


def test_a_row_cannot_point_at_another_organisations_row(two: Cursor) -> None:
    enter(two, SUMMIT)
    ((theirs,),) = rows(two, "SELECT id FROM branches")
    enter(two, HARBOR)
    with pytest.raises(errors.ForeignKeyViolation):
        two.execute(
            "INSERT INTO clients (organization_id, id, client_number, first_name, last_name, status, birth_date, sex,"
            " languages, branch_id, is_elopement_risk, has_pets, is_smoking_home, custom, created_on, changed_on, version)"
            " VALUES (%s, gen_random_uuid(), 1, 'Ada', 'Byron', 'inquiry', '1940-01-01', 'unknown', '{}', %s, false,"
            " false, false, '{}', now(), now(), 1)",
            (str(HARBOR), theirs),
        )


def valid(organization_id: UUID = HARBOR) -> str:
    return tenancy.Context(organization_id, 7).signed()


def forged() -> dict[str, str]:
    """Contexts that somebody who can set the setting but doesn't know the key could try."""
    organization, user, expiry, signature = valid().split(".")
    past = int(time.time()) - 1
    return {
        "another organisation": f"{SUMMIT}.{user}.{expiry}.{signature}",
        "another person": f"{organization}.8.{expiry}.{signature}",
        "a later end": f"{organization}.{user}.{int(expiry) + 900}.{signature}",
        "expired": f"{organization}.{user}.{past}.{signature}",
        "no signature": f"{organization}.{user}.{expiry}.",
        "three parts": f"{organization}.{user}.{expiry}",
        "five parts": f"{valid()}.more",
        "upper case": valid().upper(),
        "the organisation alone": str(HARBOR),
        "garbage": "x" * 500,
        "dots": "...",
        "a huge expiry": f"{organization}.{user}.{'9' * 40}.{signature}",
        "a null signature": f"{organization}.{user}.{expiry}.{'0' * 64}",
        "quotes": "' OR '1'='1",
        "blank": "  ",
    }


@pytest.mark.parametrize("kind", sorted(forged()))
def test_a_forged_context_shows_nothing_and_writes_nothing(two: Cursor, kind: str) -> None:
    set_context(two, forged()[kind])
    assert branches(two) == []
    assert rows(two, "SELECT app.current_organization_id(), app.current_user_id()") == [(None, None)]
    with pytest.raises(errors.InsufficientPrivilege):
        two.execute(ADD_BRANCH, (str(SUMMIT), "forged"))


def test_a_signature_ends_by_itself(two: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = time.time() - 3 * tenancy.CONTEXT_LIFETIME
    monkeypatch.setattr(tenancy.time, "time", lambda: long_ago)
    context = valid()
    monkeypatch.undo()
    set_context(two, context)
    assert branches(two) == []


def test_a_signature_holds_for_minutes_and_not_for_hours() -> None:
    expiry = int(valid().split(".")[2])
    assert tenancy.CONTEXT_LIFETIME <= expiry - time.time() <= 2 * tenancy.CONTEXT_LIFETIME


def test_a_context_signed_with_a_retired_key_shows_nothing(two: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "_signatures", {})
    monkeypatch.setattr(tenancy.hmac, "new", _signed_with_another_key(tenancy.hmac.new))
    set_context(two, valid())
    assert branches(two) == []


def test_the_context_ends_with_its_transaction() -> None:
    """A session-level setting would travel to the next one to use the connection behind a pooler."""
    with as_runtime() as cursor:
        enter(cursor, HARBOR)
        assert rows(cursor, "SELECT app.current_organization_id()::text") == [(str(HARBOR),)]
        cursor.connection.rollback()
        assert rows(cursor, "SELECT app.current_organization_id()") == [(None,)]
        enter(cursor, HARBOR)
        cursor.connection.commit()
        assert rows(cursor, "SELECT app.current_organization_id()") == [(None,)]


def test_the_person_is_named_by_the_signed_context_alone(two: Cursor) -> None:
    enter(two, HARBOR, 42)
    assert rows(two, "SELECT app.current_user_id()") == [(42,)]
    enter(two, HARBOR)
    assert rows(two, "SELECT app.current_user_id()") == [(None,)]


def test_work_without_an_organisation_is_refused_before_it_reaches_the_database() -> None:
    with tenancy.acting(None), pytest.raises(NotAllowed):
        tenancy.current_organization_id()


def test_contexts_nest_and_return_to_the_outer_one() -> None:
    with tenancy.acting(HARBOR, user_id=1, request_id="one"):
        with tenancy.acting(SUMMIT):
            inner = tenancy.current()
        assert (inner.organization_id, inner.user_id, inner.request_id) == (SUMMIT, None, "one")
        assert tenancy.current().organization_id == HARBOR
        with pytest.raises(RuntimeError), tenancy.acting(SUMMIT):
            raise RuntimeError
        assert tenancy.current().organization_id == HARBOR


def test_keys_of_caches_and_locks_carry_the_organisation() -> None:
    with tenancy.acting(HARBOR):
        ours = tenancy.key("limit", 5)
    with tenancy.acting(SUMMIT):
        theirs = tenancy.key("limit", 5)
    assert ours == f"org:{HARBOR}:limit:5" and theirs != ours


def test_a_key_without_an_organisation_is_refused() -> None:
    with tenancy.acting(None), pytest.raises(NotAllowed):
        tenancy.key("limit")


def _signed_with_another_key(sign: Any) -> Any:
    return lambda _key, *rest: sign(b"a key that was taken out of use", *rest)


def test_the_platform_sees_organisations_but_none_of_their_rows(two: Cursor) -> None:
    enter(two, tenancy.PLATFORM_ID)
    slugs = {slug for (slug,) in rows(two, "SELECT slug FROM organizations")}
    assert {"harbor-tenancy", "summit-tenancy"} <= slugs
    assert branches(two) == []


def test_an_organisation_sees_itself_alone_in_the_list_of_organisations(two: Cursor) -> None:
    enter(two, HARBOR)
    assert rows(two, "SELECT slug FROM organizations") == [("harbor-tenancy",)]


def test_finding_an_organisation_tells_nothing_but_what_a_sign_in_page_needs(two: Cursor) -> None:
    two.execute("SELECT * FROM app.find_organization('summit-tenancy', NULL, NULL)")
    assert [column.name for column in two.description] == ["id", "slug", "name", "status", "version"]


def test_the_clock_is_aware_and_can_be_held() -> None:
    moment = clock.now()
    with clock.frozen(moment):
        assert clock.now() == moment
    assert moment.tzinfo is not None
