"""`bin/starline`: what is done from a shell. Each command calls the verb that owns the work."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.key_commands import keys
from app.language_commands import translations
from app.tenant_commands import anonymize, tenant
from config import ROOT, ConfigurationError, settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Starline from the shell."""


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema, as its owner."""
    from starline.core import release

    release.migrate()
    click.echo("The database is at the newest schema.")


@main.command()
@click.argument("subject")
def migration(subject: str) -> None:
    """Write the migration that takes the database to the declared models."""
    from starline.core import release

    release.new_migration(subject)


@main.command()
def permissions() -> None:
    """Write the permissions of all resources and the role templates. Part of every release."""
    from app import create_app
    from app.core import security

    with create_app().app_context():
        security.synchronise_permissions()
    click.echo("The permissions are in step with the resources.")


@main.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where an organisation exists already.")
def demo(if_empty: bool) -> None:
    """Load the two fictional agencies with their sign-ins. Refused in production."""
    if settings().is_production:
        raise click.ClickException("The demo isn't loaded in production: its sign-ins are public.")
    if if_empty and _has_organizations():
        return
    from app.platform import demo as demonstration

    was_loaded = demonstration.load()
    click.echo("The demo agencies are loaded." if was_loaded else "The demo agencies are there already.")


@main.command()
@click.pass_context
def release(context: click.Context) -> None:
    """What every release does: compile the sentences; to the database: migrate, then permissions."""
    from app import catalogues

    catalogues.compile_all()
    context.invoke(migrate)
    context.invoke(permissions)


@main.command()
@click.pass_context
def prepare(context: click.Context) -> None:
    """What `make run` does before it serves: release, and the demo where the database is empty."""
    context.invoke(release)
    if not settings().is_production:
        context.invoke(demo, if_empty=True)


main.add_command(tenant)
main.add_command(keys)
main.add_command(translations)
main.add_command(anonymize)


@main.group()
def organization() -> None:
    """Agencies on the platform."""


@organization.command("create")
@click.option("--name", required=True)
@click.option("--slug", required=True, help="The first part of its address: <slug>.<domain>.")
@click.option("--email", required=True, help="Of its administrator, who gets an invitation.")
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
@click.option("--branch", help="Name of the first branch.")
@click.option("--time-zone", help="Of the first branch and of reports, as in the IANA database.")
def create_organization(
    name: str, slug: str, email: str, first_name: str, last_name: str, branch: str | None, time_zone: str | None
) -> None:
    """Set up an agency with its administrator: all of it or nothing."""
    from starline.organizations import service

    given = {"name": name, "slug": slug, "branch_name": branch, "time_zone": time_zone}
    values = {key: value for key, value in given.items() if value} | _administrator(email, first_name, last_name)
    with _platform():
        made = service.set_up_organization(values, by=None)
        address = f"{made.slug}.{settings().base_domain}"
    click.echo(f"{name} is set up at {address}; {email} has an invitation.")


@main.command("platform")
@click.option("--email", required=True, help="Of the first operator, who gets an invitation.")
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
def create_platform(email: str, first_name: str, last_name: str) -> None:
    """Set up the platform's own organisation and its first operator. Once for each installation."""
    from starline.organizations import service

    with _platform():
        service.set_up_platform(_administrator(email, first_name, last_name))
    click.echo(f"The platform is set up; {email} has an invitation.")


@main.group()
def audit() -> None:
    """The trail of who did and who saw what."""


@audit.command("seal")
def seal_audit() -> None:
    """Seal every organisation's new rows now and put the heads outside the database."""
    from starline.core.audit import heads, sealing

    importlib.import_module("starline.models")
    rows = sealing.seal_everything()
    click.echo(f"Sealed {rows} rows; put {heads.publish_everything()} heads outside.")


@audit.command("verify")
@click.option("--organization", metavar="SLUG", help="Only this one.")
def verify_audit(organization: str | None) -> None:
    """Name whatever is not as it was sealed, one line each; nothing and 0 where all is."""
    from starline.core.audit import checking
    from starline.lifecycle import certificates

    importlib.import_module("starline.models")
    try:
        lines = list(checking.verify_everything(organization, deleted=certificates.standing()))
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    for line in lines:
        click.echo(line)
    sys.exit(1 if lines else 0)


@main.command()
@click.option("--concurrency", default=1, show_default=True, help="How many tasks run at once.")
def worker(concurrency: int) -> None:
    """Run tasks until told to stop."""
    import app.exports.jobs
    import app.imports.jobs  # noqa: F401  (tasks that need the screens' checks)
    from starline.processes import run_worker

    sys.exit(run_worker(concurrency))


@main.command()
def scheduler() -> None:
    """Start scheduled work and dispatch the outbox until told to stop."""
    from starline.processes import run_scheduler

    sys.exit(run_scheduler())


@main.command()
def web() -> None:
    """Serve screens and REST API until told to stop."""
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")])


@main.command()
@click.option("--limit", default=100, show_default=True, help="How many messages to hand over at most.")
def outbox(limit: int) -> None:
    """Hand the outbox's due messages to the broker now."""
    from starline.core.dispatch import dispatch_due
    from starline.processes import load_tasks

    load_tasks()
    click.echo(f"Dispatched {dispatch_due(limit)}.")


def _administrator(email: str, first_name: str, last_name: str) -> dict[str, str]:
    return {
        "administrator_email": email,
        "administrator_first_name": first_name,
        "administrator_last_name": last_name,
    }


@contextmanager
def _platform() -> Iterator[None]:
    """Acts for the platform in one transaction; a refusal is told as sentences."""
    from starline.core import db, tenancy
    from starline.core.errors import DomainError

    importlib.import_module("starline.subscribers")
    try:
        with tenancy.acting(tenancy.PLATFORM_ID, reason="from the shell"), db.transaction():
            yield
    except DomainError as error:
        details = [f"  {field}: {sentence}" for field, found in (error.errors or {}).items() for sentence in found]
        raise click.ClickException("\n".join([str(error), *details])) from error


def _has_organizations() -> bool:
    from sqlalchemy import text as sql

    from starline.core import db

    with db.transaction():
        return db.session.execute(sql("SELECT 1 FROM app.active_organizations() LIMIT 1")).first() is not None


def run() -> None:
    """The entry point: settings that can't be used are told as sentences, not as a stack."""
    try:
        main(prog_name="starline")
    except ConfigurationError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    run()
