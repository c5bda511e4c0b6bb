"""How often somebody may ask within a minute: a person or key, an agency as a whole, and the address of a stranger.

Whoever gets in isn't counted by address, since an office shares one; strangers aren't counted by agency, or they
could shut its people out. Counts are shared by all nodes through Redis where it is set up; in the embedded set-up,
and while Redis can't be reached, each process counts for itself, so that at most as many times more get through as
there are processes. Nobody is refused because a counter is away. The limit on failed sign-ins is a different one,
kept in PostgreSQL: `starline.identity.attempts`.

A minute slides: the past whole minute counts for the share of it that still lies within the last sixty seconds.
"""

import logging
import math
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic
from typing import Any

from flask import Response, g
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage

from config import settings
from starline.core import clock
from starline.core.errors import TooManyRequests
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer

log = logging.getLogger(__name__)
WINDOW = 60
"""Seconds."""
KEPT = 2 * WINDOW
PATIENCE = 0.2
"""Seconds that a request waits for Redis before its process counts for itself."""
PAUSE = 5.0
"""Seconds after which Redis is asked again once it was away."""
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Count:
    """What one limit allows, what is `used` of it with this request, and the seconds to its next minute."""

    limit: int
    used: int
    reset: int
    retry_after: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit


class OwnCounts:
    """The counts of this process. The library's own store for it starts a thread for nearly every count.

    A key is kept for between one and two times `KEPT` seconds after it was last counted.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._turned_at = monotonic()

    def get(self, key: str) -> int:
        found = self._counts.get(key)
        return self._before.get(key, 0) if found is None else found

    def incr(self, key: str, kept: int) -> int:
        with self._lock:
            if monotonic() - self._turned_at > kept:
                self._before, self._counts, self._turned_at = self._counts, {}, monotonic()
            count = self._counts[key] = self.get(key) + 1
            return count


class Counters:
    """Counts by key and minute, in the shared store or, while that is away, in this process."""

    def __init__(self, shared: Storage | None) -> None:
        self._shared = shared
        self._own = OwnCounts()
        self._ask_again = 0.0
        self._past: dict[str, int] = {}
        self._shut: dict[str, float] = {}

    @property
    def is_shared(self) -> bool:
        """Whether the other nodes see the same counts right now."""
        return self._shared is not None and monotonic() >= self._ask_again

    def hit(self, key: str, limit: int) -> Count:
        """Count one request of `key`. One that was refused isn't asked of the store again before its time."""
        moment = clock.now().timestamp()
        minute, gone = divmod(moment, WINDOW)
        reset = math.ceil(WINDOW - gone)
        until = self._shut.get(key, 0.0)
        if moment < until:
            return Count(limit, limit + 1, reset, math.ceil(until - moment))
        past = self._past_minute(f"{key}:{minute - 1:.0f}")
        present = self._increment(f"{key}:{minute:.0f}")
        used = present + math.floor(past * (1 - gone / WINDOW))
        if used <= limit:
            return Count(limit, used, reset)
        wait = _wait(limit, past, present, gone)
        _keep(self._shut, key, moment + wait)
        return Count(limit, used, reset, math.ceil(wait))

    def _past_minute(self, key: str) -> int:
        """A minute that is over changes no more: it is asked for once."""
        if key not in self._past:
            _keep(self._past, key, self._ask("get", key))
        return self._past[key]

    def _increment(self, key: str) -> int:
        return self._ask("incr", key, KEPT)

    def _ask(self, verb: str, *arguments: object) -> int:
        if self._shared is not None and self.is_shared:
            try:
                return int(getattr(self._shared, verb)(*arguments))
            except StorageError:
                self._ask_again = monotonic() + PAUSE
                log.warning("rate limits can't reach Redis; this process counts for itself")
        return int(getattr(self._own, verb)(*arguments))


def check(viewer: Viewer | None, address: str | None) -> None:
    """Count this request for `viewer` (a person or an API key) and their agency, or else for a stranger's `address`.

    Raises `TooManyRequests`.
    """
    given = settings()
    if viewer is None:
        asked = [(f"address:{_network(address)}", given.rate_limit_address)]
    else:
        agency = f"org:{viewer.organization_id}"
        caller = viewer.via or f"user:{viewer.user_id}"
        asked = [(f"{agency}:{caller}", given.rate_limit_user), (agency, given.rate_limit_organization)]
    for key, limit in asked:
        if limit:
            _count(key, limit)


def add_headers(response: Response) -> None:
    """Say how much is left of the limit that is nearest, in the headers of the IETF's draft."""
    count: Count | None = g.get("rate_count")
    if count is not None:
        response.headers.add("RateLimit-Limit", str(count.limit))
        response.headers.add("RateLimit-Remaining", str(count.remaining))
        response.headers.add("RateLimit-Reset", str(count.reset))
        response.headers.add("RateLimit-Policy", f"{count.limit};w={WINDOW}")


@cache
def counters() -> Counters:
    """This process's counters."""
    url = settings().redis_url
    return Counters(shared_store(url) if url else None)


def shared_store(url: str) -> RedisStorage:
    """The counts of all nodes; `url` is that of the broker's Redis."""
    waits: dict[str, Any] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    return RedisStorage(url, wrap_exceptions=True, key_prefix="starline:rate", **waits)


def _count(key: str, limit: int) -> None:
    count = counters().hit(key, limit)
    nearest: Count | None = g.get("rate_count")
    if nearest is None or count.remaining / count.limit < nearest.remaining / nearest.limit:
        g.rate_count = count
    if count.is_exceeded:
        raise TooManyRequests(
            _("Too many requests. Please wait %(seconds)s seconds and try again.", seconds=count.retry_after),
            retry_after=count.retry_after,
        )


def _network(address: str | None) -> str:
    """An IPv6 line has 2^64 addresses and counts as one."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(found) if not isinstance(found, IPv6Address) else f"{int(found) >> 64:x}"


def _wait(limit: int, past: int, present: int, gone: float) -> float:
    """Seconds until one more request would be within `limit`, if none comes before."""
    if present < limit:  # the past minute fades until both fit
        return max(1.0, WINDOW * (1 - (limit - present) / past) - gone)
    return max(1.0, WINDOW - gone + WINDOW * (1 - limit / (present + 1)))


def _keep(kept: dict[str, Any], key: str, value: float) -> None:
    """Remember a little and never without an end."""
    if len(kept) >= MOST_REMEMBERED:
        kept.clear()
    kept[key] = value
