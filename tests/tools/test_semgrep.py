"""semgrep with the project's own rules: each finds what was planted for it, and nothing of ours."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config import ROOT

SEMGREP = ROOT / ".venv-trust" / "bin" / "semgrep"
RULES = Path("tests/tools/semgrep")
PLANTED = RULES / "planted"
OURS = ("app", "starline", "templates", "config.py", "run.py")
MARKED = re.compile(r"ruleid: ([\w-]+)")

pytestmark = pytest.mark.trust


def found(*paths: str) -> set[tuple[str, str, int]]:
    """(rule, file, line) of each finding."""
    command = [str(SEMGREP), "scan", "--config", str(RULES), "--metrics=off", "--disable-version-check", "--json"]
    command += ["--no-git-ignore", "--exclude", "vendor", "--disable-nosem", *paths]
    environment = os.environ | {"PATH": f"{SEMGREP.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert not told["errors"] and told["paths"]["scanned"], told
    return {(one["check_id"].rpartition(".")[2], one["path"], one["start"]["line"]) for one in told["results"]}


def test_every_rule_finds_what_was_planted_for_it_and_no_more(tmp_path: Path) -> None:
    place = shutil.copytree(ROOT / PLANTED, tmp_path / "planted")  # it scans no folder called tests
    marked = {
        (rule, str(place / file.name), number)
        for file in (ROOT / PLANTED).iterdir()
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for rule in MARKED.findall(line)
    }
    assert found(str(place)) == marked
    written = {name for file in (ROOT / RULES).glob("*.yml") for name in re.findall(r"- id: (\S+)", file.read_text())}
    assert {rule for rule, _file, _line in marked} == written, "each rule has its proof"


def test_nothing_of_ours_is_found() -> None:
    assert found(*OURS) == set()
