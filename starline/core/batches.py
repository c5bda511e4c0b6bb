"""What a verb owes each of its subjects, done for many of them at once where many verbs run in a row.

A verb says `owe(keep_up, client)`. As a rule that is done at once. Who runs a verb a thousand times collects what is
owed and settles it together; what is rolled back is not settled and is owed no more. In the same way a verb that adds
a row and reads nothing of it back says `write()`, and whoever collects may let many rows be written together.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from starline.core.db import session

Work = Callable[[list[Any]], None]


class Debts:
    """What is owed, by kind of work. `writes_together`: rows wait in the session until somebody asks for them."""

    def __init__(self, *, writes_together: bool = False) -> None:
        self.writes_together = writes_together
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


def write() -> None:
    """Write what waits in the session: now, or with the next query where whoever collects writes rows together."""
    debts = _collecting.get()
    if debts is None or not debts.writes_together:
        session.flush()
