"""What the source of the serving code may not do, each rule tried on a planted breach: programs, chance, patterns, data."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import ROOT

LOCAL = ("app/platform/local/", "app/platform/demo/", "app/cli.py")
"""The set-up of one machine, which starts its servers, invented people, and the command line: no request comes there."""

RUNS_CODE = frozenset({"pickle", "marshal", "shelve", "dill", "yaml", "code", "xml.etree.ElementTree", "lxml"})
STARTS_PROGRAMS = frozenset({"subprocess", "pty", "popen2"})
SHORTEST_SECRET = 16
"""Bytes: 128 bits of chance."""

OF_PATTERNS = frozenset({"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"})


def modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def calls_of(tree: ast.AST, module: str) -> Iterator[ast.Call]:
    """The calls of the module's own functions."""
    for node in ast.walk(tree):
        of = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        if isinstance(node, ast.Call) and isinstance(of, ast.Name) and of.id == module:
            yield node


def called(node: ast.Call) -> str:
    assert isinstance(node.func, ast.Attribute)
    return node.func.attr


def starts_programs(tree: ast.AST) -> bool:
    started = {called(one) for one in calls_of(tree, "os")}
    return bool(STARTS_PROGRAMS & set(modules(tree))) or any(
        name.startswith(("system", "popen", "exec", "spawn")) for name in started
    )


def reads_what_runs(tree: ast.AST) -> bool:
    ran = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return bool(RUNS_CODE & set(modules(tree)) or {"eval", "exec", "compile", "__import__"} & ran)


def makes_a_short_secret(tree: ast.AST) -> bool:
    made = [one for one in calls_of(tree, "secrets") if called(one).startswith("token_")]
    sizes = [one.args[0].value if one.args and isinstance(one.args[0], ast.Constant) else 0 for one in made]
    return any(not isinstance(size, int) or size < SHORTEST_SECRET for size in sizes)


def guesses(tree: ast.AST) -> bool:
    return "random" in modules(tree)


def makes_a_pattern_of_a_value(tree: ast.AST) -> bool:
    return any(not _is_ours(one.args[0]) for one in calls_of(tree, "re") if called(one) in OF_PATTERNS)


def _is_ours(pattern: ast.expr) -> bool:
    """Whether it is a constant, or put together of constants of its module."""
    if isinstance(pattern, ast.JoinedStr):
        return all(_is_ours(part.value) for part in pattern.values if isinstance(part, ast.FormattedValue))
    return isinstance(pattern, ast.Constant) or (isinstance(pattern, ast.Name) and pattern.id.isupper())


BREACHES: dict[Callable[[ast.AST], bool], str] = {
    starts_programs: "import subprocess",
    reads_what_runs: "from pickle import loads",
    makes_a_short_secret: "word = secrets.token_urlsafe(8)",
    guesses: "import random",
    makes_a_pattern_of_a_value: "re.search(f'{typed}.*', text)",
}
BUT = {guesses: frozenset({"app/core/requests.py"})}
"""The number of a request in the log is no secret."""


def sources() -> Iterator[Path]:
    for folder in ("starline", "app"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if not _name(path).startswith(LOCAL))


@pytest.mark.parametrize("breaks", BREACHES, ids=lambda rule: rule.__name__)
def test_nothing_that_serves_does_it(breaks: Callable[[ast.AST], bool]) -> None:
    assert breaks(ast.parse(BREACHES[breaks])), "the rule finds what was planted for it"
    found = {_name(path) for path in sources() if breaks(ast.parse(path.read_text()))}
    assert found == BUT.get(breaks, frozenset())


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
