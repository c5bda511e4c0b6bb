"""A new entity takes two declarations and one generated migration; no test is written for it.

Done here as somebody would do it, in a copy of the project with a database of its own: declare, generate, migrate, and
run the contract tests that are there.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from config import ROOT
from tests.isolation.roles import connected, rows, scratch_database

pytestmark = pytest.mark.usefixtures("database")

PARTS = ("app", "bin", "config.py", "migrations", "pyproject.toml", "starline", "templates", "tests", "translations")
MODEL = '''

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from starline.core.db import TenantModel, belongs_to, choice, column, joined, money


class PetKind(StrEnum):
    DOG = "dog"
    CAT = "cat"


class Pet(OfClient, TenantModel):
    """An animal in the client's home."""

    __tablename__ = "pets"
    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    name: Mapped[str] = column("Name", String(60))
    kind: Mapped[PetKind] = choice("Kind", PetKind)
    food_amount: Mapped[Decimal | None] = money("Food a month")
    vaccinated_on: Mapped[date | None] = column("Vaccinated")
    is_friendly: Mapped[bool] = column("Friendly", default=True)
    client: Mapped[Client] = joined("Pet.client_id", to="Client")
'''
RESOURCE = """

from starline.clients.models import Pet


class Pets(Resource, model=Pet, menu="People", icon="heart"):
    table = "name client kind food_amount vaccinated_on"
    filters = "client kind vaccinated_on is_friendly"
    form = {"Pet": "client name kind food_amount vaccinated_on is_friendly"}
"""
TEMPLATE_OF_THE_COPY = '''"""The tests of the copy begin with the database that was migrated for it."""

from tests import database

database.ensure_template = lambda server: {name!r}
'''
FEWEST = 100
"""Contract tests for a resource that may be added, edited and deleted; there are some more."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the entity is declared."""
    place = tmp_path_factory.mktemp("project")
    without_this = shutil.ignore_patterns(Path(__file__).name)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, place / part, ignore=without_this)
        else:
            shutil.copy2(source, place / part)
    for file, declaration in (("starline/clients/models/__init__.py", MODEL), ("app/clients/resources.py", RESOURCE)):
        with (place / file).open("a") as opened:
            opened.write(declaration)
    return place


@pytest.fixture(scope="module")
def addresses(project: Path, _copy: Any) -> Iterator[dict[str, str]]:
    """The environment of a database that was migrated by what the command generates from the declarations."""
    with scratch_database(_copy, "new_entity") as found:
        for command in (["migration", "add pets"], ["migrate"], ["permissions"]):
            _run(project, found, "app.cli", *command)
        yield found


def test_the_migration_makes_the_table_and_protects_it(project: Path, addresses: dict[str, str]) -> None:
    (migration,) = {path.name for path in _migrations(project)} - {path.name for path in _migrations(ROOT)}
    text = (project / "migrations" / "versions" / migration).read_text()
    assert migration.endswith("_add_pets.py")
    assert re.findall(r"^ +op\.(\w+)\(\s*['\"](\w+)", text, re.MULTILINE) == [
        ("create_table", "pets"),
        ("protect_table", "pets"),
        ("drop_table", "pets"),
    ]


def test_the_database_guards_and_audits_the_table(addresses: dict[str, str]) -> None:
    with connected(addresses["STARLINE_DATABASE_URL"]) as cursor:
        query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'pets'::regclass"
        assert rows(cursor, query) == [(True, True)]
        policies = (
            "SELECT policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies WHERE tablename = %s"
        )
        triggers = "SELECT replace(pg_get_triggerdef(oid), %s, '') FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'audit'"
        assert rows(cursor, policies, "pets") == rows(cursor, policies, "contacts") != []
        assert rows(cursor, triggers, "pets", "pets") == rows(cursor, triggers, "contacts", "contacts") != []


def test_the_contract_tests_cover_it_and_pass(project: Path, addresses: dict[str, str]) -> None:
    name = addresses["STARLINE_DATABASE_URL"].rpartition("/")[2].partition("?")[0]
    (project / "conftest.py").write_text(TEMPLATE_OF_THE_COPY.format(name=name))
    report = project / "report.xml"
    options = ["-q", "-k", "Pets", "-p", "no:cacheprovider", f"--junitxml={report}", "tests/contract"]
    _run(project, addresses, "pytest", *options)
    cases = ElementTree.parse(report).getroot().findall(".//testcase")
    passed = {case.get("name", "") for case in cases if len(case) == 0}
    modules = {case.get("classname", "").rpartition(".")[2] for case in cases}
    assert len(passed) >= FEWEST and all("Pets" in name for name in passed)
    files = (project / "tests" / "contract").glob("test_*.py")
    assert modules == {path.stem for path in files if "resource: Resource" in path.read_text()}


def _migrations(place: Path) -> list[Path]:
    return list((place / "migrations" / "versions").glob("*.py"))


def _run(project: Path, addresses: dict[str, str], module: str, *arguments: str) -> None:
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=project,
        env={"STARLINE_VAR_DIR": str(ROOT / "var"), **outer, **addresses},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, _account(f"{module} {' '.join(arguments)}", result)


def _account(command: str, result: "subprocess.CompletedProcess[str]") -> str:
    """What failed inside, first, for a runner that cuts long messages off; then the end of what was printed."""
    reasons = [line for line in result.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
    return "\n".join([command, *reasons[:40], result.stdout[-6000:], result.stderr[-2000:]])
