"""The one helper that makes a table a tenant table: row-level security, audit trigger, grants to the runtime roles.

`protect_table` is an Alembic operation. Autogenerate adds it after every new tenant table, so that a migration
can't forget it; `tests/core/test_schema.py` compares every table with its policy all the same.
"""

from alembic.autogenerate import renderers
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import CreateTableOp, DropTableOp, MigrationScript

CURRENT = "(SELECT app.current_organization_id())"
APPEND_ONLY = frozenset({"audit_blocks", "audit_events", "audit_sightings"})
"""Tables whose rows the runtime role may add and read but neither change nor remove."""

RESEALED = frozenset({"audit_texts"})
"""Tables whose rows triggers write; the runtime role reads them and seals their values anew."""

UNAUDITED = frozenset(
    {
        "audit_blocks",
        "audit_events",
        "audit_sightings",
        "audit_texts",
        "custom_values",
        "idempotent_requests",
        "import_rows",
        "job_runs",
        "match_keys",
        "notifications",
        "organization_counters",
        "outbox_messages",
        "search_spellings",
        "search_tokens",
        "sign_in_attempts",
    }
)
"""Tables that are themselves a log or a queue, repeat what an audited one holds, or are worked out from others."""
UNPROTECTED = frozenset({"organization_versions"})
"""Read by its own rule, written in the migration that makes it."""


@Operations.register_operation("protect_table")
class ProtectTable(MigrateOperation):
    """Put `table` under the tenant's policy. `client` names the column that holds the client its rows tell of."""

    def __init__(self, table: str, client: str | None = None, audited: bool = True) -> None:
        self.table, self.client, self.audited = table, client, audited

    @classmethod
    def protect_table(
        cls,
        operations: Operations,
        table: str,
        client: str | None = None,
        audited: bool = True,
    ) -> None:
        operations.invoke(cls(table, client, audited))

    def reverse(self) -> MigrateOperation:
        return ReleaseTable(self.table)


@Operations.register_operation("release_table")
class ReleaseTable(MigrateOperation):
    """The reverse of `protect_table`; dropping the table takes everything with it."""

    def __init__(self, table: str) -> None:
        self.table = table

    @classmethod
    def release_table(cls, operations: Operations, table: str) -> None:
        operations.invoke(cls(table))


@Operations.implementation_for(ProtectTable)
def _protect(operations: Operations, operation: ProtectTable) -> None:
    for statement in protection_of(operation.table, operation.client, operation.audited):
        operations.execute(statement)


@Operations.implementation_for(ReleaseTable)
def _release(operations: Operations, operation: ReleaseTable) -> None:
    operations.execute(f"DROP POLICY IF EXISTS tenant ON {operation.table}")


def protection_of(table: str, client: str | None, audited: bool) -> list[str]:
    """The statements that protect `table`."""
    rights = (
        "SELECT, INSERT"
        if table in APPEND_ONLY
        else "SELECT, UPDATE"
        if table in RESEALED
        else "SELECT, INSERT, UPDATE, DELETE"
    )
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING (organization_id = {CURRENT}) WITH CHECK (organization_id = {CURRENT})",
        f"GRANT {rights} ON {table} TO starline_app",
        f"GRANT SELECT ON {table} TO starline_backup",
    ]
    if audited:
        statements.append(audit_trigger(table, *([client] if client else [])))
    return statements


def audit_trigger(table: str, *arguments: str) -> str:
    """The trigger that writes the table's changes into the trail. `arguments`: the column that holds the client, then
    those of sealed texts, whose former words are kept.
    """
    given = ", ".join(f"'{one}'" for one in arguments)
    return (
        f"CREATE OR REPLACE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION app.record_change({given})"
    )


@renderers.dispatch_for(ProtectTable)
def _render(context: object, operation: ProtectTable) -> str:
    client = f", client={operation.client!r}" if operation.client else ""
    audited = "" if operation.audited else ", audited=False"
    return f"op.protect_table({operation.table!r}{client}{audited})"


@renderers.dispatch_for(ReleaseTable)
def _render_release(context: object, operation: ReleaseTable) -> str:
    return f"op.release_table({operation.table!r})"


def add_protection(context: object, revision: object, directives: list[MigrationScript]) -> None:
    """Autogenerate hook: follow every new tenant table by its protection."""
    for script in directives:
        operations = script.upgrade_ops.ops
        for operation in [one for one in operations if isinstance(one, CreateTableOp)]:
            names = [column.name for column in operation.columns if hasattr(column, "name")]
            if "organization_id" in names and operation.table_name not in UNPROTECTED:
                client = "id" if operation.table_name == "clients" else "client_id" if "client_id" in names else None
                operations.append(
                    ProtectTable(
                        operation.table_name,
                        client,
                        operation.table_name not in UNAUDITED,
                    )
                )
        # A dropped table takes its policy along.
        script.downgrade_ops.ops.sort(key=lambda one: isinstance(one, DropTableOp))
