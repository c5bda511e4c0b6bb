"""A suspended agency: its people are told so, the API refuses, its jobs wait, and all goes on when it is opened."""

from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from app.cli import main
from app.core.tenancy import forget
from starline.core import db, tasks, tenancy
from starline.core.db import session
from starline.core.outbox import OutboxMessage, enqueue
from starline.core.tenancy import every_organization
from tests.isolation.cast import Cast

_done: list[UUID] = []


@tasks.task("tests.tenant.note")
def note() -> None:
    _done.append(tenancy.current_organization_id())


def command(verb: str, reason: str) -> None:
    result = CliRunner().invoke(main, ["tenant", verb, "summit", "--reason", reason])
    assert result.exit_code == 0, result.output


def ask(app: Any, cast: Cast, path: str) -> Any:
    headers = {"Authorization": f"Bearer {cast.summit.people['Administrator'].token}"}
    return app.test_client().get(path, headers=headers, base_url="http://summit.localhost")


@pytest.fixture
def waiting(cast: Cast) -> UUID:
    """A message of Summit's that is due."""
    with tenancy.acting(cast.summit.id), db.transaction():
        message = enqueue("tests.tenant.note")
        session.flush()
        return message.id


def test_a_suspended_agency_is_shut_everywhere_until_it_is_opened(app: Any, cast: Cast, waiting: UUID) -> None:
    assert ask(app, cast, "/api/v1/clients/").status_code == 200
    command("suspend", "Unpaid")
    forget()
    refused = ask(app, cast, "/api/v1/clients/")
    assert (refused.status_code, refused.json["code"]) == (403, "suspended")
    sign_in = app.test_client().get("/login/", base_url="http://summit.localhost")
    assert "account is not active" in sign_in.text
    assert not tasks.perform(cast.summit.id, waiting) and _done == []
    with db.transaction():
        assert cast.summit.id not in list(every_organization("a nightly job"))
    command("resume", "Paid")
    forget()
    assert ask(app, cast, "/api/v1/clients/").status_code == 200
    assert tasks.perform(cast.summit.id, waiting) and _done == [cast.summit.id]
    with tenancy.acting(cast.summit.id), db.transaction():
        message = session.get(OutboxMessage, (cast.summit.id, waiting))
        assert message.done_at is not None and message.attempts == 1


def test_the_platform_and_unknown_agencies_are_not_suspended(cast: Cast) -> None:
    for slug in ("platform", "nobody"):
        result = CliRunner().invoke(main, ["tenant", "suspend", slug, "--reason", "x"])
        assert result.exit_code == 1 and "no agency" in result.output
