"""House rules that no other tool checks: `python -m tests.house_rules` prints every breach and exits with 1 if any.

Read from the tracked files, or from all that aren't ignored where there is no repository.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
READABLE = {".py", ".html", ".css", ".js", ".json", ".md", ".toml", ".txt", ".yml", ".yaml", ".sql", ".cfg", ".sh", ""}
IGNORED = {".git", ".venv", "var", "node_modules", "vendor", "__pycache__"}
PLACES = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:root|home/\w+|work|Users/\w+)/[\w.-]+"),
    "an address of a package registry": re.compile(
        r"registry\.npmjs|pypi\.org/|files\.pythonhosted|deb\.debian\.org", re.I
    ),
    "an unfinished mark": re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b"),
}
ADDRESS_IN_PINS = re.compile(r"://|--index|--find-links|\"resolved\"")
"""Pins name versions and hashes; where packages come from is the machine's own setting."""

OUTGOING = {"urllib.request", "urllib3", "http.client", "requests", "httpx", "aiohttp", "pycurl"}
MAY_SEND = {
    "starline/core/outbound.py",
    "starline/core/adapters/resend.py",  # to one address, a constant
    "app/platform/local/processes.py",  # to this program's own address
}

SPOKEN = r"(app/(?!platform/(?:demo|local)/|cli)|starline/(?!core/(?:adapters/|crypto|master_keys|tasks)|lifecycle/|processes))"
"""Where sentences are for people; operators at a command line and in the log read English."""

REFUSALS = {"Conflict", "Invalid", "NotAllowed", "NotFound", "TooLarge", "Unavailable", "invalid", "problems"}

FORBIDDEN_NAMES = {"utils.py", "helpers.py", "manager.py", "misc.py", "common.py"}


def main() -> int:
    """Prints the breaches; returns the exit status."""
    breaches = [breach for path in files() for breach in breaches_of(path)]
    for breach in breaches:
        print(breach)
    print(f"{len(breaches)} breaches of house rules." if breaches else "House rules are kept.")
    return 1 if breaches else 0


def files() -> list[Path]:
    """Every file of the project that people write."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode == 0 and result.stdout:
        found = [ROOT / line for line in result.stdout.splitlines()]
    else:
        found = [path for path in ROOT.rglob("*") if not IGNORED & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file() and path.suffix in READABLE and "/vendor/" not in str(path))


def breaches_of(path: Path) -> Iterator[str]:
    """One line for each breach in a file."""
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(errors="replace")
    if path.name in FORBIDDEN_NAMES:
        yield f"{name}: a file is named for what it is about"
    if path.name.startswith("requirements") or path.name == "package-lock.json":
        yield from (f"{name}: {found.group()} names an address" for found in ADDRESS_IN_PINS.finditer(text))
    is_generated = name.startswith("migrations/versions/")
    if not is_generated and path.suffix in (".py", ".js", ".css", ".html") and text.count("\n") > LONGEST_FILE:
        yield f"{name}: {text.count(chr(10))} lines; split it by capability at {LONGEST_FILE}"
    if path != Path(__file__).resolve():
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in PLACES.items():
                if pattern.search(line):
                    yield f"{name}:{number}: {what}"
    if path.suffix == ".py":
        yield from _breaches_of_python(path, name, ast.parse(text))


def _breaches_of_python(path: Path, name: str, tree: ast.Module) -> Iterator[str]:
    if tree.body and not ast.get_docstring(tree) and not name.startswith("migrations/versions/"):
        yield f"{name}: no docstring says what the file is about"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not name.startswith(("tests/", "migrations/")):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION and not _has_reason(path, node.lineno):
                yield f"{name}:{node.lineno}: {node.name} has {length} lines, over {LONGEST_FUNCTION} without a reason"
    if name.startswith(("starline/", "app/")) and name not in MAY_SEND:
        yield from sends(name, tree)
    if re.fullmatch(r"starline/\w+/(?!models)\w+\.py", name) and not name.startswith("starline/core/"):
        yield from _commits(name, tree)
    if name.startswith("migrations/versions/"):
        yield from _unprotected_tables(name, tree)
    if re.match(SPOKEN, name):
        yield from untranslatable(name, tree)


def _has_reason(path: Path, line: int) -> bool:
    above = path.read_text().splitlines()[max(0, line - 3) : line]
    return any("# long:" in text for text in above)


def sends(name: str, tree: ast.Module) -> Iterator[str]:
    """Requests to other machines go through one door, which looks where they lead."""
    for node in ast.walk(tree):
        modules = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        for module in modules:
            if module in OUTGOING:
                yield f"{name}:{node.lineno}: requests to other machines go through starline.core.outbound"


def _commits(name: str, tree: ast.Module) -> Iterator[str]:
    """Verbs flush; the boundary of the request or the task commits."""
    for node in ast.walk(tree):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_call and node.func.attr in ("commit", "rollback") and _names(node.func.value) & {"session", "db"}:
            yield f"{name}:{node.lineno}: a verb doesn't {node.func.attr}, its caller does"


def _unprotected_tables(name: str, tree: ast.Module) -> Iterator[str]:
    """A table made by a migration is protected in the same migration."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call for call in calls if _names(call.func) >= {"op", "create_table"}]
    is_protected = any("protect" in part for call in calls for part in _names(call.func))
    if made and not is_protected:
        yield f"{name}: makes tables and protects none by row-level security"


def untranslatable(name: str, tree: ast.Module) -> Iterator[str]:
    """A refusal that is put together before it is looked up in the catalogue comes in English, and so does one that a
    function of the file's own makes: what that is given isn't collected."""
    own = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and _names_in(one.returns) & REFUSALS}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not _names(node.func) & (REFUSALS | own):
            continue
        texts = [text for one in [*node.args, *(word.value for word in node.keywords)] for text in _texts_in(one)]
        if any(isinstance(one, ast.JoinedStr) for one in texts):
            yield f"{name}:{node.lineno}: write the sentence whole, with %(name)s for what it quotes, inside _()"
        elif not _names(node.func) & REFUSALS and any(" " in str(one.value) for one in texts):
            yield f"{name}:{node.lineno}: write the sentence inside _(): of {ast.unparse(node.func)} nobody collects it"


def _texts_in(node: ast.AST) -> Iterator[Any]:
    """The texts that an argument is made of, as far as no other call makes something of them."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
    elif not isinstance(node, ast.Call):
        for part in ast.iter_child_nodes(node):
            yield from _texts_in(part)


def _names_in(node: ast.AST | None) -> set[str]:
    return _names(node) if node is not None else set()


def _names(node: ast.AST) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


if __name__ == "__main__":
    sys.exit(main())
