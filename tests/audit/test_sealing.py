"""Rows become blocks once their transactions are over: none is lost, none slips in behind."""

import threading
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from config import settings
from starline.core import audit, clock, db, tenancy
from starline.core.audit import AuditSighting, heads, sealing
from starline.core.audit.heads import head_store
from starline.core.identifiers import uuid7
from tests.audit.trail import blocks_of, findings, found_agency, look, rows_of, seal_everything, settle
from tests.isolation.roles import enter


def connection() -> Any:
    """A second client of the database, as the runtime role."""
    return closing(psycopg2.connect(settings().database_url.replace("+psycopg2", "")))


def seal(organization_id: UUID) -> int:
    with tenancy.acting(organization_id), db.transaction():
        return sealing.seal()


def sealed_ids(organization_id: UUID) -> list[int]:
    from starline.core.audit.rules import hashes_of

    return [id_ for block in blocks_of(organization_id) for id_ in hashes_of(bytes(block.row_hashes))]


def record_read(cursor: Any) -> int:
    """A look in a transaction that stays open; the row's id."""
    cursor.execute("INSERT INTO audit_events (action, subject) VALUES ('read', 'clients') RETURNING id")
    return int(cursor.fetchone()[0])


def test_every_row_is_sealed_once_and_blocks_are_chained(trail: UUID) -> None:
    first, second = blocks_of(trail)
    assert second.previous_hash == first.block_hash and (first.number, second.number) == (1, 2)
    assert sealed_ids(trail) == [row.id for row in rows_of(trail)]
    assert seal(trail) == 0 and len(blocks_of(trail)) == 2


def test_a_row_of_a_long_transaction_is_sealed_after_it_commits(agency: UUID) -> None:
    look(agency, uuid7())
    seal_everything()
    with connection() as slow, slow.cursor() as cursor:
        enter(cursor, agency)
        early = record_read(cursor)
        for _row in range(3):
            look(agency, uuid7())
        seal(agency)
        assert early not in sealed_ids(agency), "nothing of a transaction is sealed while it runs"
        assert len(sealed_ids(agency)) < len(rows_of(agency)), "nor is what was written after it began"
        assert findings(agency) == []
        slow.commit()
    assert early not in sealed_ids(agency)
    seal_everything()
    assert sorted(sealed_ids(agency)) == sorted(row.id for row in rows_of(agency))
    assert early in sealed_ids(agency)
    assert findings(agency) == []


def test_a_transaction_that_outlives_several_sealings_loses_nothing(agency: UUID) -> None:
    with connection() as slow, slow.cursor() as cursor:
        enter(cursor, agency)
        ids = [record_read(cursor)]
        for _minute in range(4):
            look(agency, uuid7())
            seal(agency)
            ids.append(record_read(cursor))
        slow.commit()
    look(agency, uuid7())
    seal_everything()
    assert set(ids) <= set(sealed_ids(agency))
    assert findings(agency) == []


def test_a_transaction_that_was_rolled_back_holds_nothing_up(agency: UUID) -> None:
    with connection() as other, other.cursor() as cursor:
        enter(cursor, agency)
        lost = record_read(cursor)
        other.rollback()
    look(agency, uuid7())
    seal_everything()
    assert lost not in sealed_ids(agency) and findings(agency) == []


def test_two_sealers_at_once_make_one_chain(agency: UUID) -> None:
    for _row in range(20):
        look(agency, uuid7())
    barrier = threading.Barrier(2)
    failures: list[Exception] = []

    def run() -> None:
        barrier.wait()
        try:
            seal(agency)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_everything()
    assert failures == []
    assert sealed_ids(agency) == [row.id for row in rows_of(agency) if row.id in sealed_ids(agency)]
    assert findings(agency) == []


def test_writers_and_a_sealer_at_once_leave_no_row_out(agency: UUID) -> None:
    stopping = threading.Event()

    def write() -> None:
        for _row in range(40):
            look(agency, uuid7())

    def keep_sealing() -> None:
        while not stopping.is_set():
            seal(agency)

    writers = [threading.Thread(target=write) for _one in range(3)]
    sealer = threading.Thread(target=keep_sealing)
    for thread in (*writers, sealer):
        thread.start()
    for thread in writers:
        thread.join()
    stopping.set()
    sealer.join()
    seal_everything()
    sealed = sealed_ids(agency)
    assert len(sealed) == len(set(sealed)) == len(rows_of(agency)) == 121
    assert findings(agency) == []


def test_a_block_holds_so_many_rows_and_no_more(agency: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK_ROWS", 5)
    for _row in range(11):
        look(agency, uuid7())
    seal_everything()
    assert [block.row_count for block in blocks_of(agency)] == [5, 5, 2]
    assert findings(agency) == []


def test_a_row_that_names_nobody_among_its_clients_is_sealed_like_any_other(agency: UUID) -> None:
    """Lists in which some rows belong to no client left such rows before; they can't be changed any more."""
    seen = uuid7()
    with connection() as other, other.cursor() as cursor:
        enter(cursor, agency)
        cursor.execute(
            "INSERT INTO audit_events (action, subject, client_ids) VALUES ('read', 'referrals', %s::uuid[])",
            ([str(seen), None],),
        )
        other.commit()
    settle()
    seal(agency)
    assert findings(agency) == []
    with tenancy.acting(agency), db.transaction():
        assert db.session.query(AuditSighting).filter_by(client_id=seen).count() == 1


def test_sealing_notes_every_client_that_was_seen(agency: UUID) -> None:
    seen, other = uuid7(), uuid7()
    look(agency, seen, other)
    look(agency, seen)
    seal_everything()
    with tenancy.acting(agency), db.transaction():
        counted = db.session.query(AuditSighting).filter_by(organization_id=agency, client_id=seen).count()
    assert counted == 2


@pytest.mark.parametrize("statement", ["UPDATE {} SET organization_id = NULL", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["audit_events", "this month's events", "audit_blocks", "audit_sightings"])
def test_the_runtime_role_changes_and_removes_nothing_of_the_trail(trail: UUID, statement: str, table: str) -> None:
    named = f"audit_events_{clock.now():%Y_%m}" if table.startswith("this month") else table
    with tenancy.acting(trail), pytest.raises(DBAPIError, match="permission denied"), db.transaction():
        db.session.execute(sql(statement.format(named)))


def test_suspended_agencies_and_the_platform_are_sealed_too(agency: UUID) -> None:
    closed = found_agency(uuid7())
    with tenancy.acting(closed), db.transaction():
        from starline.organizations.models import Organization

        db.session.get(Organization, closed).status = "suspended"
    seal_everything()
    assert blocks_of(closed)


def test_heads_are_published_once_and_what_was_missed_is_caught_up(
    agency: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "LOOK_BACK", 2)
    monkeypatch.setattr(sealing, "BLOCK_ROWS", 1)
    for _row in range(6):
        look(agency, uuid7())
    seal_everything()
    with tenancy.acting(agency), db.transaction():
        assert heads.publish() == 0
    assert [head.number for head in head_store().heads(agency)] == [block.number for block in blocks_of(agency)]
    assert [head.number for head in head_store().heads(agency, 5)] == [6, 7]


def test_the_jobs_of_a_minute_seal_and_put_the_heads_outside(agency: UUID) -> None:
    from starline.core import outbox
    from starline.core.audit import tasks

    look(agency, uuid7())
    settle()
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        tasks.seal_audit()
        queued = db.session.query(outbox.OutboxMessage).filter_by(task="core.publish_audit_heads").count()
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        tasks.publish_audit_heads()
    assert queued and len(head_store().heads(agency)) == len(blocks_of(agency)) == 1


def test_the_next_months_partitions_are_made_by_a_job(agency: UUID) -> None:
    from starline.core import schedules, upkeep

    assert "core.prepare_audit_partitions" in {one.job for one in schedules.declared()}
    from sqlalchemy import create_engine

    owner = create_engine(settings().owner_database_url)
    with owner.begin() as run:
        last = run.scalar(
            sql("SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'audit_events'::regclass")
        )
        run.execute(sql(f"DROP TABLE {last}"))
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        upkeep.prepare_audit_partitions()
    with owner.begin() as run:
        assert run.scalar(sql("SELECT to_regclass(:name)"), {"name": last}) is not None
    owner.dispose()


def test_reads_are_recorded_under_the_transaction_that_made_them(agency: UUID) -> None:
    with tenancy.acting(agency), db.transaction():
        audit.record_read("clients", [uuid7()])
        audit.record_read("clients", [uuid7()])
    *_others, one, two = rows_of(agency)
    assert one.transaction_id == two.transaction_id


def test_a_job_of_one_agency_seals_no_other(agency: UUID) -> None:
    from starline.core.audit import tasks

    other = found_agency(uuid7())
    settle()
    with tenancy.acting(agency), db.transaction():
        tasks.seal_audit()
        tasks.publish_audit_heads()
        tasks.verify_audit()
    assert blocks_of(agency) and not blocks_of(other)
    assert not [row for row in rows_of(other) if row.action == "verified"]


def test_a_trail_from_another_cluster_is_sealed_anew(trail: UUID, _copy: Any) -> None:
    """Restored where fewer transactions were counted: nothing could be sealed until these had caught up."""
    from starline.lifecycle.connections import as_owner
    from tests.audit.trail import tampering

    with tampering(_copy) as cursor:
        for statement in (
            "UPDATE audit_events SET transaction_id = transaction_id + 1000000000 WHERE organization_id = %s",
            "UPDATE audit_blocks SET horizon = horizon + 1000000000 WHERE organization_id = %s",
        ):
            cursor.execute(statement, (str(trail),))
    look(trail, uuid7())
    assert seal(trail) == 0, "what a foreign chain would lose is not sealed"
    with as_owner(trail, "Restore"):
        assert sealing.is_foreign()
        sealing.start_anew()
        assert not sealing.is_foreign()
    (heads_outside,) = {head.organization_id for head in head_store().heads(trail)}
    for path in (settings().audit_heads_dir / str(heads_outside)).glob("*.jsonl"):
        path.unlink()
    seal_everything()
    assert sorted(sealed_ids(trail)) == sorted(row.id for row in rows_of(trail))
    assert findings(trail) == []
