"""Taking an organisation out: every row, file and key of one instant, in one archive."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy import text as sql

from starline.core import audit, clock, db, tenancy
from starline.core.db import session
from starline.core.errors import Conflict, NotFound
from starline.core.storage import storage
from starline.lifecycle.archive import ArchiveWriter, Manifest, new_archive
from starline.lifecycle.connections import enter, snapshot
from starline.lifecycle.sealing import sealed_keys
from starline.lifecycle.tables import TenantTable, archived_tables

BATCH = 500
Progress = Callable[[str], None]


class Tenant(NamedTuple):
    """The organisation as everybody may find it."""

    id: UUID
    slug: str
    name: str
    status: str


def find_tenant(slug: str) -> Tenant:
    """The agency with this subdomain. Raises `NotFound`; the platform itself is none."""
    query = "SELECT id, slug, name, status FROM app.find_organization(:slug, NULL, NULL)"
    with db.transaction():
        row = session.execute(sql(query), {"slug": slug}).one_or_none()
    if row is None or row.id == tenancy.PLATFORM_ID:
        raise NotFound(f"There is no agency with the subdomain {slug}.")
    return Tenant(*row)


def export_tenant(
    slug: str, *, to: Path, by: str, passphrase: str | None = None, tell: Progress = lambda sentence: None
) -> Path:
    """Write the agency's archive to the file or into the folder `to`; returns where it is.

    The rows are read as the runtime role under the agency's own policy, and counted by the backup role in the same
    snapshot: a table whose policy is missing would export no row without a word. Raises `Conflict` where they differ.
    """
    tenant = find_tenant(slug)
    moment = clock.now()
    path = to / f"{slug}-{moment:%Y%m%dT%H%M%SZ}.zip" if to.is_dir() else to
    # Before the snapshot, so that the archive itself tells of its making.
    with tenancy.acting(tenant.id, reason=f"Export by {by}"), db.transaction():
        audit.record("tenant:exported", "organizations", subject_id=str(tenant.id))
    with snapshot(tenant.id) as (own, backup):
        manifest = Manifest(_facts(own, tenant), schema_revision(), moment.isoformat())
        with new_archive(path, manifest) as archive:
            for table in archived_tables():
                enter(own, tenant.id)
                count = archive.add_table(table.name, lines_of(own, table, tenant.id))
                _compare(table, count, backup.scalar(sql(table.counting()), {"organization_id": tenant.id}))
                tell(f"{table.name}: {count}")
            manifest.permissions = _permissions(own)
            manifest.months = _months(own, tenant.id)
            archive.add_keys(sealed_keys(tenant.id, passphrase, _key_rows(own)))
            _add_files(archive, tenant, tell)
    return path


def lines_of(connection: Connection, table: TenantTable, organization_id: UUID) -> Iterator[str]:
    """The table's rows as lines of JSON, a few at a time in memory."""
    streaming = connection.execution_options(stream_results=True, yield_per=BATCH)
    yield from streaming.execute(sql(table.reading()), {"organization_id": organization_id}).scalars()


def schema_revision() -> str:
    """The newest migration this code knows: the runtime role can't read the database's own note of it."""
    from alembic.script import ScriptDirectory

    from starline.core.release import alembic_config

    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def _compare(table: TenantTable, exported: int, counted: int | None) -> None:
    if exported != counted:
        raise Conflict(
            f"{table.name}: its policy shows {exported} rows and the backup role counts {counted}. Nothing was"
            " exported; repair the table's row-level security first."
        )


def _facts(own: Connection, tenant: Tenant) -> dict[str, Any]:
    query = "SELECT slug, name, custom_domain, email_domain FROM organizations WHERE id = :id"
    return {"id": str(tenant.id), **own.execute(sql(query), {"id": tenant.id}).mappings().one()}


def _permissions(own: Connection) -> dict[str, list[str]]:
    """The permissions that the agency's roles hold, by name: their numbers are each platform's own."""
    query = (
        "SELECT DISTINCT pv.id, p.name, v.name FROM ab_permission_view_role r"
        " JOIN ab_permission_view pv ON pv.id = r.permission_view_id JOIN ab_permission p ON p.id = pv.permission_id"
        " JOIN ab_view_menu v ON v.id = pv.view_menu_id"
    )
    return {str(number): [action, resource] for number, action, resource in own.execute(sql(query))}


def _months(own: Connection, organization_id: UUID) -> list[str]:
    found = set()
    for table in archived_tables():
        if table.is_partitioned:
            query = f"SELECT DISTINCT date_trunc('month', at)::date FROM {table.name} WHERE {table.owner} = :id"
            found |= {str(month) for month in own.scalars(sql(query), {"id": organization_id})}
    return sorted(found)


def _key_rows(own: Connection) -> list[tuple[str, int, bytes]]:
    query = "SELECT purpose, number, key_encrypted FROM organization_keys ORDER BY purpose, number"
    return [(purpose, number, bytes(key)) for purpose, number, key in own.execute(sql(query))]


def _add_files(archive: ArchiveWriter, tenant: Tenant, tell: Progress) -> None:
    with tenancy.acting(tenant.id):
        prefix = f"organizations/{tenant.id}/"
        for key in storage().list_keys():
            archive.add_file(key.removeprefix(prefix), storage().get(key))
    tell(f"files: {len(archive.manifest.files)}")
