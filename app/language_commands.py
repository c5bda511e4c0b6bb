"""`bin/starline translations`: the catalogues of sentences."""

import click

from config import ROOT


@click.group()
def translations() -> None:
    """Sentences in every language."""


@translations.command("update")
def update_catalogues() -> None:
    """Collect the sentences of the tree and say which translations are missing."""
    from app import catalogues

    for language, number in catalogues.update().items():
        click.echo(f"{language}: {number} sentences have no translation yet.")


@translations.command("compile")
def compile_catalogues() -> None:
    """Write the binary files that processes load; part of every release."""
    from app import catalogues

    for path in catalogues.compile_all():
        click.echo(path.relative_to(ROOT).as_posix())


@translations.command("missing")
@click.argument("language", default="es")
def missing(language: str) -> None:
    """Print what the code says and LANGUAGE can't, one sentence a line; exits with 1 if there is any."""
    from app import catalogues

    found = catalogues.untranslated(catalogues.in_step(language, catalogues.collect()))
    for message in found:
        click.echo(message.id if isinstance(message.id, str) else " | ".join(message.id))
    raise SystemExit(1 if found else 0)
