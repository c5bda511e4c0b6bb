"""Resend: e-mail over HTTPS (https://resend.com/docs/api-reference/emails/send-email)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from starline.core.adapters.stand_in import NEARBY, answering
from starline.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from starline.core.mail import Message

ENDPOINT = "https://api.resend.com/emails"
TIMEOUT_SECONDS = 15
WORTH_REPEATING = frozenset({408, 409, 425, 429})
"""Client errors that pass: time-outs, the same key still in progress, too many requests."""


class Resend:
    """Sends through Resend; a repeated `Idempotency-Key` within a day sends nothing again."""

    def __init__(self, api_key: str, endpoint: str = ENDPOINT) -> None:
        self._api_key = api_key
        self._endpoint = endpoint

    def send(self, message: "Message") -> None:
        """Raises `Unavailable` where another attempt may succeed, `Invalid` where Resend refused the message."""
        headers = {
            "Authorization": f"Bearer {self._api_key}",
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "User-Agent": "starline",
        }
        request = Request(self._endpoint, json.dumps(_body(message)).encode(), headers, method="POST")
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # nosec B310 # https, a constant
                answer.read()
        except HTTPError as error:
            error.close()
            if error.code >= 500 or error.code in WORTH_REPEATING:
                raise Unavailable(f"Resend answered {error.code}; the message will be sent later.") from None
            raise Invalid(
                f"Resend refused the message with status {error.code}.",
                code="mail_refused",
            ) from None
        except (URLError, TimeoutError, ConnectionError):
            raise Unavailable("Resend can't be reached; the message will be sent later.") from None


def _body(message: "Message") -> dict[str, Any]:
    body: dict[str, Any] = {
        "from": message.sender,
        "to": [message.to],
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
    }
    return body | ({"reply_to": message.reply_to} if message.reply_to else {})


class FakeResend:
    """Resend on a local port: keeps what it was sent, honours keys, and answers `status` when told to fail."""

    def __init__(self) -> None:
        self.received: dict[str, dict[str, Any]] = {}
        self.requests = 0
        self.status = 200
        self.endpoint = ""

    @contextmanager
    def serving(self) -> Iterator["FakeResend"]:
        """Answer on a free port of the loopback interface inside the block."""
        server = ThreadingHTTPServer(NEARBY, self._handler())
        self.endpoint = f"http://127.0.0.1:{server.server_port}/emails"
        with answering(server):
            yield self

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.requests += 1
                if fake.status == 200:
                    fake.received.setdefault(self.headers["Idempotency-Key"], body)
                self.send_response(fake.status)
                self.end_headers()
                self.wfile.write(b'{"id": "fake"}')

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        return Handler
