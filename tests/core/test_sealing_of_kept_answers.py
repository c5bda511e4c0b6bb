"""An answer that is kept for a repeated request is sealed and known by a keyed digest; what was kept before, too."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from app.core.tenancy import find
from app.platform import demo
from app.platform.demo.agencies import PASSWORD
from config import settings
from starline.core import clock, db, rotation, tenancy
from starline.core.release import alembic_config, migrate
from starline.organizations.models import IdempotentRequest
from tests.canaries import in_database
from tests.isolation.roles import as_owner, enter

REVISION = "0032"
WORD = "QX7KEPTWORD"


@pytest.fixture(scope="module", autouse=True)
def agencies(database: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.platform.demo.agencies._fill", lambda *_: None)
        demo.load()


class Sender:
    """Somebody who sends the same request again, always under one key."""

    def __init__(self, app: Any, host: str, email: str, path: str, body: str) -> None:
        self.browser, self.base, self.path, self.body = app.test_client(), f"http://{host}.localhost", path, body
        given = {"email": email, "password": PASSWORD}
        answer = self.browser.post("/api/v1/auth/login", json=given, base_url=self.base)
        with db.transaction():
            tenant = find(slug=host)
        assert tenant is not None
        self.organization_id = tenant.id
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}", "Idempotency-Key": "one key"}

    def send(self) -> Any:
        options = {"headers": self.headers, "base_url": self.base, "content_type": "application/json"}
        return self.browser.post(self.path, data=self.body, **options)

    @property
    def former_digest(self) -> str:
        """What stood as the fingerprint before the release: anybody could make it of what they guess."""
        return hashlib.sha256(f"POST\n{self.path}\n{self.body}".encode()).hexdigest()


@pytest.fixture
def agency(app: Any) -> Sender:
    return Sender(app, "harbor", "admin@harbor.example", "/api/v1/branches/", f'{{"name": "{WORD}"}}')


@pytest.fixture
def platform(app: Any) -> Sender:
    names = '"administrator_first_name": "Ada", "administrator_last_name": "Prentiss"'
    body = f'{{"name": "{WORD}", "slug": "valley", "administrator_email": "ada@valley.example", {names}}}'
    return Sender(app, "platform", "operator@starline.example", "/api/v1/organizations/setup", body)


@pytest.fixture
def senders(agency: Sender, platform: Sender) -> tuple[Sender, Sender]:
    """Both have sent theirs already."""
    assert agency.send().status_code == platform.send().status_code == 201
    return agency, platform


def test_nobody_can_tell_from_the_digest_what_was_asked(senders: tuple[Sender, Sender]) -> None:
    for sender in senders:
        with tenancy.acting(sender.organization_id), db.transaction():
            row = db.session.query(IdempotentRequest).filter_by(key="one key").one()
            assert row.fingerprint != sender.former_digest and len(row.fingerprint) == 64
            assert WORD in (row.body or "") and WORD.encode() not in (row.body_encrypted or b"")


def test_an_answer_is_given_again_after_the_key_was_replaced(senders: tuple[Sender, Sender]) -> None:
    agency, _platform = senders
    with tenancy.acting(agency.organization_id):
        with db.transaction():
            number = rotation.begin()
        assert sum(rotation.batches(number)) >= 1
        with clock.frozen(clock.now() + rotation.KEPT_AT_LEAST + timedelta(minutes=1)), db.transaction():
            assert rotation.retire() == [number - 1]
    _is_answered_again(agency)


def test_what_was_sent_before_the_release_is_answered_after_it(senders: tuple[Sender, Sender]) -> None:
    before = [_is_answered_again(sender) for sender in senders]
    owner = create_engine(settings().owner_database_url)
    with owner.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, str(ScriptDirectory.from_config(config).get_revision(REVISION).down_revision))
    for sender in senders:
        with as_owner() as cursor:
            enter(cursor, sender.organization_id)
            values = (sender.former_digest, "one key")
            cursor.execute("UPDATE idempotent_requests SET fingerprint = %s WHERE key = %s", values)
            assert cursor.rowcount == 1 and f"idempotent_requests {WORD}" in in_database(cursor, [WORD])
            cursor.connection.commit()
    migrate()
    owner.dispose()
    assert [_is_answered_again(sender) for sender in senders] == before
    for sender in senders:
        with as_owner() as cursor:
            enter(cursor, sender.organization_id)
            assert f"idempotent_requests {WORD}" not in in_database(cursor, [WORD])


def _is_answered_again(sender: Sender) -> bytes:
    answer = sender.send()
    assert answer.status_code == 201 and answer.headers["Idempotency-Replayed"] == "true", answer.text
    data: bytes = answer.data
    return data
