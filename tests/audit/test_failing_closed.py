"""What can't be recorded isn't shown: a read whose audit row isn't taken answers 503 with a sentence and no data."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.platform.local import databases
from tests.contract.callers import by_cookie, by_token
from tests.isolation.cast import Cast

NO_RIGHT = "REVOKE INSERT ON audit_events FROM starline_app"
RIGHT = "GRANT INSERT ON audit_events TO starline_app"


@pytest.fixture(params=["no right to write it", "no partition for it"])
def failing(request: Any, _copy: Any, cast: Cast) -> Iterator[Cast]:
    """The audit takes no rows."""
    broken, mended = (NO_RIGHT, RIGHT) if request.param.startswith("no right") else without_partition()
    with databases.superuser(_copy.server, _copy.name) as run:
        run.execute(broken)
    yield cast
    with databases.superuser(_copy.server, _copy.name) as run:
        run.execute(mended)


def without_partition() -> tuple[str, str]:
    """Takes this month's partition away, and brings it back."""
    first = datetime.now(UTC).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    name = f"audit_events_{first:%Y_%m}"
    back = f"ALTER TABLE audit_events ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{following}')"
    return f"ALTER TABLE audit_events DETACH PARTITION {name}", back


def secrets_of(cast: Cast) -> list[str]:
    """What an answer would show of a client if it showed anything."""
    person = cast.harbor.people["Administrator"]
    record = by_token(cast.application, person).get(f"/api/v1/clients/{client_of(cast)}").json
    texts = [value for value in record["result"].values() if isinstance(value, str) and len(value) > 5]
    assert len(texts) > 10
    return texts


def client_of(cast: Cast) -> str:
    return str(cast.harbor.parents["clients"])


@pytest.fixture
def texts(cast: Cast) -> list[str]:
    return secrets_of(cast)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/clients/",
        "/api/v1/clients/{client}",
        "/api/v1/contacts/?client_id={client}",
        "/api/v1/clients/?columns=last_name&count=none",
        "/api/v1/contacts/related/client",
        "/api/v1/audit/events",
        "/api/v1/audit/clients/{client}/viewers",
    ],
)
def test_programs_get_503_and_no_data(texts: list[str], failing: Cast, path: str) -> None:
    person = failing.harbor.people["Administrator"]
    answer = by_token(failing.application, person).get(path.format(client=client_of(failing)))
    assert answer.status_code == 503
    assert set(answer.json) == {"message", "errors", "code", "request_id"}
    assert answer.json["message"].endswith("Please try again in a minute.")
    body = answer.get_data(as_text=True).replace(answer.json["request_id"], "")
    assert [text for text in texts if text in body and text != "active"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/clients/list/",
        "/clients/show/{client}",
        "/clients/edit/{client}",
        "/clients/download",
        "/contacts/list/",
        "/audit/",
        "/audit/clients/{client}",
        "/audit/records/clients/{client}",
        "/audit/export",
    ],
)
def test_people_get_503_and_no_data(texts: list[str], failing: Cast, path: str) -> None:
    person = failing.harbor.people["Administrator"]
    asked = path.format(client=client_of(failing))
    answer = by_cookie(failing.application, person).get(asked)
    body = answer.get_data(as_text=True).replace(f'"{asked}"', "")  # the page offers to ask again
    if "/records/" in path and answer.status_code == 404:
        assert "There is no such record" in body  # its history stood in the partition that is gone
    else:
        assert answer.status_code == 503 and "Please try again in a minute." in body
    assert [text for text in texts if text in body and len(text) > 8] == []


def test_a_write_that_the_trail_cannot_keep_is_not_made(cast: Cast, _copy: Any) -> None:
    """The trigger writes with its owner's rights, so only a missing partition can stop it."""
    person = cast.harbor.people["Administrator"]
    before = count_branches(cast)
    gone, back = without_partition()
    with databases.superuser(_copy.server, _copy.name) as run:
        run.execute(gone)
        try:
            answer = by_token(cast.application, person).post("/api/v1/branches/", json={"name": "Unseen"})
        finally:
            run.execute(back)
    assert answer.status_code == 503 and answer.json["code"] == "not_recorded"
    assert count_branches(cast) == before


def test_reading_goes_on_once_the_trail_can_be_written_again(cast: Cast) -> None:
    person = cast.harbor.people["Administrator"]
    assert by_token(cast.application, person).get("/api/v1/clients/").status_code == 200


def count_branches(cast: Cast) -> int:
    from starline.core import db, tenancy
    from starline.organizations.models import Branch

    with tenancy.acting(cast.harbor.id), db.transaction():
        return int(db.session.query(Branch).count())
