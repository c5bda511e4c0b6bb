"""`docs/asvs.csv`: every requirement of OWASP ASVS 5.0, levels 1 and 2, has a test that exists or a written reason."""

import ast
import csv
import re
from collections import Counter

import pytest

from config import ROOT

REQUIREMENTS = {
    "V1": 27,
    "V2": 11,
    "V3": 19,
    "V4": 10,
    "V5": 9,
    "V6": 35,
    "V7": 18,
    "V8": 7,
    "V9": 7,
    "V11": 14,
    "V12": 9,
    "V13": 13,
    "V14": 9,
    "V15": 13,
    "V16": 16,
}
"""How many of levels 1 and 2 each chapter has."""

SHORTEST_REASON = 20
NO_REASON = re.compile(
    r"\b(no|without a)( \w+)? tests?\b|\b(un|not? (yet )?)tested\b|\btest of its own\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def rows():
    with (ROOT / "docs" / "asvs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_requirement_is_there_once(rows):
    assert Counter(row["chapter"] for row in rows) == REQUIREMENTS
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(row["id"].startswith(row["chapter"] + ".") and row["level"] in ("1", "2") for row in rows)


def test_what_is_tested_names_a_test_that_exists(rows):
    missing = [
        (row["id"], row["evidence"]) for row in rows if row["status"] == "tested" and not exists(row["evidence"])
    ]
    assert not missing


def test_what_is_not_tested_has_a_reason(rows):
    assert {row["status"] for row in rows} <= {"tested", "waived", "not_applicable"}
    others = [row for row in rows if row["status"] != "tested"]
    assert not [row["id"] for row in others if row["evidence"] or len(row["note"]) < SHORTEST_REASON]


def test_that_there_is_no_test_is_no_reason(rows):
    """It can be written, or what keeps it from being written is the reason."""
    assert [row["id"] for row in rows if row["status"] == "waived" and NO_REASON.search(row["note"])] == []
    for note in (
        "No directory is listed; no test asks",
        "It has no browser test",
        "Bits have no test",
        "Not yet tested",
    ):
        assert NO_REASON.search(note), note


def test_what_runs_under_make_trust_alone_says_so(rows):
    tested = [row for row in rows if row["status"] == "tested"]
    assert [row["id"] for row in tested if is_trust(row["evidence"]) != row["note"].endswith("(make trust)")] == []


def test_a_test_that_is_gone_is_noticed():
    assert exists("tests/tools/test_asvs.py::test_a_test_that_is_gone_is_noticed")
    assert not exists("tests/tools/test_asvs.py::test_that_never_was")
    assert not exists("tests/tools/test_nowhere.py::test_anything")


def exists(evidence):
    """Whether `path::name` is a test function of the tree."""
    path, _colons, name = evidence.partition("::")
    if not (ROOT / path).is_file():
        return False
    functions = (node for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef))
    return name.startswith("test_") and name in {node.name for node in functions}


def is_trust(evidence):
    """Whether the test, or its whole file, is marked for the long run alone."""
    path, _colons, name = evidence.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    whole = [node.value for node in tree.body if isinstance(node, ast.Assign) and _names(node) == ["pytestmark"]]
    own = [
        mark
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == name
        for mark in node.decorator_list
    ]
    return any("pytest.mark.trust" in ast.unparse(mark).partition("(")[0] for mark in [*whole, *own])


def _names(node):
    return [target.id for target in node.targets if isinstance(target, ast.Name)]
