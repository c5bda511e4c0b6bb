"""A worker at hand: what the outbox of an agency promises is done at once, in this process."""

from typing import Any

from sqlalchemy import select

import app.exports.jobs
import app.imports.jobs  # noqa: F401  (as a worker's process does)
from starline.core import db, tasks, tenancy
from starline.core.outbox import OutboxMessage
from starline.processes import load_tasks
from tests.isolation.cast import Agency


def work(application: Any, agency: Agency, most: int = 1_000, *, named: str) -> int:
    """Do what the outbox promises of tasks of that name; how many portions that took."""
    load_tasks()
    done = 0
    while done < most:
        with tenancy.acting(agency.id), db.transaction():
            query = select(OutboxMessage.id).where(
                OutboxMessage.done_at.is_(None), OutboxMessage.task.like(named), OutboxMessage.attempts < 20
            )
            waiting = list(db.session.scalars(query))
        if not waiting:
            return done
        for message_id in waiting:
            with application.app_context():
                is_done = tasks.perform(agency.id, message_id)
            assert is_done, _failure(agency, message_id)
            done += 1
    return done


def _failure(agency: Agency, message_id: Any) -> Any:
    with tenancy.acting(agency.id), db.transaction():
        return db.session.scalar(select(OutboxMessage.failure).where(OutboxMessage.id == message_id))
