"""The blocks' heads outside the database: whoever rewrites the trail would have to rewrite these as well."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from config import settings
from starline.core import tenancy
from starline.core.adapters.head_bucket import HeadBucket
from starline.core.adapters.head_files import HeadFiles
from starline.core.audit.models import AuditBlock
from starline.core.audit.rules import Head
from starline.core.audit.sealing import audited_organizations, newest_block
from starline.core.db import session, transaction

LOOK_BACK = 500
"""Blocks that are looked for outside each time; a longer gap is found by looking at all."""


class HeadStore(Protocol):
    """Keeps heads for good. Two heads of one number are both kept and both told: one of them is a forgery's.

    A store that can't be reached raises `Unavailable`.
    """

    def append(self, head: Head) -> None: ...
    def heads(self, organization_id: UUID, after: int = 0) -> list[Head]: ...
    def organizations(self) -> list[UUID]: ...


@lru_cache(maxsize=1)
def head_store() -> HeadStore:
    """This process's store, chosen by the settings."""
    given = settings()
    if given.audit_bucket:
        return HeadBucket(given.audit_bucket, given.audit_lock_days)
    return HeadFiles(given.audit_heads_dir)


def publish_everything() -> int:
    """Put outside every head that is missing there; how many."""
    with transaction():
        organization_ids = audited_organizations()
    count = 0
    for organization_id in organization_ids:
        with tenancy.acting(organization_id, reason="audit heads"), transaction():
            count += publish()
    return count


def publish() -> int:
    """Put outside the acting organisation's heads that are missing there; how many. A head that is there stays."""
    organization_id = tenancy.current_organization_id()
    newest = newest_block()
    if newest is None:
        return 0
    after = max(0, newest.number - LOOK_BACK)
    known = {head.number for head in head_store().heads(organization_id, after)}
    if after and after + 1 not in known:
        after = 0
        known = {head.number for head in head_store().heads(organization_id)}
    missing = [block for block in _blocks(after) if block.number not in known]
    for block in missing:
        head_store().append(block)
    return len(missing)


def _blocks(after: int) -> list[Head]:
    columns = (
        AuditBlock.organization_id,
        AuditBlock.number,
        AuditBlock.first_row,
        AuditBlock.last_row,
        AuditBlock.row_count,
        AuditBlock.block_hash,
        AuditBlock.sealed_at,
    )
    own = AuditBlock.organization_id == tenancy.current_organization_id()
    query = select(*columns).where(own, AuditBlock.number > after).order_by(AuditBlock.number)
    return [Head(*row) for row in session.execute(query)]
