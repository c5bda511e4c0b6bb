"""A new data key: every secret is sealed anew and still opens, a run that was cut off is finished, old keys go."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text as sql

from app.cli import main
from starline.clients.models import Client
from starline.core import clock, crypto, db, rotation, tenancy
from starline.core.crypto import OrganizationKey
from tests.organizations.factories import HARBOR, a_client, acting_for

SSNS = [f"123-45-{number:04}" for number in range(1, 8)]


@pytest.fixture(scope="module")
def clients(database: str) -> list[Any]:
    with acting_for(HARBOR, "harbor"), db.transaction():
        return [a_client(first_name=f"Client {ssn}", ssn=ssn).id for ssn in SSNS]


def opened(keys: list[Any]) -> list[str | None]:
    with tenancy.acting(HARBOR), db.transaction():
        return [db.session.get_one(Client, key).ssn for key in keys]


def used() -> dict[int, int]:
    with tenancy.acting(HARBOR), db.transaction():
        return rotation.usage()


def call(*words: str) -> str:
    result = CliRunner().invoke(main, ["keys", *words, "--organization", "harbor"])
    assert result.exit_code == 0, result.output
    return result.output


def test_secrets_are_sealed_anew_and_the_old_key_goes_in_time(clients: list[Any]) -> None:
    before, versions = used(), _versions()
    assert before == {1: len(SSNS)}
    assert f"{len(SSNS)} secrets are sealed under key 2" in call("rotate-data")
    assert used() == {1: 0, 2: len(SSNS)} and opened(clients) == [ssn.replace("-", "") for ssn in SSNS]
    assert _versions() == versions, "nobody changed a record"
    assert "destroyed keys: none" in call("retire"), "a transaction may still seal under it"
    with clock.frozen(clock.now() + rotation.KEPT_AT_LEAST + timedelta(minutes=1)):
        assert "destroyed keys: 1" in call("retire")
    assert used() == {2: len(SSNS)} and opened(clients) == [ssn.replace("-", "") for ssn in SSNS]
    assert "key 2: 7" in call("status") and "wrapped anew" in call("rewrap")
    assert opened(clients) == [ssn.replace("-", "") for ssn in SSNS]

    # Cut off after a batch: the next run goes on under the same key.
    with tenancy.acting(HARBOR):
        with db.transaction():
            number = rotation.begin()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rotation, "BATCH", 3)
            assert next(rotation.batches(number)) == 3
    assert number == 3 and used() == {2: 4, 3: 3}
    assert "4 secrets are sealed under key 3" in call("rotate-data")
    assert used() == {2: 0, 3: 7} and opened(clients) == [ssn.replace("-", "") for ssn in SSNS]


def test_a_key_that_something_is_sealed_under_stays(clients: list[Any]) -> None:
    with tenancy.acting(HARBOR), db.transaction():
        newest = crypto.add_data_key().number
    with clock.frozen(clock.now() + rotation.KEPT_AT_LEAST + timedelta(minutes=1)):
        call("retire")
    with tenancy.acting(HARBOR), db.transaction():
        numbers = {row.number for row in db.session.query(OrganizationKey).filter_by(purpose="data")}
    assert {newest - 1, newest} <= numbers


def test_every_encrypted_column_is_known() -> None:
    known = {(one.model.__tablename__, one.name) for one in rotation.sealed_columns()}
    binary = {
        (table.name, column.name)
        for table in db.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_encrypted") and table.name != "organization_keys"
    }
    assert known == binary and ("clients", "ssn_encrypted") in known


def test_an_unknown_agency_is_told() -> None:
    result = CliRunner().invoke(main, ["keys", "status", "--organization", "nobody"])
    assert result.exit_code == 1 and "no agency at nobody" in result.output


def _versions() -> list[Any]:
    with tenancy.acting(HARBOR), db.transaction():
        return list(db.session.execute(sql("SELECT id, version, changed_on FROM clients ORDER BY id")))
