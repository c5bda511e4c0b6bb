"""`bin/starline keys …`: the keys that secrets are sealed under, from a shell."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import click

from config import settings


@click.group()
def keys() -> None:
    """Replace, wrap anew and count the keys of the agencies' secrets."""


_slug = click.option(
    "--organization", "slug", metavar="SLUG", help="One organisation; all that have keys unless given."
)


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


@keys.command("new")
def new() -> None:
    """Put a new master key into the key file. It wraps from now on, and the older ones still unwrap."""
    from starline.core import master_keys
    from starline.core.errors import DomainError

    if settings().kms_key:
        raise click.ClickException("STARLINE_KMS_KEY names the master key: one in the key file would wrap nothing.")
    path = settings().field_key_file
    try:
        name = master_keys.add_to_file(path)
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Master key {name} is in {path} and wraps from now on. Keep a copy, then: bin/starline keys rewrap")


@keys.command()
@_slug
def rewrap(slug: str | None) -> None:
    """Wrap the organisations' keys anew under the master key that is current."""
    from starline.core import crypto
    from starline.core.db import transaction
    from starline.core.errors import DomainError

    left = []
    for name in _agencies(slug, "new master key"):
        try:
            with transaction():
                number = crypto.rewrap_keys()
        except DomainError as error:
            left.append(name)
            click.echo(f"{name}: {error}", err=True)
        else:
            click.echo(f"{name}: {number} keys are wrapped anew.")
    if left:
        raise click.ClickException(f"Not wrapped anew: {', '.join(left)}.")


@keys.command()
@_slug
def status(slug: str | None) -> None:
    """How many secrets are sealed under each data key, and how many keys stand under each master key, and whose."""
    from starline.core import crypto, rotation
    from starline.core.db import transaction
    from starline.core.errors import DomainError
    from starline.core.master_keys import master_key

    masters: dict[str, Counter[str]] = {}
    closed = []
    for name in _agencies(slug, "count of sealed secrets"):
        with transaction():
            counts = rotation.usage()
            try:
                masters[name] = crypto.wrapped_by()
            except DomainError as error:
                closed.append(f"{name}: its keys don't open: {error}")
        said = ", ".join(f"key {number}: {count}" for number, count in sorted(counts.items())) or "no keys"
        click.echo(f"{name}: {said}.")
    for line in [*_by_master_key(masters, current=master_key().current), *closed]:
        click.echo(line)


def _by_master_key(masters: dict[str, Counter[str]], *, current: str) -> Iterator[str]:
    """One line for the current master key, and one for each older one that says whose keys still stand under it."""
    for key in [current, *sorted({key for counts in masters.values() for key in counts} - {current})]:
        whose = [name for name, counts in masters.items() if counts[key]]
        total = sum(counts[key] for counts in masters.values())
        if key == current:
            yield f"Current master key {key}: {total} keys of {len(whose)} organisations."
        else:
            yield f"Older master key {key}: {total} keys of {', '.join(whose)}."


def _agencies(slug: str | None, why: str) -> Iterator[str]:
    """Act for one organisation, or in turn for each that has keys: also the platform, suspended and closed ones."""
    from starline.core import crypto, db, tenancy

    importlib.import_module("starline.models")
    with db.transaction():
        found = [_named(slug)] if slug else _every_one()
    for organization_id, name in found:
        with tenancy.acting(organization_id, reason=f"{why}, from the shell"):
            with db.transaction():
                is_meant = bool(slug) or crypto.has_keys()
            if is_meant:
                yield name


def _named(slug: str) -> tuple[UUID, str]:
    from sqlalchemy import text as sql

    from starline.core import db

    query = sql("SELECT id FROM app.find_organization(:slug, NULL, NULL)")
    found = db.session.scalar(query, {"slug": slug})
    if found is None:
        raise click.ClickException(f"There is no agency at {slug}.")
    return found, slug


def _every_one() -> list[tuple[UUID, str]]:
    from sqlalchemy import text as sql

    from starline.core import db

    found = "SELECT o.id, o.slug FROM app.audited_organizations() AS one(id)"
    query = f"{found} CROSS JOIN LATERAL app.find_organization(NULL, NULL, one.id) AS o ORDER BY o.slug"
    return [(row.id, row.slug) for row in db.session.execute(sql(query))]
