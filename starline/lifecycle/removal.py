"""Deleting an organisation: every row, file and key, with a certificate and a tombstone."""

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import text as sql

from starline.core import audit, clock, db, shredding, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.storage import storage
from starline.lifecycle import certificates
from starline.lifecycle.archive import Archive
from starline.lifecycle.connections import as_owner, enter, leave_rows_unaudited, past_the_policies, snapshot
from starline.lifecycle.exporting import Progress, Tenant, find_tenant, lines_of
from starline.lifecycle.models import TenantTombstone
from starline.lifecycle.tables import archived_tables, tenant_tables

CLOSED = ("suspended", "closed")
VERSION = "SELECT value FROM organization_versions WHERE organization_id = :id"


def delete_tenant(
    slug: str, *, by: str, reason: str, export: Path | None, tell: Progress = lambda sentence: None
) -> Path:
    """Delete the agency for good; returns its certificate as a page to read.

    `export`: its archive, which must hold exactly what is deleted; None deletes what nobody has a copy of. Raises
    `Conflict` where the agency is still open or the archive is not of its present state; then nothing was deleted.
    """
    tenant = find_tenant(slug)
    if not reason.strip():
        raise Conflict("Give a reason; the certificate names it.")
    if tenant.status not in CLOSED:
        raise Conflict(f"{tenant.name} is {tenant.status}: suspend it first, so that nobody writes while it goes.")
    if export is not None:
        _check_export(tenant, Archive(export), tell)
    digest = _digest(export) if export else None
    return _delete(tenant, by=by, reason=reason.strip(), export_sha256=digest, tell=tell)


def replay_tombstones(*, by: str, tell: Progress = lambda sentence: None) -> int:
    """Delete again what a recovery of the database brought back; how many agencies that were.

    Told by the certificates outside the database, as the tombstones may be younger than the point of recovery. An
    agency that was revived since is left alone.
    """
    count = 0
    for organization_id, facts in certificates.standing().items():
        with past_the_policies() as backup:
            query = "SELECT id, slug, name, status FROM organizations WHERE id = :id"
            row = backup.execute(sql(query), {"id": organization_id}).one_or_none()
        tenant = Tenant(organization_id, facts["organization"]["slug"], facts["organization"]["name"], "closed")
        if row is None:
            _erase_files(tenant)
            shredding.destroy_secret(organization_id)
            continue
        reason = f"Deleted on {facts['deleted_at'][:10]} already: {facts['reason']}"
        _delete(Tenant(*row), by=by, reason=reason, export_sha256=facts["export_sha256"], tell=tell)
        count += 1
    return count


def _check_export(tenant: Tenant, archive: Archive, tell: Progress) -> None:
    """The archive must be whole and of the agency as it is now, row by row and file by file."""
    archive.check()
    manifest = archive.manifest
    if manifest.organization["id"] != str(tenant.id):
        raise Conflict(f"The archive is of {manifest.organization['slug']}, not of {tenant.slug}.")
    with snapshot(tenant.id) as (own, _backup):
        for table in archived_tables():
            enter(own, tenant.id)
            digest = hashlib.sha256()
            for line in lines_of(own, table, tenant.id):
                digest.update(line.encode() + b"\n")
            if manifest.tables.get(table.name, {}).get("sha256") != digest.hexdigest():
                raise Conflict(f"{table.name} has changed since the archive was made: export again.")
    files = {key: hashlib.sha256(content).hexdigest() for key, content in _files(tenant)}
    if files != {key: facts["sha256"] for key, facts in manifest.files.items()}:
        raise Conflict("The files have changed since the archive was made: export again.")
    tell("The archive holds the agency as it is now.")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _delete(tenant: Tenant, *, by: str, reason: str, export_sha256: str | None, tell: Progress) -> Path:
    facts: dict[str, Any] = {
        "organization": {"id": str(tenant.id), "slug": tenant.slug, "name": tenant.name},
        "deleted_at": clock.now().isoformat(),
        "by": by,
        "reason": reason,
        "export_sha256": export_sha256,
        "files": {"count": 0, "bytes": 0},
    }
    for _key, content in _files(tenant):
        facts["files"]["count"] += 1
        facts["files"]["bytes"] += len(content)
    with as_owner(tenant.id, f"Deletion by {by}"):
        facts["keys"] = _key_facts()
        version = session.scalar(sql(VERSION), _id(tenant))
        facts["rows"] = _delete_rows(tenant, tell)
        text = certificates.text_of(facts)
        _bury(tenant, text, version or 0, reason)
        # Written before the rows are gone for good: a deletion that can't be told of doesn't happen.
        certificates.keep_outside(tenant.id, text)
    _check_gone(tenant)
    _erase_files(tenant)
    shredding.destroy_secret(tenant.id)
    return certificates.write_down(facts, text)


def _delete_rows(tenant: Tenant, tell: Progress) -> dict[str, int]:
    """Every row, each table before those it points at. Always by the organisation's id: some policies of the owner
    show it the rows of all.
    """
    counts: dict[str, int] = {}
    for table in tenant_tables():
        for name in table.late:
            statement = f'UPDATE {table.name} SET "{name}" = NULL WHERE {table.owner} = :id AND "{name}" IS NOT NULL'
            session.execute(sql(statement), _id(tenant))
    # The trigger counts while other tables empty, so the count goes last of all.
    for table in [*reversed(tenant_tables()), tenant_tables()[-1]]:
        db.apply_context()
        gone = f"DELETE FROM {table.name} WHERE {table.owner} = :id RETURNING 1"
        count = session.scalar(sql(f"WITH gone AS ({gone}) SELECT count(*) FROM gone"), _id(tenant)) or 0
        counts[table.name] = counts.get(table.name) or count
        tell(f"{table.name}: {counts[table.name]}")
    return counts


def _bury(tenant: Tenant, text: str, version: int, reason: str) -> None:
    leave_rows_unaudited(False)
    with tenancy.acting(tenancy.PLATFORM_ID, reason=reason):
        digest = certificates.digest_of(text)
        facts = {"slug": tenant.slug, "certificate": text, "certificate_sha256": digest, "last_version": version}
        session.merge(
            TenantTombstone(id=tenant.id, deleted_at=clock.now(), revived_at=None, revived_because=None, **facts)
        )
        audit.record(
            "tenant:deleted", "organizations", subject_id=str(tenant.id), changes={"certificate": [None, digest]}
        )


def _check_gone(tenant: Tenant) -> None:
    """Counted by the role that no policy holds back."""
    with past_the_policies() as backup:
        left = {
            table.name: count
            for table in tenant_tables()
            if (count := backup.scalar(sql(table.counting()), {"organization_id": tenant.id}))
        }
    if left:
        raise Conflict(f"Rows came while the agency was deleted: {left}. Run replay-tombstones to finish.")


def _key_facts() -> list[dict[str, Any]]:
    rows = session.execute(sql("SELECT purpose, number, key_encrypted FROM organization_keys ORDER BY purpose, number"))
    return [
        {"purpose": purpose, "number": number, "sha256": hashlib.sha256(bytes(key)).hexdigest()}
        for purpose, number, key in rows
    ]


def _files(tenant: Tenant) -> list[tuple[str, bytes]]:
    with tenancy.acting(tenant.id):
        prefix = f"organizations/{tenant.id}/"
        return [(key.removeprefix(prefix), storage().get(key)) for key in storage().list_keys()]


def _erase_files(tenant: Tenant) -> None:
    with tenancy.acting(tenant.id):
        for key in list(storage().list_keys()):
            storage().erase(key)


def _id(tenant: Tenant) -> dict[str, Any]:
    return {"id": tenant.id}
