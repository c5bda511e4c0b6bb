"""Numbers that an agency kept before they had an index get theirs by the release, and lose it where it is undone."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text as sql

from starline.clients import coverages, matching, merging
from starline.clients.models import Client, Coverage, MatchKey
from starline.core import db, tenancy
from starline.core.release import migrate
from starline.staff.models import StaffMember
from tests.core.test_sealing_of_insurance_ids import _bound, _run
from tests.isolation.roles import scratch_database
from tests.organizations.factories import HARBOR, a_client, a_staff_member, acting_for

pytestmark = pytest.mark.usefixtures("database")

SSN, OTHER = "212-54-8890", "123-45-6789"


@pytest.fixture(scope="module")
def scratch(_copy: Any) -> Iterator[str]:
    with scratch_database(_copy, "indexing") as addresses:
        yield addresses["STARLINE_OWNER_DATABASE_URL"]


def everything() -> dict[str, set[Any]]:
    """Every index and every key of numbers that there is."""
    found = {
        "clients": set(db.session.query(Client.id, Client.ssn_hash, Client.medicaid_id_hash)),
        "staff": set(db.session.query(StaffMember.id, StaffMember.ssn_hash)),
        "coverages": set(db.session.query(Coverage.id, Coverage.member_id_hash)),
    }
    keys = db.session.query(MatchKey.client_id, MatchKey.key).filter(MatchKey.key.op("~")("^[in]:"))
    return {name: {tuple(row) for row in rows} for name, rows in {**found, "keys": set(keys)}.items()}


def test_what_was_kept_before_is_indexed_as_if_it_were_entered_now(scratch: str) -> None:
    with _bound(scratch), acting_for(HARBOR, "harbor"), db.transaction():
        known = a_client(ssn=SSN, medicaid_id="AB 774 1209")
        given = {"client_id": known.id, "payer_name": "MassHealth", "starts_on": date(2026, 1, 1)}
        coverages.add_coverage({**given, "member_id": "CA-1234 5678"}, by=None)
        merging.merge_clients(a_client(first_name="Ann"), a_client(first_name="Anna", ssn=OTHER), take=set(), by=None)
        a_client(first_name="Helen", last_name="Ostrowski", birth_date=date(1930, 1, 1))
        a_staff_member(ssn=SSN)
        before, known_id = everything(), known.id
    _run(scratch, lambda config: command.downgrade(config, "0031"))
    with _bound(scratch), tenancy.acting(HARBOR), db.transaction():
        keys = set(db.session.scalars(sql("SELECT key FROM match_keys WHERE key ~ '^[in]:'")))
        assert keys == {f"i:{index}" for _id, _ssn, index in before["clients"] if index}, "the Medicaid id stays"
        old = "0" * 64  # as it was made when spaces counted
        db.session.execute(sql("UPDATE match_keys SET key = 'i:' || :old WHERE key ~ '^i:'"), {"old": old})
        db.session.execute(
            sql("UPDATE clients SET medicaid_id_hash = :old WHERE medicaid_id_hash IS NOT NULL"), {"old": old}
        )
    migrate(scratch)
    with _bound(scratch), tenancy.acting(HARBOR), db.transaction():
        assert everything() == before
        assert sum(index is not None for _id, index, *_more in before["clients"]) == 2
        married = {"first_name": "Ruth", "last_name": "Delgado", "ssn": SSN}
        assert [one.client.id for one in matching.possible_duplicates(married)] == [known_id]
        trail = "SELECT count(*) FROM audit_events WHERE changes::text LIKE '%ssn_hash%' AND action = 'update'"
        assert db.session.scalar(sql(trail)) == 0, "nobody changed a record"
