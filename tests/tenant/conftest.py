"""Two agencies with rows in every table, on a database that tests commit to, and the commands of an operator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from config import settings
from starline.core import db, tenancy
from starline.lifecycle.tables import tenant_tables
from tests.isolation.cast import Cast
from tests.isolation.roles import connected, rows


@pytest.fixture(scope="module")
def cast(cast: Cast) -> Cast:
    for agency in (cast.harbor, cast.summit):
        with tenancy.acting(agency.id), db.transaction():
            db.session.execute(sql("SELECT app.tidy_spellings()"))  # some were called otherwise a moment ago
    return cast


def fingerprint(organization_id: object, url: str | None = None) -> dict[str, tuple[int, str]]:
    """The number of rows of each of the organisation's tables and an md5 of them, as the backup role sees them."""
    with connected(url or settings().backup_database_url) as cursor:
        found = {}
        for table in tenant_tables():
            query = f"SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table.name} t"
            found[table.name] = rows(cursor, f"{query} WHERE {table.owner} = %s", str(organization_id))[0]
        return found


def files_of(organization_id: object) -> dict[str, bytes]:
    folder = settings().files_dir / "organizations" / str(organization_id)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
