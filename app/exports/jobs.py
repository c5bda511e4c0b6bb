"""The task of exports that needs the screens' reading, so the worker that runs it is started by the application."""

from uuid import UUID

from app.exports import working
from starline.core.tasks import task
from starline.exports.service import TASK


@task(TASK)
def write_next(export_id: str) -> None:
    """Write the next list of an export."""
    working.write_next(UUID(export_id))
