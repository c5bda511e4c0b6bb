"""What a verb owes each of its subjects, done for many of them at once where many verbs run in a row.

A verb says `owe(keep_up, client)`. As a rule that is done at once. Who runs a verb a thousand times collects what is
owed and settles it together; what is rolled back is not settled and is owed no more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Work = Callable[[list[Any]], None]


class Debts:
    """What is owed, by kind of work."""

    def __init__(self) -> None:
        self._subjects: dict[Work, list[Any]] = {}

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Put aside what verbs inside the block owe."""
        token = _collecting.set(self)
        try:
            yield
        finally:
            _collecting.reset(token)

    def add(self, work: Work, subject: Any) -> None:
        self._subjects.setdefault(work, []).append(subject)

    def settle(self) -> None:
        """Do it all, each kind of work once."""
        subjects, self._subjects = self._subjects, {}
        for work, some in subjects.items():
            work(some)


_collecting: ContextVar[Debts | None] = ContextVar("collecting_debts", default=None)


def owe(work: Work, subject: Any) -> None:
    """Do `work` for the subject: now, or when whoever collects settles. It may not refuse."""
    debts = _collecting.get()
    if debts is None:
        work([subject])
    else:
        debts.add(work, subject)
