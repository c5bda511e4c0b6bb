"""The tasks of imports. They need the screens' checks, so the worker that runs them is started by the application."""

from uuid import UUID

from app.imports import working
from starline.core.tasks import task
from starline.imports.models import ImportState


@task("imports.check")
def check(import_id: str) -> None:
    """Try a portion of rows."""
    working.work(UUID(import_id), ImportState.CHECKING)


@task("imports.run")
def run(import_id: str) -> None:
    """Make records of a portion of rows."""
    working.work(UUID(import_id), ImportState.RUNNING)


@task("imports.undo")
def undo(import_id: str) -> None:
    """Take a portion of records back."""
    working.work(UUID(import_id), ImportState.UNDOING)
