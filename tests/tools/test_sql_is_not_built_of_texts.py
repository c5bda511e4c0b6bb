"""SQL is written, not glued: whatever varies travels as a parameter. Exceptions are named with their reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT

ASKS = frozenset(
    {"execute", "executemany", "text", "sql", "scalar", "scalars", "exec_driver_sql", "Statement", "copy_expert"}
)
GLUED_WITH_REASON = {
    "app/core/query.py": "the read path: names come from the mapped tables, values are parameters",
    "app/platform/local/databases.py": "grants of the embedded server: roles and functions are named in the file",
    "starline/identity/key_viewer.py": "columns of the file's own table of them, joined by commas",
    "starline/imports/outcomes.py": "columns of the file's own table of them, joined by commas",
    "starline/lifecycle/anonymizing.py": "tables come from the mapped metadata",
    "starline/lifecycle/connections.py": "the snapshot's name is PostgreSQL's own answer",
    "starline/lifecycle/removal.py": "tables come from the mapped metadata",
    "starline/lifecycle/renumbering.py": "tables come from the mapped metadata",
    "starline/lifecycle/restoring.py": "tables and columns come from the mapped metadata, values are parameters",
}
"""Files that build SQL from parts, and why none of the parts is anybody's input."""


def glued(tree: ast.AST) -> Iterator[int]:
    """The lines where a text made of parts is asked of the database; constants in capitals are no parts."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args and _name(call.func) in ASKS and _is_glued(call.args[0]):
            yield call.lineno


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_glued(given: ast.expr) -> bool:
    if isinstance(given, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) and not _is_constant(part.value) for part in given.values)
    if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Add | ast.Mod):
        return not (_is_constant(given.left) and _is_constant(given.right))
    return isinstance(given, ast.Call) and _name(given.func) in ("format", "join") and not _is_composed(given)


def _is_constant(part: ast.expr) -> bool:
    if isinstance(part, ast.Constant):
        return True
    return isinstance(part, ast.Name | ast.Attribute) and _name(part).lstrip("_").isupper()


def _is_composed(call: ast.Call) -> bool:
    """psycopg2's `SQL(…).format(Identifier(…))` quotes its parts."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(receiver, ast.Call) and _name(receiver.func) == "SQL"


@pytest.mark.parametrize(
    ("line", "is_glued"),
    [
        ("session.execute(f'SELECT 1 FROM t WHERE id = {key}')", True),
        ("session.execute('SELECT 1 WHERE id = ' + key)", True),
        ("session.execute('SELECT 1 WHERE id = %s' % key)", True),
        ("sql('SELECT {}'.format(key))", True),
        ("cursor.execute('SELECT %s', (key,))", False),
        ("sql(f'SELECT {_COLUMNS} FROM t')", False),
        ("cursor.execute(sql.SQL('DROP TABLE {}').format(sql.Identifier(name)))", False),
        ("print(f'{key}')", False),
    ],
)
def test_the_rule_sees_what_it_is_for(line: str, is_glued: bool) -> None:
    assert bool(list(glued(ast.parse(line)))) is is_glued


def test_nothing_is_glued_without_a_reason() -> None:
    found = {}
    for path in (one for folder in ("starline", "app") for one in Path(ROOT / folder).rglob("*.py")):
        lines = list(glued(ast.parse(path.read_text())))
        if lines:
            found[path.relative_to(ROOT).as_posix()] = lines
    assert found.keys() == GLUED_WITH_REASON.keys(), {
        name: found.get(name) for name in found.keys() ^ GLUED_WITH_REASON.keys()
    }
