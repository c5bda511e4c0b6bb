"""Work of a migration on the rows of every organisation, under each one's own policy and keys."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from starline.core import db, tenancy


def in_every_organization(work: Callable[[], None], *, reason: str) -> None:
    """Do `work` as each organisation in turn, in the migration's own transaction.

    Row-level security holds for the owner too. No person changes anything here, so nothing is written into the trail.
    """
    connection = op.get_bind()
    organizations = connection.scalars(sa.text("SELECT app.audited_organizations()")).all()
    db.bind(connection)
    try:
        _leave_rows_unaudited("on")
        for organization_id in organizations:
            with tenancy.acting(organization_id, reason=reason):
                work()
        _leave_rows_unaudited("")
    finally:
        db.bind(None)


def write(table: Any, row_id: Any, values: dict[str, Any]) -> None:
    """Put `values` into a row of the acting organisation."""
    mine = sa.and_(table.c.organization_id == tenancy.current_organization_id(), table.c.id == row_id)
    db.session.execute(sa.update(table).where(mine).values(values))


def _leave_rows_unaudited(answer: str) -> None:
    db.session.execute(sa.text("SELECT set_config('app.unaudited', :answer, true)"), {"answer": answer})
