"""A program that listens to webhooks, on this machine, and webhooks that lead there."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from starline.core.adapters.stand_in import NEARBY, answering
from starline.core.outbound import IPAddress, Rules
from starline.webhooks import endpoints
from starline.webhooks.models import WebhookEndpoint
from starline.webhooks.vocabulary import EVENTS

HOST = "hooks.example"


@dataclass
class Heard:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """What it was told, and what it answers: the next of `statuses`, else 200."""

    heard: list[Heard] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/in"

    @contextmanager
    def serving(self) -> Iterator["Receiver"]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.heard.append(Heard(self.path, dict(self.headers.items()), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        server = ThreadingHTTPServer(NEARBY, Handler)
        self.port = server.server_port
        with answering(server):
            yield self


def rules(port: int) -> Rules:
    """Names lead to this machine, as if it were a public one."""
    here: list[IPAddress] = [ipaddress.ip_address("127.0.0.1")]
    return Rules(frozenset({"http"}), frozenset({port}), lambda address: True, lambda host, at: here)


def an_endpoint(receiver: Receiver, *wanted: str, **values: Any) -> WebhookEndpoint:
    """It wants every event unless some are named."""
    given = {"name": "Payroll", "url": receiver.url, "events": list(wanted or EVENTS), **values}
    return endpoints.add_endpoint(given, by=None)
