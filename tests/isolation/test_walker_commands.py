"""Every command of `bin/starline`: whom it works for is written down, and what is for one agency touches no other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from app.cli import main
from config import settings
from tests.isolation.cast import CANARY, Cast, unchanged
from tests.isolation.tally import Tally
from tests.isolation.unpacked import texts

NAMES_ONE = frozenset({"organization", "organisation", "slug", "tenant", "agency"})
"""Parameters by which a command is told for which agency it works."""


class For(StrEnum):
    GROUND = "the schema, as its owner"
    PROCESS = "a process that runs until it is told to stop"
    PLATFORM = "the platform: it makes something new"
    EVERY = "every agency, each under its own policy"
    ONE = "one agency that it is told"


class UnknownCommand(Exception):
    """A command that isn't written down: say whom it is for."""


@dataclass(frozen=True)
class Command:
    """`arguments` are an honest call's, for Harbor where the command is for one agency."""

    whom: For
    arguments: Callable[[Cast], list[str]] | None = None


def _new_agency(cast: Cast) -> list[str]:
    person = ["--email", "new@new.example", "--first-name", "New", "--last-name", "Person"]
    return ["--name", "New Care", "--slug", "newcomer", *person]


def _harbor(cast: Cast) -> list[str]:
    return ["--organization", "harbor"]


def _exports() -> Path:
    """Where archives go; what is in them is looked at."""
    folder = Path(settings().files_dir).parent / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _to_be_deleted() -> list[str]:
    _called("tenant suspend", ["spare", "--reason", "It leaves"])
    return ["spare", "--confirm", "spare", "--reason", "A walk", "--without-export"]


COMMANDS: dict[str, Command] = {
    "migrate": Command(For.GROUND),
    "migration": Command(For.GROUND),
    "permissions": Command(For.GROUND),
    "release": Command(For.GROUND),
    "prepare": Command(For.GROUND),
    "translations update": Command(For.GROUND),
    "translations compile": Command(For.GROUND),
    "translations missing": Command(For.GROUND),
    "demo": Command(For.GROUND),
    "organization create": Command(For.PLATFORM, _new_agency),
    "platform": Command(For.PLATFORM),
    "worker": Command(For.PROCESS),
    "scheduler": Command(For.PROCESS),
    "web": Command(For.PROCESS),
    "outbox": Command(For.EVERY),
    "audit seal": Command(For.EVERY),
    "audit verify": Command(For.ONE, _harbor),
    "keys new": Command(For.PLATFORM),
    "keys rotate-data": Command(For.ONE, _harbor),
    "keys retire": Command(For.ONE, _harbor),
    "keys rewrap": Command(For.ONE, _harbor),
    "keys status": Command(For.ONE, _harbor),
    "tenant export": Command(For.ONE, lambda cast: ["harbor", "--to", str(_exports())]),
    "tenant restore": Command(For.PLATFORM),
    "tenant suspend": Command(For.ONE, lambda cast: ["spare", "--reason", "A walk"]),
    "tenant resume": Command(For.ONE, lambda cast: ["spare", "--reason", "A walk"]),
    "tenant delete": Command(For.ONE, lambda cast: _to_be_deleted()),
    "tenant replay-tombstones": Command(For.EVERY),
    "anonymize": Command(For.EVERY),
}
"""In the order of the calls: the spare agency is suspended, opened again, and deleted at last."""


def every_command(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Each command with its words, groups walked through."""
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from every_command(command, words)
        else:
            yield words, command


def test_every_command_says_whom_it_works_for(tally: Tally) -> None:
    found = dict(every_command())
    tally.add(commands=len(found))
    if unknown := found.keys() ^ COMMANDS.keys():
        raise UnknownCommand(f"{sorted(unknown)}: say in COMMANDS whom each works for")
    told = {words for words, command in found.items() if NAMES_ONE & {one.name for one in command.params}}
    said = {words for words, command in COMMANDS.items() if command.whom is For.ONE}
    assert told - {"organization create"} <= said


@pytest.mark.parametrize("words", [words for words, one in COMMANDS.items() if one.arguments is not None])
def test_a_command_changes_and_tells_nothing_of_other_agencies(cast: Cast, words: str, tally: Tally) -> None:
    arguments = COMMANDS[words].arguments
    assert arguments is not None
    with unchanged(cast.summit):
        result = _called(words, arguments(cast))
    assert result.exit_code == 0, result.output
    assert CANARY not in result.output
    archives = [one.read_bytes() for one in _exports().iterdir() if one.is_file()]
    assert archives or words != "tenant export"
    assert not any(CANARY in text for archive in archives for text in texts(archive))
    tally.add(cases=1, positive_controls=1)


def _called(words: str, arguments: list[str]) -> Any:
    return CliRunner().invoke(main, [*words.split(), *arguments])
