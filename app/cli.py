"""`bin/starline`: what is done from a shell. Each command calls the verb that owns the work."""

from __future__ import annotations

import os
import sys

import click

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
    from app import create_app
    from app.platform import demo as demonstration

    with create_app().app_context():
        demonstration.load()
    click.echo("The demo agencies are loaded.")


@main.command()
@click.pass_context
def release(context: click.Context) -> None:
    """What every release does to the database: migrate, then permissions."""
    context.invoke(migrate)
    context.invoke(permissions)


@main.command()
@click.pass_context
def prepare(context: click.Context) -> None:
    """What `make run` does before it serves: release, and the demo where the database is empty."""
    context.invoke(release)
    if not settings().is_production:
        context.invoke(demo, if_empty=True)


@main.group()
def organization() -> None:
    """Agencies on the platform."""


@main.command()
@click.option("--concurrency", default=1, show_default=True, help="How many tasks run at once.")
def worker(concurrency: int) -> None:
    """Run tasks until told to stop."""
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
