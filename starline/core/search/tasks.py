"""Keeping the spellings of an organisation's words small and whole."""

from sqlalchemy import text as sql

from starline.core.db import session
from starline.core.schedules import scheduled_per_organization
from starline.core.tasks import task


@scheduled_per_organization(cron="20 3 * * *", name="core.tidy_search")
@task("core.tidy_search")
def tidy_search() -> None:
    """Forget the spellings of words that nobody is called by any more, and learn those that are missing."""
    session.execute(sql("SELECT app.tidy_spellings()"))
