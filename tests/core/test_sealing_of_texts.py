"""Texts that an agency kept in the clear are sealed by the release that seals them, and come back where it is undone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from migrations import sealing
from starline.clients import incidents, merging, notes
from starline.clients.models import Client, ClientMerge, ClientNote, Incident
from starline.core import db, tenancy
from starline.core.crypto import OrganizationKey
from starline.core.release import migrate
from tests.canaries import in_database
from tests.core.test_sealing_of_insurance_ids import _bound, _run
from tests.isolation.roles import scratch_database
from tests.organizations.factories import HARBOR, SUMMIT, a_client, acting_for

pytestmark = pytest.mark.usefixtures("database")

BEFORE = "0031"
"""The last revision that keeps all of them in the clear."""
WORDS = [f"QX7PLAIN{number} naïve – wörter" for number in range(5)]

AN_INCIDENT = {
    "kind": "fall",
    "severity": "minor",
    "occurred_at": datetime(2026, 11, 1, 8, tzinfo=UTC),
    "place": "Bath",
}
OF_INCIDENT = ["description", "involved", "injuries", "immediate_action", "investigation", "corrective_action"]


@pytest.fixture(scope="module")
def scratch(_copy: Any) -> Any:
    with scratch_database(_copy, "texts") as addresses:
        yield addresses["STARLINE_OWNER_DATABASE_URL"]


@pytest.fixture(scope="module")
def kept(scratch: str) -> dict[str, Any]:
    """Texts of two agencies as they were kept before, by what holds them; an agency has no key of its own yet."""
    found: dict[str, Any] = {}
    with _bound(scratch):
        with acting_for(HARBOR, "harbor"), db.transaction():
            client = a_client(diet=WORDS[0], emergency_plan=WORDS[1])
            gone = a_client(first_name="Ann", diet=WORDS[2], allergies_note=WORDS[3])
            merge = merging.merge_clients(client, gone, take={"diet", "allergies_note", "religion"}, by=None)
            found |= {"client": client.id, "merge": merge.id}
            for one in WORDS:
                told = dict.fromkeys(OF_INCIDENT[::2], one) | AN_INCIDENT
                found.setdefault("incidents", []).append(
                    incidents.report_incident({"client_id": client.id, **told}, by=None).id
                )
            found["notes"] = [notes.add_note({"client_id": client.id, "body": one}, by=None).id for one in WORDS]
        with acting_for(SUMMIT, "summit"), db.transaction():
            found["theirs"] = notes.add_note({"client_id": a_client().id, "body": WORDS[0]}, by=None).id
    _run(scratch, lambda config: command.downgrade(config, BEFORE))
    return found


def test_texts_are_sealed_in_batches_under_each_agency_s_key_and_nothing_is_lost(
    scratch: str, kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with _bound(scratch), tenancy.acting(HARBOR), db.transaction():
        assert set(db.session.scalars(sql("SELECT body FROM client_notes"))) == set(WORDS)
        chosen = db.session.scalar(sql("SELECT chosen FROM client_merges"))
        assert chosen["diet"] == {"before": WORDS[0], "after": WORDS[2]}
        versions = _versions()
    with _bound(scratch), tenancy.acting(SUMMIT), db.transaction():
        db.session.query(OrganizationKey).delete()
    monkeypatch.setattr(sealing, "BATCH", 2)
    migrate(scratch)
    with _bound(scratch), tenancy.acting(HARBOR), db.transaction():
        assert db.session.scalar(sql("SELECT count(*) FROM audit_texts")) == 0
        assert [db.session.get_one(ClientNote, one).body for one in kept["notes"]] == WORDS
        for place, key in enumerate(kept["incidents"]):
            incident = db.session.get_one(Incident, key)
            assert [getattr(incident, one) for one in OF_INCIDENT] == [WORDS[place], None] * 3
        client = db.session.get_one(Client, kept["client"])
        assert [client.diet, client.allergies_note, client.emergency_plan] == [*WORDS[2:4], WORDS[1]]
        merging.undo_merge(db.session.get_one(ClientMerge, kept["merge"]), by=None)
        assert [client.diet, client.allergies_note, client.emergency_plan] == [WORDS[0], None, WORDS[1]]
        assert _versions() == versions, "nobody has changed a note"
    with _bound(scratch), tenancy.acting(SUMMIT), db.transaction():
        assert db.session.get_one(ClientNote, kept["theirs"]).body == WORDS[0]
    engine = create_engine(scratch)
    with engine.connect() as connection, connection.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', %s, true)", (tenancy.Context(HARBOR).signed(),))
        assert in_database(cursor, ("QX7PLAIN",)) == []
        assert in_database(cursor, ("Abernathy",)), "its eyes are open"
    engine.dispose()


def _versions() -> list[Any]:
    return list(db.session.execute(sql("SELECT id, version, changed_on FROM client_notes ORDER BY id")))
