"""Words that stand for health information and secrets, and the watch that none of them gets where it must not.

Tests write them through the product. Everything the run logs goes, in the form that production logs in, to a file for
each worker, and what its child processes say to files beside it. What waits in queues, and what the product has written
to files, is looked at whenever a test's database is thrown away, and at the end the whole of each worker's database.
The run fails if a word is found.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest

SSN, MEMBER, DOOR = "219-09-9999", "QX7MEMBER55123", "QX7DOOR4411"
MEDICAID, MEDICARE = "QX7MEDICAID8830", "9QX7-QX7-QX99"
OF_VISIT, BODY = "QX7WOUND2207", "QX7BODY6102"
SECRETS = (SSN, MEMBER, DOOR, MEDICAID, MEDICARE, SSN.replace("-", ""), MEDICARE.replace("-", ""), OF_VISIT, BODY)
"""A social security number (never given to anybody), insurance ids, a door code, two numbers as they are kept, a word
of the note of a visit and one of what people write about care: encrypted in the database, nowhere else at all."""

WORDS = (*SECRETS, "QX7NOTE", "Qz7canary")
"""Those, a word of a note about a client, and the word that every text of the isolation tests' second agency holds."""

QUEUES = ("outbox_messages", "job_runs", "sign_in_attempts", "webhook_deliveries", "notifications")
"""Tables whose rows leave the database or are read by operators. They hold ids, never what an id stands for."""

OF_PYTHON = re.compile(r"tmp[a-z0-9_]{8}")
"""What Python calls a temporary file or folder that nobody else names."""

_children: list[Path] = []


class Watch:
    """Collects what one process of the run writes, and what it found, in `folder`."""

    def __init__(self, folder: Path, worker: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.found = folder, folder / f"{worker}.found"
        self.handler = logging.FileHandler(folder / f"{worker}.jsonl")
        self._begun_at = self._looked_at = time.time() - 1  # the clock of files is a little slow

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
        self._note(in_queues(cursor, words))

    def look_into_database(self, cursor: Any, words: Iterable[str] = SECRETS) -> None:
        """Note every word that a row of any table holds."""
        self._note(f"a row in the clear: {finding}" for finding in in_database(cursor, words))

    def look_into_files(self, folder: Path, words: Iterable[str] = SECRETS) -> None:
        """Note every word in what was written since the last look: in `folder`, and into temporary files left behind."""
        since, self._looked_at = self._looked_at, time.time()
        for path in (file for one in (folder, *_left_behind(self._begun_at)) for file in _files(one, since)):
            content = _content(path)
            self._note(f"the file {path.name} holds {word}" for word in words if word.encode() in content)

    def _note(self, findings: Iterable[str]) -> None:
        for finding in findings:
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


def watch_children(folder: Path) -> None:
    """Where the logs of this process's children go from now on."""
    _children[:] = [folder]


@contextmanager
def log_of_child(name: str) -> Iterator[IO[bytes]]:
    """A file for what a child process says; the end of the run looks through it, and so does who reads of a failure."""
    path = _children[0] / f"{name}-{uuid4().hex}.log"
    with path.open("wb") as file:
        try:
            yield file
        finally:
            sys.stderr.write(path.read_text(errors="replace"))


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
    patterns = {word: [f"%{word}%"] for word in words}
    return [
        f"{number} rows of {table} hold a secret: {word}"
        for table in QUEUES
        for word, number in _holding(cursor, table, patterns)
    ]


def in_database(cursor: Any, words: Iterable[str]) -> list[str]:
    """Every `table word` where a row of any table holds the word, as text or as the bytes of a binary column."""
    patterns = {word: [f"%{word}%", f"%{word.encode().hex()}%"] for word in words}
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'app') ORDER BY 1")
    tables = [table for (table,) in cursor.fetchall()]
    return [f"{table} {word}" for table in tables for word, _number in _holding(cursor, _named(table), patterns)]


def _holding(cursor: Any, table: str, patterns: dict[str, list[str]]) -> list[tuple[str, int]]:
    """The words that rows of the table hold, with how many do; asked for one by one where there are any at all."""
    query = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE ANY (%s)"
    cursor.execute(query, ([one for some in patterns.values() for one in some],))
    found = []
    for word, some in patterns.items() if cursor.fetchone()[0] else ():
        cursor.execute(query, (some,))
        number = cursor.fetchone()[0]
        if number:
            found.append((word, number))
    return found


def _left_behind(since: float) -> list[Path]:
    """The temporary files and folders of this user that came into being since; there are other people's beside them."""
    found = []
    for one in Path(tempfile.gettempdir()).iterdir():
        with suppress(OSError):
            about = one.lstat()
            is_ours = about.st_uid == os.getuid() and about.st_ctime >= since
            found += [one] if is_ours and OF_PYTHON.fullmatch(one.name) else []
    return found


def _files(place: Path, since: float) -> Iterator[Path]:
    """The files there that were written since; one that goes meanwhile is passed over."""
    for path in (place, *place.rglob("*")):
        try:
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                yield path
        except OSError:
            continue


def _content(path: Path) -> bytes:
    """What a file holds, an archive with what is packed in it; nothing where it has gone or isn't ours to read."""
    try:
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                content += b"\n".join(archive.read(name) for name in archive.namelist())
    except (OSError, zipfile.BadZipFile, RuntimeError):
        return b""
    return content


def _named(table: str) -> str:
    return f'app."{table}"' if table == "context_keys" else f'public."{table}"'
