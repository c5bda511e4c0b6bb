"""Alembic's entry: every table, FAB's too, is migrated as the owner role."""

from alembic import context
from sqlalchemy import create_engine, pool

import starline.models  # noqa: F401  (fills the metadata)
from config import settings
from migrations.protection import add_protection
from starline.core.db import metadata

UNUSED = {
    "ab_group",
    "ab_group_role",
    "ab_user_group",
    "ab_register_user",
    "ab_api_key",
}
"""FAB's tables that we don't use; ours know the organisation."""


def include(thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    if kind == "table":
        return name not in UNUSED and not (name or "").startswith("audit_events_")
    return True


connection = context.config.attributes.get("connection")
engine = None if connection is not None else create_engine(settings().owner_database_url, poolclass=pool.NullPool)
opened = connection if engine is None else engine.connect()
try:
    context.configure(
        connection=opened,
        target_metadata=metadata,
        include_object=include,
        process_revision_directives=add_protection,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
finally:
    if engine is not None:
        opened.commit()
        opened.close()
        engine.dispose()
