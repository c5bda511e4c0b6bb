"""Ids that an agency kept in the clear are sealed by the release that seals them, and come back where it is undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from starline.clients import matching, merging
from starline.clients.models import Client, ClientMerge
from starline.core import db, tenancy
from starline.core.release import alembic_config, migrate
from tests.canaries import in_database
from tests.isolation.roles import scratch_database
from tests.organizations.factories import HARBOR, a_client, acting_for

pytestmark = pytest.mark.usefixtures("database")

NUMBER, FORMER, SHORT, CARD = "QX7-medicaid-901", "QX7KEPTMEDICAID", "7", "1EG4TE5MK73"


@pytest.fixture(scope="module")
def scratch(_copy: Any) -> Iterator[str]:
    with scratch_database(_copy, "sealing") as addresses:
        yield addresses["STARLINE_OWNER_DATABASE_URL"]


@pytest.fixture(scope="module")
def clients(scratch: str) -> dict[str, Any]:
    """Two clients, of whom one has absorbed a third and taken its id over; all before the ids were sealed."""
    with _bound(scratch), acting_for(HARBOR, "harbor"), db.transaction():
        one, other = a_client(medicaid_id=NUMBER, medicare_id=CARD), a_client(first_name="Ida", medicaid_id=SHORT)
        kept, gone = a_client(first_name="Ann", medicaid_id=FORMER), a_client(first_name="Anna", medicaid_id="AB1234")
        merge = merging.merge_clients(kept, gone, take={"medicaid_id"}, by=None)
        found = {"one": one.id, "other": other.id, "kept": kept.id, "merge": merge.id}
    _run(scratch, lambda config: command.downgrade(config, "0026"))
    return found


def test_what_was_kept_in_the_clear_is_sealed_and_nothing_is_lost(scratch: str, clients: dict[str, Any]) -> None:
    engine = create_engine(scratch)
    with _bound(scratch), tenancy.acting(HARBOR), db.transaction():
        query = sql("SELECT medicaid_id, medicare_id FROM clients WHERE id = :id")
        assert tuple(db.session.execute(query, {"id": clients["one"]}).one()) == (NUMBER, CARD)
        keys = set(db.session.scalars(sql("SELECT key FROM match_keys WHERE key LIKE 'i:%'")))
        assert keys == {"i:QX7MEDICAID901", f"i:{CARD}", "i:7", "i:AB1234"}
        chosen = db.session.scalar(sql("SELECT chosen FROM client_merges"))
        assert chosen["medicaid_id"]["before"] == FORMER
    migrate(scratch)
    with _bound(scratch), tenancy.acting(HARBOR), db.transaction():
        one, other = (db.session.get_one(Client, clients[name]) for name in ("one", "other"))
        assert (one.medicaid_id, one.medicaid_id_last4, one.medicare_id) == (NUMBER, "-901", CARD)
        assert (other.medicaid_id, other.medicaid_id_last4, other.medicare_id) == (SHORT, None, None)
        typed = {"first_name": "Ruth", "last_name": "Abernathy", "medicaid_id": NUMBER.lower()}
        assert "Medicare or Medicaid id" in matching.possible_duplicates(typed)[0].likeness.reasons
        merging.undo_merge(db.session.get_one(ClientMerge, clients["merge"]), by=None)
        assert db.session.get_one(Client, clients["kept"]).medicaid_id == FORMER
    with engine.connect() as connection, connection.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', %s, true)", (tenancy.Context(HARBOR).signed(),))
        assert in_database(cursor, (NUMBER, FORMER, CARD, "QX7MEDICAID901")) == []
        assert in_database(cursor, ("Abernathy",)), "its eyes are open"
    engine.dispose()


@contextmanager
def _bound(url: str) -> Iterator[None]:
    engine = create_engine(url)
    db.bind(engine)
    try:
        yield
    finally:
        db.bind(None)
        engine.dispose()


def _run(url: str, step: Any) -> None:
    owner = create_engine(url)
    with owner.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        step(config)
    owner.dispose()
