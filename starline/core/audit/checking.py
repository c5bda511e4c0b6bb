"""Verification of all organisations from a shell, and of the keeper outside: nobody may vanish whole."""

from collections.abc import Container, Iterator
from uuid import UUID

from sqlalchemy import text as sql

from starline.core import tenancy
from starline.core.audit.heads import head_store
from starline.core.audit.sealing import audited_organizations
from starline.core.audit.verification import verify
from starline.core.db import session, transaction


def verify_everything(slug: str | None = None, *, deleted: Container[UUID] = ()) -> Iterator[str]:
    """A line for each finding, with the organisation's slug. Raises `LookupError` for one that doesn't exist.

    `deleted`: those that were deleted with a certificate, and so may be gone.
    """
    with transaction():
        known = audited_organizations()
        slugs = {id_: session.scalar(_SLUG, {"id": id_}) or str(id_) for id_ in known}
    wanted = [id_ for id_ in known if slug in (None, slugs[id_])]
    if slug and not wanted:
        raise LookupError(f"There is no organisation {slug}.")
    if slug is None:
        for vanished in sorted(set(head_store().organizations()) - set(known)):
            if vanished not in deleted:
                yield f"{vanished}: blocks are kept outside, but the database doesn't know the organisation"
    for organization_id in wanted:
        with tenancy.acting(organization_id, reason="audit verification"), transaction():
            findings = verify().findings
        yield from (f"{slugs[organization_id]}: {finding}" for finding in findings)


_SLUG = sql("SELECT slug FROM app.find_organization(NULL, NULL, :id)")
