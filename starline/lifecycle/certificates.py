"""The certificate of a deletion: what went, by whom, when and why, as JSON and as a page to read.

It lies in `var/certificates`, in the tombstone, and among the platform's own files: a recovery to a point in time
brings neither the tombstone nor the certificate back to an earlier state, so that the deletion can be done again.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from config import settings
from starline.core import tenancy
from starline.core.errors import NotFound
from starline.core.storage import storage

KIND = "application/json"


def text_of(facts: dict[str, Any]) -> str:
    """The certificate as JSON, always written alike, so that its digest can be compared."""
    return json.dumps(facts, indent=1, sort_keys=True)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keep_outside(organization_id: UUID, text: str) -> None:
    """Write the certificate among the platform's files, where the tombstone outlives the database."""
    _write(organization_id, {"certificate": text, "revived_because": None})


def mark_revived(organization_id: UUID, reason: str) -> None:
    """The deletion isn't to be done again: the agency was brought back."""
    kept = _read(organization_id)
    if kept is not None:
        _write(organization_id, {**kept, "revived_because": reason})


def is_standing(organization_id: UUID) -> bool:
    """Whether a certificate outside the database says that the agency is to stay deleted."""
    kept = _read(organization_id)
    return kept is not None and kept["revived_because"] is None


def standing() -> dict[UUID, dict[str, Any]]:
    """The certificates of all agencies that are to stay deleted."""
    with tenancy.acting(tenancy.PLATFORM_ID):
        keys = list(storage().list_keys("certificates/"))
    ids = [UUID(Path(key).stem) for key in keys]
    return {one: json.loads((_read(one) or {})["certificate"]) for one in ids if is_standing(one)}


def write_down(facts: dict[str, Any], text: str) -> Path:
    """The certificate as two files in `var/certificates`; returns the page to read."""
    folder = settings().var_dir / "certificates"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{facts['organization']['slug']}-{facts['deleted_at'][:19].replace(':', '')}"
    for suffix, content in ((".json", text), (".txt", page_of(facts, text))):
        with open(os.open(folder / (name + suffix), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(content)
    return folder / f"{name}.txt"


def page_of(facts: dict[str, Any], text: str) -> str:
    """The certificate as a person reads it."""
    organization = facts["organization"]
    lines = [
        "CERTIFICATE OF DELETION",
        "",
        f"Agency          {organization['name']} ({organization['slug']})",
        f"Identifier      {organization['id']}",
        f"Deleted at      {facts['deleted_at']}",
        f"Deleted by      {facts['by']}",
        f"Reason          {facts['reason']}",
        f"Export before   {facts['export_sha256'] or 'none'}",
        "",
        "Every row of the agency was deleted, and every table was counted again by a role that no policy holds back:",
        "no row is left. The agency's files were erased. The secret that its encryption keys were sealed under was",
        "destroyed: protected values in older backups of the database can't be opened any more.",
        "",
        f"Rows            {sum(facts['rows'].values())}",
        *(f"  {table:<28}{count:>10}" for table, count in facts["rows"].items() if count),
        f"Files           {facts['files']['count']} ({facts['files']['bytes']} bytes)",
        "Keys destroyed",
        *(f"  {one['purpose']} {one['number']}, sha256 {one['sha256']}" for one in facts["keys"]),
        "",
        f"sha256 of the certificate  {digest_of(text)}",
    ]
    return "\n".join(lines) + "\n"


def _read(organization_id: UUID) -> dict[str, Any] | None:
    with tenancy.acting(tenancy.PLATFORM_ID):
        try:
            found: dict[str, Any] = json.loads(storage().get(_key(organization_id)))
        except NotFound:
            return None
    return found


def _write(organization_id: UUID, content: dict[str, Any]) -> None:
    with tenancy.acting(tenancy.PLATFORM_ID):
        storage().put(_key(organization_id), json.dumps(content).encode(), KIND)


def _key(organization_id: UUID) -> str:
    return f"organizations/{tenancy.PLATFORM_ID}/certificates/{organization_id}.json"
