"""Nothing is said of an honest trail, and each thing done behind the triggers is named."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import main
from config import settings
from starline import subscribers
from starline.core import clock, db, tenancy
from starline.core.audit import tasks
from starline.core.identifiers import uuid7
from starline.core.logs import JsonFormatter
from starline.identity import roles, users
from starline.lifecycle import certificates
from starline.notifications.models import Notification
from starline.organizations.models import Organization
from tests.audit.trail import blocks_of, findings, look, rows_of, seal_everything, tampering

assert subscribers


@pytest.fixture
def tamper(_copy: Any) -> Any:
    """Runs one statement as the superuser, past triggers and policies."""

    def run(statement: str, *parameters: Any) -> None:
        with tampering(_copy) as cursor:
            cursor.execute(statement, [str(one) if isinstance(one, UUID) else one for one in parameters])
            assert cursor.rowcount > 0, "the tampering hit nothing"

    return run


def test_an_honest_trail_is_passed_in_silence(trail: UUID) -> None:
    look(trail, uuid7())  # not sealed yet
    assert findings(trail) == []


@pytest.mark.parametrize(
    "change",
    [
        "action = 'insert'",
        "actor_id = 77",
        "reason = 'forged'",
        "request_id = 'another'",
        "subject = 'contacts'",
        "subject_id = 'another'",
        "client_ids = NULL",
        "changes = '{\"ids\": []}'",
        "at = at + interval '1 microsecond'",
        "at = at - interval '1 hour'",
        "transaction_id = transaction_id - 1",
        "transaction_id = 1",
        "transaction_id = transaction_id + 1000000",
    ],
)
def test_an_edited_row_is_named(trail: UUID, tamper: Any, change: str) -> None:
    victim = rows_of(trail)[3]
    tamper(f"UPDATE audit_events SET {change} WHERE organization_id = %s AND id = %s", trail, victim.id)
    assert findings(trail) == [f"block 1, row {victim.id}: the row was changed"]


def test_what_the_night_finds_is_logged_and_told_to_administrators_here_and_of_the_platform(
    trail: UUID, tamper: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        db.session.add(Organization(id=tenancy.PLATFORM_ID, name="Starline", slug="platform", status="active"))
    people = {here: an_administrator(here) for here in (trail, tenancy.PLATFORM_ID)}
    victim = rows_of(trail)[3]
    tamper("UPDATE audit_events SET actor_id = 77 WHERE organization_id = %s AND id = %s", trail, victim.id)
    for _night in range(2):
        with tenancy.acting(trail), db.transaction():
            tasks.verify_audit()
    (line, _again) = [JsonFormatter("worker").format(one) for one in caplog.records if one.levelname == "ERROR"]
    assert '"findings":1' in line and f'"first":"block 1, row {victim.id}: the row was changed"' in line
    for here, link in ((trail, "/audit/"), (tenancy.PLATFORM_ID, f"/organizations/show/{trail}")):
        with tenancy.acting(here), db.transaction():
            (told,) = db.session.scalars(select(Notification)).all()
            assert (told.user_id, told.link, told.facts["count"]) == (people[here], link, 1)
            assert told.sentence % told.facts


def an_administrator(organization_id: UUID) -> int:
    """Somebody of the organisation's who is told what is wrong."""
    with tenancy.acting(organization_id), db.transaction():
        (role, *_others) = roles.create_roles_from_templates()
        values = {"email": "ada@harbor.example", "first_name": "Ada", "last_name": "Reyes", "roles": [role]}
        return int(users.create_user(values, by=None).id)


def test_each_of_many_edited_rows_is_named(trail: UUID, tamper: Any) -> None:
    tamper("UPDATE audit_events SET reason = 'forged' WHERE organization_id = %s AND action = 'read'", trail)
    edited = [row.id for row in rows_of(trail) if row.action == "read"]
    found = findings(trail)
    assert len(found) == len(edited) == 12
    assert all(any(f"row {id_}: the row was changed" in line for line in found) for id_ in edited)


def test_a_deleted_row_is_named(trail: UUID, tamper: Any) -> None:
    victim = rows_of(trail)[8]
    tamper("DELETE FROM audit_events WHERE organization_id = %s AND id = %s", trail, victim.id)
    assert findings(trail) == [f"block 2, row {victim.id}: the row was deleted"]


def test_rows_that_changed_their_times_are_named_as_moved(trail: UUID, tamper: Any) -> None:
    one, two = rows_of(trail)[2], rows_of(trail)[9]
    tamper(
        "UPDATE audit_events SET at = CASE id WHEN %s THEN %s ELSE %s END WHERE organization_id = %s AND id IN (%s, %s)",
        one.id,
        two.at,
        one.at,
        trail,
        one.id,
        two.id,
    )
    found = findings(trail)
    assert len(found) == 2 and all("the row was moved" in line for line in found)
    assert found[0].startswith(f"block 1, row {one.id}") and found[1].startswith(f"block 2, row {two.id}")


def test_rows_that_changed_their_numbers_are_named_as_moved(trail: UUID, tamper: Any, _copy: Any) -> None:
    one, two = rows_of(trail)[3], rows_of(trail)[4]
    with tampering(_copy) as cursor:
        # The column refuses to be written until it is an ordinary one.
        cursor.execute("ALTER TABLE audit_events ALTER COLUMN id SET GENERATED BY DEFAULT")
        cursor.execute(
            "UPDATE audit_events SET id = CASE id WHEN %s THEN %s ELSE %s END WHERE organization_id = %s AND id IN (%s, %s)",
            (one.id, two.id, one.id, str(trail), one.id, two.id),
        )
        cursor.execute("ALTER TABLE audit_events ALTER COLUMN id SET GENERATED ALWAYS")
    found = findings(trail)
    assert [line.partition(": ")[0] for line in found] == [f"block 1, row {one.id}", f"block 1, row {two.id}"]
    assert all("the row was moved" in line for line in found)


def test_rows_that_changed_their_whole_places_are_named(trail: UUID, tamper: Any) -> None:
    """Everything but number, time and transaction exchanged: who did it looks like somebody else."""
    one, two = rows_of(trail)[3], rows_of(trail)[4]
    tamper(
        "UPDATE audit_events AS e SET subject_id = o.subject_id, client_ids = o.client_ids FROM audit_events AS o"
        " WHERE e.organization_id = %s AND o.organization_id = e.organization_id"
        " AND (e.id, o.id) IN ((%s, %s), (%s, %s))",
        trail,
        one.id,
        two.id,
        two.id,
        one.id,
    )
    found = findings(trail)
    assert len(found) == 2 and all("the row was moved" in line for line in found)


@pytest.mark.parametrize("age", ["1 second", "1 hour", "0 seconds"])
def test_a_row_inserted_behind_the_seal_is_named(trail: UUID, tamper: Any, age: str) -> None:
    model = rows_of(trail)[4]
    tamper(
        "INSERT INTO audit_events (organization_id, at, request_id, action, subject, transaction_id)"
        " VALUES (%s, %s::timestamptz - %s::interval, 'forged', 'read', 'clients', %s)",
        trail,
        model.at,
        age,
        model.transaction_id,
    )
    (forged,) = [row for row in rows_of(trail) if row.request_id == "forged"]
    (found,) = findings(trail)
    assert f"row {forged.id}: the row was inserted" in found


def test_a_row_inserted_long_ago_by_a_new_transaction_is_named(trail: UUID, tamper: Any) -> None:
    tamper(
        "INSERT INTO audit_events (organization_id, at, request_id, action, subject)"
        " VALUES (%s, date_trunc('month', now()), 'forged', 'read', 'clients')",
        trail,
    )
    (forged,) = [row for row in rows_of(trail) if row.request_id == "forged"]
    for _before_and_after_sealing in range(2):
        (found,) = findings(trail)
        assert f"row {forged.id}: the row was inserted" in found
        seal_everything()


def test_a_row_copied_under_its_own_number_is_named(trail: UUID, tamper: Any) -> None:
    model = rows_of(trail)[4]
    tamper(
        "INSERT INTO audit_events (organization_id, id, at, request_id, action, subject, transaction_id)"
        " OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s::timestamptz - interval '1 minute', 'forged', 'read', 'clients', %s)",
        trail,
        model.id,
        model.at,
        model.transaction_id,
    )
    assert any(f"row {model.id}: the row was" in line for line in findings(trail))


def test_truncating_the_newest_rows_is_named_row_by_row(trail: UUID, tamper: Any) -> None:
    gone = rows_of(trail)[-4:]
    tamper("DELETE FROM audit_events WHERE organization_id = %s AND id >= %s", trail, gone[0].id)
    assert findings(trail) == [f"block 2, row {row.id}: the row was deleted" for row in gone]


def test_truncating_the_newest_rows_and_their_block_is_known_by_the_head_outside(trail: UUID, tamper: Any) -> None:
    block = blocks_of(trail)[-1]
    tamper("DELETE FROM audit_events WHERE organization_id = %s AND id >= %s", trail, block.first_row)
    tamper("DELETE FROM audit_blocks WHERE organization_id = %s AND number = 2", trail)
    rows = f"{block.row_count} rows, {block.first_row} to {block.last_row}"
    assert findings(trail) == [f"block 2: the block is missing ({rows})"]
    look(trail, uuid7())
    seal_everything()  # the place is taken by another block, which has not the head
    (found,) = findings(trail)
    assert found == f"block 2: the block is not the one whose head is kept outside ({rows})"


def test_a_trail_emptied_as_a_whole_is_named(trail: UUID, tamper: Any) -> None:
    for table in ("audit_events", "audit_blocks"):
        tamper(f"DELETE FROM {table} WHERE organization_id = %s", trail)
    assert [line.partition(" (")[0] for line in findings(trail)] == [
        "block 1: the block is missing",
        "block 2: the block is missing",
    ]


def test_a_block_taken_out_of_the_middle_is_named_and_its_rows_are_not(trail: UUID, tamper: Any) -> None:
    tamper("DELETE FROM audit_blocks WHERE organization_id = %s AND number = 1", trail)
    (found,) = findings(trail)
    assert found.startswith("block 1: the block is missing (7 rows")


@pytest.mark.parametrize(
    "change",
    [
        "row_count = row_count - 1",
        "sealed_at = sealed_at - interval '1 day'",
        "horizon = horizon + 5",
        "previous_hash = repeat('1', 64)",
        "block_hash = repeat('1', 64)",
        "rows_hash = repeat('1', 64)",
    ],
)
def test_an_edited_block_is_named(trail: UUID, tamper: Any, change: str) -> None:
    tamper(f"UPDATE audit_blocks SET {change} WHERE organization_id = %s AND number = 1", trail)
    assert any("block 1: the block was changed after it was sealed" in line for line in findings(trail))


def test_a_chain_that_was_computed_anew_is_known_by_the_heads_outside(trail: UUID, tamper: Any) -> None:
    """Whoever can write everything in the database edits a row and seals it all again."""
    victim = rows_of(trail)[3]
    tamper("UPDATE audit_events SET actor_id = 77 WHERE organization_id = %s AND id = %s", trail, victim.id)
    tamper("DELETE FROM audit_blocks WHERE organization_id = %s", trail)
    tamper("DELETE FROM audit_sightings WHERE organization_id = %s", trail)
    seal_everything()
    found = findings(trail)
    assert "block 1: the block is not the one whose head is kept outside (7 rows" in found[0]


def test_a_head_that_is_missing_outside_is_told_after_ten_minutes(trail: UUID) -> None:
    for path in (Path(settings().audit_heads_dir) / str(trail)).glob("*.jsonl"):
        path.unlink()
    assert findings(trail) == []
    from datetime import timedelta

    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert findings(trail) == ["block 1: no head of the block is kept outside (the same up to block 2)"]


def test_the_command_is_silent_and_0_on_honest_trails_and_names_organisation_block_and_row_with_1(
    trail: UUID, tamper: Any
) -> None:
    slug = f"agency-{trail.hex[-12:]}"
    honest = CliRunner().invoke(main, ["audit", "verify", "--organization", slug])
    assert (honest.output, honest.exit_code) == ("", 0)
    victim = rows_of(trail)[3]
    tamper("UPDATE audit_events SET reason = 'forged' WHERE organization_id = %s AND id = %s", trail, victim.id)
    found = CliRunner().invoke(main, ["audit", "verify", "--organization", slug])
    assert (found.output, found.exit_code) == (f"{slug}: block 1, row {victim.id}: the row was changed\n", 1)
    everywhere = CliRunner().invoke(main, ["audit", "verify"])
    assert found.output in everywhere.output and everywhere.exit_code == 1


def test_the_command_seals_and_says_how_much(agency: UUID) -> None:
    look(agency, uuid7())
    result = CliRunner().invoke(main, ["audit", "seal"])
    assert result.exit_code == 0 and result.output.startswith("Sealed ")


def test_an_unknown_organisation_is_a_sentence(database: str) -> None:
    result = CliRunner().invoke(main, ["audit", "verify", "--organization", "nobody"])
    assert result.exit_code == 1 and "There is no organisation nobody." in result.output


def test_an_organisation_that_vanished_whole_is_told(trail: UUID, tamper: Any) -> None:
    for table in ("audit_events", "audit_blocks", "audit_sightings"):
        tamper(f"DELETE FROM {table} WHERE organization_id = %s", trail)
    tamper("DELETE FROM organizations WHERE id = %s", trail)
    result = CliRunner().invoke(main, ["audit", "verify"])
    assert f"{trail}: blocks are kept outside" in result.output
    certificates.keep_outside(trail, '{"a": "certificate"}')
    result = CliRunner().invoke(main, ["audit", "verify"])
    assert str(trail) not in result.output


def test_the_trail_keeps_that_it_was_verified(trail: UUID) -> None:
    from starline.core.audit.activity import state

    findings(trail)
    with tenancy.acting(trail), db.transaction():
        found = state()
    assert found.findings == 0 and found.verified_at is not None
    assert found.sealed_at == blocks_of(trail)[-1].sealed_at
