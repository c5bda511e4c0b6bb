"""Words that stand for health information and secrets, and the watch that none of them gets where it must not.

Tests write them through the product. Everything the run logs goes, in the form that production logs in, to a file for
each worker; what waits in queues is looked at whenever a test's database is thrown away. The run fails if a word is
found.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

SECRETS = ("219-09-9999", "QX7MEMBER55123", "QX7DOOR4411", "219099999")
"""A social security number (never given to anybody), an insurance id, a door code, the number again: encrypted in the database, nowhere else at all."""

WORDS = (*SECRETS, "QX7NOTE", "Qz7canary")
"""Those, a word of a note about a client, and the word that every text of the isolation tests' second agency holds."""

QUEUES = ("outbox_messages", "job_runs", "sign_in_attempts")
"""Tables whose rows leave the database or are read by operators. They hold ids, never what an id stands for."""


class Watch:
    """Collects what one process of the run writes, and what it found, in `folder`."""

    def __init__(self, folder: Path, worker: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.found = folder, folder / f"{worker}.found"
        self.handler = logging.FileHandler(folder / f"{worker}.jsonl")

    def begin(self) -> None:
        from starline.core.logs import JsonFormatter

        self.handler.setFormatter(JsonFormatter("test"))
        self.handler.setLevel(logging.INFO)
        root = logging.getLogger()
        root.addHandler(self.handler)
        root.setLevel(logging.INFO)

    def end(self) -> None:
        logging.getLogger().removeHandler(self.handler)
        self.handler.close()

    def look_into_queues(self, cursor: Any, words: Iterable[str] = SECRETS) -> None:
        """Note every word that a row of a queue holds."""
        for finding in in_queues(cursor, words):
            with self.found.open("a") as file:
                file.write(finding + "\n")


class Verdict:
    """The plugin of the run's first process: fails the run for what any process of it let slip."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.findings = folder, []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.findings = in_files(self.folder, WORDS)
        if self.findings:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.findings:
            terminalreporter.section("words that must not be here", red=True)
            for finding in self.findings[:20]:
                terminalreporter.write_line(finding, red=True)


def in_files(folder: Path, words: Iterable[str]) -> list[str]:
    """One line for each line of a file that holds a word, and every finding that was noted."""
    findings = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if path.suffix == ".found":
                findings.append(line)
            findings += [f"{path.name}:{number} holds {word}: {line[:300]}" for word in words if word in line]
    return findings


def in_queues(cursor: Any, words: Iterable[str]) -> list[str]:
    """One line for each queue and word with the number of rows that hold it. `cursor` sees the rows of everybody."""
    findings = []
    for table in QUEUES:
        for word in words:
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", (f"%{word}%",))
            number = cursor.fetchone()[0]
            if number:
                findings.append(f"{number} rows of {table} hold a secret: {word}")
    return findings


def in_database(cursor: Any, words: Iterable[str]) -> list[str]:
    """Every `table word` where a row of any table holds the word, as text or as the bytes of a binary column."""
    words = list(words)
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'app') ORDER BY 1")
    found = []
    for (table,) in cursor.fetchall():
        for word in words:
            patterns = [f"%{word}%", f"%{word.encode().hex()}%"]
            cursor.execute(f"SELECT count(*) FROM {_named(table)} AS t WHERE t::text LIKE ANY (%s)", (patterns,))
            if cursor.fetchone()[0]:
                found.append(f"{table} {word}")
    return found


def _named(table: str) -> str:
    return f'app."{table}"' if table == "context_keys" else f'public."{table}"'
