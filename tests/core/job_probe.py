"""Tasks for the tests of the machinery; their effect is a counter, so that an effect that came twice shows."""

import time
from datetime import timedelta

from sqlalchemy import text as sql

from starline.core import clock, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.outbox import enqueue
from starline.core.tasks import task

COUNT = sql(
    "INSERT INTO organization_counters (organization_id, name, value) VALUES (:organization_id, :name, 1)"
    " ON CONFLICT (organization_id, name) DO UPDATE SET value = organization_counters.value + 1"
)


@task("probe.count")
def count(name: str, seconds: float = 0) -> None:
    """Count, then take `seconds` to finish."""
    session.execute(COUNT, {"organization_id": tenancy.current_organization_id(), "name": name})
    time.sleep(seconds)


@task("probe.fail")
def fail(name: str) -> None:
    """Count, then fail with a message that holds a value."""
    count(name)
    raise RuntimeError("canary-value")


@task("probe.refuse")
def refuse(name: str) -> None:
    """Count, then refuse."""
    count(name)
    raise Conflict("The visit is taken.", code="taken")


@task("probe.context")
def context(expected_user: int | None, expected_request: str) -> None:
    """Fail unless the task acts for the person and the request that caused it."""
    acting = tenancy.current()
    assert (acting.user_id, acting.request_id) == (expected_user, expected_request)
    count("context")


@task("probe.follow")
def follow(name: str) -> None:
    """Count, and leave another message behind, due in an hour."""
    count(name)
    enqueue("probe.count", due_at=clock.now() + timedelta(hours=1), name="later")
