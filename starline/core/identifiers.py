"""Row identifiers: UUID version 7 (RFC 9562), so that keys sort by the time they were made."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    randomness = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | randomness
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def parse_uuid(text: str) -> uuid.UUID | None:
    """The UUID that `text` spells, or None; used where a malformed identifier means "not found"."""
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
