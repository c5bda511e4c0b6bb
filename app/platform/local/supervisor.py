"""One parent for several processes: starts them, starts again what dies, stops them all."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 10.0
"""What can't start dies sooner; what lived longer was killed by something else, and is started again at once."""

STOP_SECONDS = 25.0
POLL_SECONDS = 0.2
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(slots=True)
class Child:
    """One supervised process; what it prints goes to `log`."""

    name: str
    arguments: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float = 0.0

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts it in a session of its own, so that Ctrl-C reaches the parent alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started_at = time.monotonic()

    def signal(self, number: int) -> None:
        """Sends a signal to the whole session, or nothing where it has ended."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def last_lines(self, count: int) -> str:
        """The end of what it printed."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        except OSError:
            return ""


@dataclass(slots=True)
class Supervisor:
    """Runs children until told to stop. `say` gets a sentence for people whenever something happens.

    `keep_ground` is called before each look at them, to start again what they all stand on.
    """

    children: list[Child]
    say: Callable[[str], None] = print
    keep_ground: Callable[[], None] = lambda: None
    is_stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        """Starts every child and takes over SIGINT, SIGTERM and SIGHUP."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_asked)
        for child in self.children:
            child.start()

    def run(self) -> None:
        """Watches the children until a signal asks to stop, then stops them."""
        while not self.is_stopping:
            self.watch()
            time.sleep(POLL_SECONDS)
        self.stop()

    def watch(self) -> None:
        """Looks at each child once: notes a death, starts again what is due."""
        self.keep_ground()
        now = time.monotonic()
        for child in self.children:
            if child.is_alive:
                continue
            if child.process is not None:
                self._bury(child, now)
            elif now >= child.due_at:
                child.start()

    def stop(self) -> None:
        """Asks every child to finish what it does, and ends those that take too long."""
        for child in self.children:
            if child.is_alive and child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.is_alive for child in self.children) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS / 2)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()

    def _bury(self, child: Child, now: float) -> None:
        was_healthy = now - child.started_at > HEALTHY_SECONDS
        child.failures = 1 if was_healthy else child.failures + 1
        pause = min(2.0 ** (child.failures - 1), LONGEST_PAUSE_SECONDS)
        status = child.process.returncode if child.process is not None else 0
        child.signal(signal.SIGKILL)
        child.process = None
        child.due_at = now + pause
        self.say(f"{child.name} ended with status {status}; starting it again in {pause:.0f} s. See {child.log}.")

    def _stop_asked(self, number: int, frame: object) -> None:
        self.is_stopping = True


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)
