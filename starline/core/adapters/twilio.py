"""Twilio: text messages over HTTPS (https://www.twilio.com/docs/messaging/api/message-resource)."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starline.core import outbound
from starline.core.adapters.stand_in import NEARBY, answering
from starline.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from starline.core.mail import Message

ENDPOINT = "https://api.twilio.com/2010-04-01/Accounts"
WORTH_REPEATING = frozenset({408, 425, 429})


class Twilio:
    """Sends from one number, or from a messaging service, whose ids begin with MG."""

    def __init__(
        self, account: str, token: str, sender: str, endpoint: str = ENDPOINT, rules: outbound.Rules = outbound.RULES
    ) -> None:
        self._url, self._rules = f"{endpoint}/{account}/Messages.json", rules
        self._authorization = b64encode(f"{account}:{token}".encode()).decode()
        self._sender = {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}

    def send(self, message: "Message") -> None:
        """Raises `Unavailable` where another attempt may succeed, `Invalid` where Twilio refused the message."""
        body = urlencode({"To": message.to, "Body": message.text, **self._sender}).encode()
        headers = {
            "Authorization": f"Basic {self._authorization}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "starline",
        }
        status = outbound.send(self._url, body=body, headers=headers, rules=self._rules).status
        if status >= 500 or status in WORTH_REPEATING:
            raise Unavailable(f"Twilio answered {status}; the text will be sent later.")
        if status >= 300:
            raise Invalid(f"Twilio refused the text with status {status}.", code="text_refused")


class FakeTwilio:
    """Twilio on a local port: keeps what it was sent, and answers `status` when told to fail."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.authorizations: set[str] = set()
        self.status = 201
        self.endpoint, self.port = "", 0

    @property
    def rules(self) -> outbound.Rules:
        """What lets requests reach it."""
        return outbound.Rules(frozenset({"http"}), frozenset({self.port}), lambda address: address.is_loopback)

    @contextmanager
    def serving(self) -> Iterator["FakeTwilio"]:
        """Answer on a free port of the loopback interface inside the block."""
        server = ThreadingHTTPServer(NEARBY, self._handler())
        self.port = server.server_port
        self.endpoint = f"http://127.0.0.1:{self.port}/Accounts"
        with answering(server):
            yield self

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fake.authorizations.add(self.headers["Authorization"])
                if fake.status < 300:
                    fake.received.append(dict(parse_qsl(body)) | {"path": self.path})
                self.send_response(fake.status)
                self.end_headers()
                self.wfile.write(json.dumps({"sid": "SM1"}).encode())

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        return Handler
