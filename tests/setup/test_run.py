"""`run.py` before anything is installed: sentences that say what to do, and no work done twice."""

import ast
import sys
from pathlib import Path

import pytest

import run
from config import ROOT


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A tree with requirements and without an environment."""
    (tmp_path / "requirements.txt").write_text("one==1\n")
    monkeypatch.setattr(run, "ROOT", str(tmp_path))
    monkeypatch.setattr(run, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(run, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_needs_the_standard_library_alone_and_can_be_read_by_an_old_python():
    tree = ast.parse(Path(run.__file__).read_text(), feature_version=(3, 7))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_a_missing_venv_module_is_told_with_the_package_to_install(elsewhere, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match=r"apt-get install python3\.\d+-venv"):
        run.make_environment(run.VENV)


def test_an_old_python_is_told_which_one_is_needed(monkeypatch):
    monkeypatch.setattr(run, "OLDEST", (9, 0))
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        run.use_new_enough_python(["run"])


def test_requirements_are_installed_again_only_when_they_changed(elsewhere, monkeypatch):
    installed = []
    monkeypatch.setattr(run, "works", lambda python: True)
    monkeypatch.setattr(run.subprocess, "call", lambda arguments, **_: installed.append(arguments[-1]) or 0)
    (elsewhere / ".venv").mkdir()
    run.install("requirements.txt")
    run.install("requirements.txt")
    assert installed == ["requirements.txt"]
    (elsewhere / "requirements.txt").write_text("one==2\n")
    run.install("requirements.txt")
    assert len(installed) == 2


def test_a_failed_installation_is_not_remembered(elsewhere, monkeypatch):
    monkeypatch.setattr(run, "works", lambda python: True)
    monkeypatch.setattr(run.subprocess, "call", lambda *_, **__: 1)
    (elsewhere / ".venv").mkdir()
    with pytest.raises(SystemExit, match="package index"):
        run.install("requirements.txt")
    assert not list((elsewhere / ".venv").iterdir())


def test_every_failed_check_is_named_at_the_end(monkeypatch, capsys):
    monkeypatch.setattr(run.subprocess, "call", lambda arguments: int("mypy" in arguments))
    assert run.check() == 1
    assert capsys.readouterr().out.endswith("Failed: mypy\n")


def test_help_lists_every_make_target(capsys):
    assert run.main(["help"]) == 0
    targets = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:"))
    shown = capsys.readouterr().out
    assert all(f"make {name}" in shown for name in targets.split()[1:] if name != "help")


def test_an_unknown_command_is_refused_with_the_list(capsys):
    assert run.main(["fly"]) == 2
    assert "make run" in capsys.readouterr().out
