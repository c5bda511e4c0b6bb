"""`bin/starline keys …`: the keys that secrets are sealed under, from a shell."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from uuid import UUID

import click


@click.group()
def keys() -> None:
    """Replace, wrap anew and count the keys of the agencies' secrets."""


_slug = click.option("--organization", "slug", metavar="SLUG", help="One agency; all active ones unless given.")


@keys.command("rotate-data")
@_slug
def rotate_data(slug: str | None) -> None:
    """Seal every secret under a new data key. A run that was cut off is finished by the next."""
    from starline.core import rotation
    from starline.core.db import transaction

    for name in _agencies(slug, "rotation of the data key"):
        with transaction():
            number = rotation.begin()
        sealed = sum(rotation.batches(number))
        click.echo(f"{name}: {sealed} secrets are sealed under key {number}.")


@keys.command()
@_slug
def retire(slug: str | None) -> None:
    """Destroy replaced data keys that nothing is sealed under, an hour after they were replaced at the earliest."""
    from starline.core import rotation
    from starline.core.db import transaction

    for name in _agencies(slug, "retirement of data keys"):
        with transaction():
            gone = rotation.retire()
        said = ", ".join(map(str, gone)) or "none"
        click.echo(f"{name}: destroyed keys: {said}.")


@keys.command()
@_slug
def rewrap(slug: str | None) -> None:
    """Wrap the agencies' keys anew under the master key that is current."""
    from starline.core import crypto
    from starline.core.db import transaction

    for name in _agencies(slug, "new master key"):
        with transaction():
            number = crypto.rewrap_keys()
        click.echo(f"{name}: {number} keys are wrapped anew.")


@keys.command()
@_slug
def status(slug: str | None) -> None:
    """How many secrets are sealed under each data key."""
    from starline.core import rotation
    from starline.core.db import transaction

    for name in _agencies(slug, "count of sealed secrets"):
        with transaction():
            counts = rotation.usage()
        said = ", ".join(f"key {number}: {count}" for number, count in sorted(counts.items())) or "no keys"
        click.echo(f"{name}: {said}.")


def _agencies(slug: str | None, why: str) -> Iterator[str]:
    """Act for one agency, or for each active one in turn; its address is yielded."""
    from sqlalchemy import text as sql

    from starline.core import db, tenancy

    importlib.import_module("starline.models")
    with db.transaction():
        query = sql("SELECT id, slug FROM app.find_organization(:slug, NULL, NULL)")
        rows = [(row.id, row.slug) for row in db.session.execute(query, {"slug": slug})] if slug else _active()
    if slug and not rows:
        raise click.ClickException(f"There is no agency at {slug}.")
    for organization_id, name in rows:
        with tenancy.acting(organization_id, reason=f"{why}, from the shell"):
            yield name


def _active() -> list[tuple[UUID, str]]:
    from sqlalchemy import text as sql

    from starline.core import db

    found = "SELECT o.id, o.slug FROM app.active_organizations() AS one(id)"
    query = f"{found} CROSS JOIN LATERAL app.find_organization(NULL, NULL, one.id) AS o ORDER BY o.slug"
    return [(row.id, row.slug) for row in db.session.execute(sql(query))]
