"""Row identifiers: UUID version 7 (RFC 9562), so that keys sort by the time they were made."""

import os
import threading
import time
import uuid

NEVER = (0, 0)
MOST_IN_A_MILLISECOND = 0xFFF
"""The counter has the twelve bits after the version (RFC 9562, section 6.2, method 1)."""

_last = NEVER
"""Milliseconds and counter of the newest one of this process."""

_lock = threading.Lock()


def uuid7() -> uuid.UUID:
    """A new UUIDv7, later than all that this process made: 48 bits of Unix milliseconds, a counter, 62 random bits."""
    milliseconds, counter = _next(time.time_ns() // 1_000_000)
    randomness = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0x2 << 62) | randomness)


def parse_uuid(text: str) -> uuid.UUID | None:
    """The UUID that `text` spells, or None; used where a malformed identifier means "not found"."""
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None


def _next(now: int) -> tuple[int, int]:
    """This millisecond's next count; a full one, or a clock set back, goes on from the newest."""
    global _last
    with _lock:
        milliseconds, counter = _last
        if now > milliseconds:
            # Half the range is left, so that a burst seldom runs ahead of the clock.
            _last = now, int.from_bytes(os.urandom(2), "big") >> 5
        elif counter < MOST_IN_A_MILLISECOND:
            _last = milliseconds, counter + 1
        else:
            _last = milliseconds + 1, 0
        return _last


def _forget_lock() -> None:
    """A child must not wait for a thread that it doesn't have. Random bits keep its keys from meeting its parent's."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock)
