"""What is measured: a page of 20, one row, a create with its audit row, the list screen.

Each scenario yields the calls for the load generator. Every distinct call is made once beforehand and its answer
is looked into, so that a fast but wrong answer can't win; the load then checks each answer's status and length.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import layout
from contenders import Contender, client_body
from load import NUMBER_SLOT
from seed import Organization, organizations

PAGE = 20
SCREEN_ROWS = 25
SLACK = 0.02
Call = dict[str, Any]


class WrongAnswer(Exception):
    """A contender answered something else than was asked for."""


def list_calls(contender: Contender, sample: list[tuple[Organization, str]]) -> list[Call]:
    """The first page of each reading organisation, by a user of its own."""
    readers = organizations()[: layout.READERS]
    return [_read(contender, "list", owner, contender.paths["list"], _is_page) for owner in readers]


def one_calls(contender: Contender, sample: list[tuple[Organization, str]]) -> list[Call]:
    """Single clients over all reading organisations."""
    path = contender.paths["one"]
    return [_read(contender, "one", owner, path.format(id=client), _is_client(client)) for owner, client in sample]


def create_calls(contender: Contender, sample: list[tuple[Organization, str]]) -> list[Call]:
    """Creates in the last organisations."""
    writers = organizations()[layout.READERS :]
    return [_write(contender, "create", owner, json.dumps(contender.created(owner))) for owner in writers]


def intake_calls(contender: Contender, sample: list[tuple[Organization, str]]) -> list[Call]:
    """Creates for which every contender also takes the next number and begins the status history."""
    writers = organizations()[layout.READERS :]
    bodies = [{**client_body(owner), **contender.status} for owner in writers]
    return [_write(contender, "intake", owner, json.dumps(body)) for owner, body in zip(writers, bodies, strict=True)]


def screen_calls(contender: Contender, sample: list[tuple[Organization, str]]) -> list[Call]:
    """The list screen as a signed-in browser asks for it."""
    readers = organizations()[:8]
    return [_read(contender, "screen", owner, contender.paths["screen"], _is_screen, browser=True) for owner in readers]


SCENARIOS: dict[str, Callable[[Contender, list[tuple[Organization, str]]], list[Call]]] = {
    "list": list_calls,
    "one": one_calls,
    "create": create_calls,
    "intake": intake_calls,
    "screen": screen_calls,
}
TITLES = {
    "list": "GET a page of 20 of 2,000 clients",
    "one": "GET one client",
    "create": "POST a client, with its audit row (Starline also numbers it and begins its status history)",
    "intake": "POST a client, with number, status history and audit rows by all",
    "screen": "List screen (HTML, 25 rows)",
}


def _read(
    contender: Contender,
    scenario: str,
    owner: Organization,
    path: str,
    check: Callable[[bytes], str],
    *,
    browser: bool = False,
) -> Call:
    headers = contender.headers(owner, browser=browser)
    host = contender.host(owner)
    status, _, content = contender.ask("GET", path, headers, host=host)
    complaint = check(content) if status == 200 else "it isn't 200"
    if complaint:
        raise WrongAnswer(f"{contender.name} {scenario} {path}: {status}, {complaint}: {content[:400]!r}")
    return _call("GET", path, headers, host, 200, len(content))


def _write(contender: Contender, scenario: str, owner: Organization, body: str) -> Call:
    path, headers, host = contender.paths[scenario], contender.headers(owner), contender.host(owner)
    # Below the load's own numbers, above the seeded ones.
    once = body.replace(NUMBER_SLOT.decode(), str(200_000_000 + hash(contender.name) % 99_999_000 + owner.number))
    status, _, content = contender.ask("POST", path, headers, once, host)
    if status != 201 or b"Marker" not in content:
        raise WrongAnswer(f"{contender.name} {scenario}: {status}: {content[:400]!r}")
    return {**_call("POST", path, headers, host, 201, len(content)), "body": body}


def _call(method: str, path: str, headers: dict[str, str], host: str, status: int, length: int) -> Call:
    # A few bytes of play: counters and time stamps print with more or fewer digits.
    play = max(24, int(length * SLACK))
    found: Call = {"method": method, "path": path, "headers": headers, "host": host, "status": status}
    return {**found, "shortest": length - play, "longest": length + play}


def _is_page(content: bytes) -> str:
    answer = json.loads(content)
    expected = layout.CLIENTS // layout.ORGANIZATIONS
    if answer["count"] != expected or len(answer["result"]) != PAGE:
        return f"count {answer['count']} and {len(answer['result'])} rows instead of {expected} and {PAGE}"
    missing = set(layout.LIST_COLUMNS) - set(answer["result"][0])
    return f"columns missing: {sorted(missing)}" if missing else ""


def _is_client(client: str) -> Callable[[bytes], str]:
    def check(content: bytes) -> str:
        answer = json.loads(content)
        row = answer.get("result", answer)
        missing = set(layout.SHOW_COLUMNS) - set(row) - {"id"}
        if (row.get("id") or answer.get("id")) != client:
            return "it is another client"
        return f"columns missing: {sorted(missing)}" if missing else ""

    return check


def _is_screen(content: bytes) -> str:
    rows = content.count(b"(555) 555-01")
    return "" if rows >= SCREEN_ROWS else f"{rows} rows instead of {SCREEN_ROWS}"
