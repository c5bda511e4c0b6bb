"""Putting an organisation back: all of its archive or nothing, into a platform that doesn't know it."""

import json
import mimetypes
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam
from sqlalchemy import text as sql

from starline.core import audit, clock, db, shredding, tenancy
from starline.core.audit import sealing
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.storage import storage
from starline.lifecycle import certificates
from starline.lifecycle.archive import Archive, Manifest
from starline.lifecycle.connections import as_owner, leave_rows_unaudited, past_the_policies
from starline.lifecycle.exporting import Progress, schema_revision
from starline.lifecycle.models import TenantTombstone
from starline.lifecycle.renumbering import Numbers, new_numbers, renumber_audit
from starline.lifecycle.sealing import bring_back, opened_keys
from starline.lifecycle.tables import COUNTED, TenantTable, archived_tables

AUDIT = "audit_events"
"""Its own rows are let in; what the triggers would add about the others is left out."""

IDENTIFYING = ("id", "slug", "custom_domain", "email_domain")
LINE = "json_array_elements(CAST(:rows AS json)) AS line, json_populate_record(NULL::{table}, line) AS p"
SET_SEQUENCE = (
    "SELECT setval(here.name, greatest(here.most, nextval(here.name)))"
    " FROM (SELECT pg_get_serial_sequence('{table}', '{column}') AS name, max({column}) AS most"
    " FROM {table} WHERE {owner} = :id) AS here WHERE here.name IS NOT NULL AND here.most IS NOT NULL"
)


def restore_tenant(
    path: Path,
    *,
    by: str,
    passphrase: str | None = None,
    revive: str | None = None,
    renumber: bool = False,
    tell: Progress = lambda sentence: None,
) -> UUID:
    """Restore the archive at `path`; returns the organisation's id.

    `revive`: why a deleted agency comes back. `renumber`: give people and roles new numbers where another agency has
    theirs. Raises `Conflict` where the archive is damaged, of another schema, or not wanted here; then nothing changed.
    """
    archive = Archive(path)
    archive.check()
    manifest = archive.manifest
    organization_id = UUID(manifest.organization["id"])
    keys = opened_keys(organization_id, archive.keys(), passphrase)
    with past_the_policies() as backup:
        _check_fits(manifest, schema_revision())
        numbers = new_numbers(backup, archive, renumber)
    try:
        with as_owner(organization_id, f"Restore by {by}"):
            tombstone = _check_wanted(manifest, organization_id, revive)
            _put_rows(archive, numbers, tell)
            renumber_audit(organization_id, numbers)
            _adopt_seals(tell)
            _count_on(organization_id, tombstone)
            bring_back(organization_id, keys)
            _put_files(archive, organization_id, tell)
            _tell_platform(tombstone, organization_id, by, revive)
    except BaseException:
        _take_files_away(archive, organization_id)
        raise
    if revive:
        certificates.mark_revived(organization_id, revive)
    return organization_id


def _check_fits(manifest: Manifest, revision: str) -> None:
    if manifest.schema_revision != revision:
        raise Conflict(
            f"The archive is of schema {manifest.schema_revision} and this platform of {revision}; restore it on a"
            " platform of its own release and migrate that."
        )
    if set(manifest.tables) != {table.name for table in archived_tables()}:
        raise Conflict("The archive's tables aren't those of this release.")


def _check_wanted(manifest: Manifest, organization_id: UUID, revive: str | None) -> TenantTombstone | None:
    """Refuse where the agency, its address or an unrevived tombstone is here; the tombstone, if there is one."""
    for name in IDENTIFYING:
        value = manifest.organization[name]
        if value and session.scalar(sql(f"SELECT 1 FROM organizations WHERE {name} = :value"), {"value": value}):
            raise Conflict(f"An organisation with the {name.replace('_', ' ')} {value} is here already.")
    with tenancy.acting(tenancy.PLATFORM_ID):
        tombstone: TenantTombstone | None = session.get(TenantTombstone, organization_id)
    is_deleted = tombstone.is_standing if tombstone else certificates.is_standing(organization_id)
    if is_deleted and not revive:
        raise Conflict("This agency was deleted here. To bring it back, say why with --revive.")
    return tombstone


def _permissions_here(manifest: Manifest) -> str:
    """The archive's numbers of permissions with the numbers of the same permissions here, as JSON."""
    query = (
        "SELECT pv.id, p.name, v.name FROM ab_permission_view pv JOIN ab_permission p ON p.id = pv.permission_id"
        " JOIN ab_view_menu v ON v.id = pv.view_menu_id"
    )
    here = {(action, resource): number for number, action, resource in session.execute(sql(query))}
    missing = [
        f"{action} on {resource}"
        for action, resource in manifest.permissions.values()
        if (action, resource) not in here
    ]
    if missing:
        raise Conflict(f"This platform lacks permissions of the archive: {', '.join(sorted(missing)[:5])}.")
    return json.dumps({number: here[action, resource] for number, (action, resource) in manifest.permissions.items()})


def _prepare_partitions(manifest: Manifest) -> None:
    """A partition for each month of the archive's audit that the platform is too young to have."""
    partitioned = [table.name for table in archived_tables() if table.is_partitioned]
    for text in manifest.months:
        month = date.fromisoformat(text)
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        for name in partitioned:
            session.execute(
                sql(
                    f"CREATE TABLE IF NOT EXISTS {name}_{month:%Y_%m} PARTITION OF {name}"
                    f" FOR VALUES FROM ('{month}') TO ('{following}')"
                )
            )


def _put_rows(archive: Archive, numbers: Numbers, tell: Progress) -> None:
    permissions = _permissions_here(archive.manifest)
    _prepare_partitions(archive.manifest)
    *tables, counted = archived_tables()
    for table in tables:
        _insert(archive, table, numbers, permissions)
        tell(f"{table.name}: {archive.manifest.tables[table.name]['rows']}")
    for table in tables:
        _complete(archive, table, numbers)
    _insert(archive, counted, numbers, permissions)


def _insert(archive: Archive, table: TenantTable, numbers: Numbers, permissions: str) -> None:
    """The table's rows, without the references to what comes later."""
    db.apply_context()  # signed anew: a large agency takes longer than a signature lasts
    leave_rows_unaudited(table.name != AUDIT)
    columns = [name for name in table.columns if name not in table.late]
    values = ", ".join(_value(table, name, numbers) for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    statement = (
        f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {values} FROM {LINE.format(table=table.name)}"
    )
    if table.name == COUNTED:
        statement += " ON CONFLICT (organization_id) DO UPDATE SET value = excluded.value"
    parameters = {"permissions": permissions, **numbers.parameters()}
    _in_batches(archive, table, statement, parameters)


def _complete(archive: Archive, table: TenantTable, numbers: Numbers) -> None:
    """The references that had to wait for their rows."""
    for name in table.late:
        is_row = " AND ".join(f't."{part}" = {_value(table, part, numbers)}' for part in table.key)
        belongs = "" if table.owner in table.key else f" AND t.{table.owner} = p.{table.owner}"
        statement = (
            f'UPDATE {table.name} AS t SET "{name}" = {_value(table, name, numbers)}'
            f' FROM {LINE.format(table=table.name)} WHERE {is_row}{belongs} AND p."{name}" IS NOT NULL'
        )
        _in_batches(archive, table, statement, numbers.parameters())


def _in_batches(archive: Archive, table: TenantTable, statement: str, parameters: dict[str, Any]) -> None:
    used = {name: value for name, value in parameters.items() if f":{name}" in statement}
    prepared = sql(statement).bindparams(bindparam("rows"))
    for rows in archive.rows(table.name):
        session.execute(prepared, {"rows": rows, **used})


def _value(table: TenantTable, name: str, numbers: Numbers) -> str:
    """What stands in a column, told from the line `line` and the record `p` made of it."""
    if name in table.json:
        return f"CAST(line ->> '{name}' AS jsonb)"
    if (table.name, name) == ("ab_permission_view_role", "permission_view_id"):
        return f"CAST(CAST(:permissions AS jsonb) ->> CAST(p.{name} AS text) AS int)"
    return numbers.value(table, name)


def _count_on(organization_id: UUID, tombstone: TenantTombstone | None) -> None:
    """Numbers given out from here on come after the restored ones; a version never comes twice with other content."""
    for table in archived_tables():
        for column in table.table.columns:
            if column.primary_key and isinstance(column.type, Integer):
                statement = SET_SEQUENCE.format(table=table.name, column=column.name, owner=table.owner)
                session.execute(sql(statement), {"id": organization_id})
    if tombstone is not None:
        session.execute(
            sql("UPDATE organization_versions SET value = :last + 1 WHERE organization_id = :id AND value < :last"),
            {"id": organization_id, "last": tombstone.last_version},
        )


def _adopt_seals(tell: Progress) -> None:
    """Seals count transactions: those of a platform that has counted further can't be gone on with here."""
    if sealing.is_foreign():
        sealing.start_anew()
        tell("audit: sealed anew from here on; the seals of before can be checked in the archive")


def _put_files(archive: Archive, organization_id: UUID, tell: Progress) -> None:
    for key in archive.manifest.files:
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        storage().put(f"organizations/{organization_id}/{key}", archive.file(key), kind)
    tell(f"files: {len(archive.manifest.files)}")


def _tell_platform(tombstone: TenantTombstone | None, organization_id: UUID, by: str, revive: str | None) -> None:
    leave_rows_unaudited(False)
    with tenancy.acting(tenancy.PLATFORM_ID, reason=revive or f"Restore by {by}"):
        if tombstone is not None and revive:
            tombstone.revived_at = clock.now()
            tombstone.revived_because = revive
        audit.record("tenant:restored", "organizations", subject_id=str(organization_id))


def _take_files_away(archive: Archive, organization_id: UUID) -> None:
    """What was put outside the database goes, unless the organisation is here and owns it."""
    with past_the_policies() as backup:
        if backup.scalar(sql("SELECT 1 FROM organizations WHERE id = :id"), {"id": organization_id}):
            return
    with tenancy.acting(organization_id):
        for key in archive.manifest.files:
            storage().erase(f"organizations/{organization_id}/{key}")
    shredding.destroy_secret(organization_id)
