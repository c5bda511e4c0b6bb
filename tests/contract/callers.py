"""People who ask: a script with a token, a browser with a cookie, or nobody."""

import re
from typing import Any
from uuid import uuid4

import flask
from flask_wtf.csrf import generate_csrf

from tests.isolation.cast import Person

PLAINLY = {"Accept": "application/json"}
"""Asks to be refused in words alone: the page of refusal is the same each time, and drawing it takes longer."""

KEYED = re.compile(
    "/api/v1/(visits|visit_series|clock_events|call_outs|schedule|staff/[^/]+/call_out|unplanned_calls/[^/]+/plan)(/|$)"
)
"""Addresses where programs send a key of their own with each POST."""


def key_for(method: str, path: str) -> dict[str, str]:
    """The header that a well-behaved program sends with the request."""
    return {"Idempotency-Key": str(uuid4())} if method == "POST" and KEYED.match(path) else {}


class Caller:
    """Somebody at the address of one agency. Paths are as the server sees them."""

    def __init__(self, application: Any, host: str, headers: dict[str, str] | None = None) -> None:
        self.client, self.base, self.headers = application.test_client(), f"http://{host}", headers or {}

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> Any:
        """The answer to one request; `json`, `data` and `query_string` as Flask's test client takes them."""
        given = {**key_for(method, path), **self.headers, **(headers or {})}
        return self.client.open(path, method=method, base_url=self.base, headers=given, buffered=True, **options)

    def forget_messages(self) -> None:
        """Throw away what the next page would say about this one."""
        with self.client.session_transaction(base_url=self.base) as session:
            session.pop("_flashes", None)

    def was_warned(self) -> bool:
        """Whether the next page would say that something went wrong. It won't any more."""
        with self.client.session_transaction(base_url=self.base) as session:
            said = session.pop("_flashes", [])
        return any(tone == "danger" for tone, _sentence in said)

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.call("POST", path, **options)


def by_token(application: Any, person: Person, host: str | None = None) -> Caller:
    """A script of the person's, at their own agency's address or at `host`."""
    return Caller(application, host or person.host, {"Authorization": f"Bearer {person.token}"})


def by_cookie(application: Any, person: Person, host: str | None = None) -> Caller:
    """The person's browser, which sends the page's token with every write as the screens do."""
    with application.test_request_context(base_url=f"http://{person.host}"):
        sent, kept = generate_csrf(), flask.session["csrf_token"]
    caller = Caller(application, host or person.host, {"X-CSRFToken": sent})
    with caller.client.session_transaction(base_url=caller.base) as session:
        session["session_id"], session["csrf_token"] = person.session_id, kept
    return caller


def nobody(application: Any, host: str) -> Caller:
    return Caller(application, host)
