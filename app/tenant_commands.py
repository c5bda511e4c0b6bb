"""`bin/starline tenant …`: the life of a whole agency, from a shell."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@click.group()
def tenant() -> None:
    """Take an agency out, put it back, suspend it, delete it for good."""


_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its first line seals the agency's keys; without it only a platform with the same master key opens them.",
)


@tenant.command("export")
@click.argument("slug")
@click.option("--to", required=True, type=click.Path(path_type=Path), help="A file, or a folder that gets one.")
@_passphrase
def export_command(slug: str, to: Path, passphrase_file: Path | None) -> None:
    """Write every row, file and key of the agency to one archive. It holds health information in the clear."""
    from starline.lifecycle.exporting import export_tenant

    with _refusals():
        path = export_tenant(slug, to=to, by=_operator(), passphrase=_first_line(passphrase_file), tell=click.echo)
    click.echo(f"{slug} is exported to {path}. Keep it as safe as the database.")


@tenant.command("restore")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_passphrase
@click.option("--revive", metavar="REASON", help="Why an agency that was deleted here comes back.")
@click.option("--renumber", is_flag=True, help="Give people and roles new numbers where other agencies have theirs.")
def restore_command(archive: Path, passphrase_file: Path | None, revive: str | None, renumber: bool) -> None:
    """Put an exported agency into a platform that doesn't know it: all of it or nothing."""
    from starline.lifecycle.restoring import restore_tenant

    with _refusals():
        passphrase = _first_line(passphrase_file)
        made = restore_tenant(
            archive, by=_operator(), passphrase=passphrase, revive=revive, renumber=renumber, tell=click.echo
        )
    click.echo(f"The agency {made} is restored, in the state it was exported in.")


@tenant.command("suspend")
@click.argument("slug")
@click.option("--reason", required=True)
def suspend_command(slug: str, reason: str) -> None:
    """Shut the agency: its people are refused from their next request on, its jobs wait."""
    from starline.organizations.service import suspend_organization

    _change_status(slug, suspend_organization, reason)
    click.echo(f"{slug} is suspended.")


@tenant.command("resume")
@click.argument("slug")
@click.option("--reason", required=True)
def resume_command(slug: str, reason: str) -> None:
    """Open a suspended agency again."""
    from starline.organizations.service import reopen_organization

    _change_status(slug, reopen_organization, reason)
    click.echo(f"{slug} is open again.")


@tenant.command("delete")
@click.argument("slug")
@click.option("--confirm", required=True, metavar="SLUG", help="The subdomain once more.")
@click.option("--reason", required=True, help="The certificate names it.")
@click.option("--export", "archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--without-export", is_flag=True, help="Nobody keeps a copy.")
def delete_command(slug: str, confirm: str, reason: str, archive: Path | None, without_export: bool) -> None:
    """Delete a suspended agency for good: every row, file and key. Needs the export of its present state."""
    from starline.lifecycle.removal import delete_tenant

    if confirm != slug:
        raise click.ClickException(f"--confirm says {confirm}, not {slug}. Nothing was deleted.")
    if (archive is None) != without_export:
        raise click.ClickException("Give either the archive with --export, or --without-export.")
    with _refusals():
        page = delete_tenant(slug, by=_operator(), reason=reason, export=archive, tell=click.echo)
    click.echo(f"{slug} is deleted. The certificate is {page}.")


@tenant.command("replay-tombstones")
def replay_command() -> None:
    """Delete again the agencies that a recovery of the database brought back. Part of every recovery."""
    from starline.lifecycle.removal import replay_tombstones

    with _refusals():
        count = replay_tombstones(by=_operator(), tell=click.echo)
    click.echo(f"Deleted again: {count}.")


@click.command()
@click.option("--i-know-this-is-a-copy", "database", required=True, metavar="DATABASE", help="The copy's name.")
@click.option("--seed", default="starline", show_default=True, help="Another one gives other names.")
def anonymize(database: str, seed: str) -> None:
    """Replace everything that tells of a person in a copy of the database. Refused in production."""
    from starline.lifecycle import anonymizing

    with _refusals():
        count = anonymizing.anonymize(database, seed=seed, tell=click.echo)
    click.echo(f"{count} organisations are masked.")


def _change_status(slug: str, verb: object, reason: str) -> None:
    from starline.core import db, tenancy
    from starline.core.db import session
    from starline.lifecycle.exporting import find_tenant
    from starline.organizations.models import Organization

    assert callable(verb)
    with _refusals():
        found = find_tenant(slug)
        with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
            verb(session.get_one(Organization, found.id), by=None, reason=f"{reason} ({_operator()})")


def _operator() -> str:
    """Who works at the shell, for certificate and audit."""
    return getpass.getuser()


def _first_line(path: Path | None) -> str | None:
    return path.read_text().partition("\n")[0].strip() if path else None


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal is told as a sentence, not as a stack."""
    from starline.core.errors import DomainError

    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error
