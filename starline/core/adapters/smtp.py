"""SMTP: `smtp://user:password@host:587` (STARTTLS where the server offers it) or `smtps://user:password@host:465`."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from starline.core.adapters.stand_in import NEARBY, answering
from starline.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from starline.core.mail import Message

TIMEOUT_SECONDS = 15


class Smtp:
    """Sends through one SMTP server, a connection for each message."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in ("smtp", "smtps") or not self._url.hostname:
            raise ValueError("The SMTP address must look like smtp://user:password@host:587.")

    def send(self, message: "Message") -> None:
        """Raises `Unavailable` where another attempt may succeed, `Invalid` where the server refused for good."""
        try:
            with self._connected() as server:
                server.send_message(mime(message))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refusal(max(codes, default=550)) from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from None
        except (smtplib.SMTPException, OSError):
            raise Unavailable("The mail server can't be reached; the message will be sent later.") from None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        host, port = self._url.hostname or "", self._url.port
        context = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if self._url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            yield server


def mime(message: "Message") -> EmailMessage:
    """The message as MIME with a text and an HTML part; its id repeats at every attempt, so that mailboxes can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = (
        message.sender,
        message.to,
        message.subject,
    )
    if message.reply_to:
        mail["Reply-To"] = message.reply_to
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message.key}@{parseaddr(message.sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _refusal(code: int) -> Unavailable | Invalid:
    if code >= 500:
        return Invalid(
            f"The mail server refused the message with status {code}.",
            code="mail_refused",
        )
    return Unavailable(f"The mail server answered {code}; the message will be sent later.")


class FakeSmtp:
    """A mail server on a local port that keeps what it was sent; `refusal` ("550 no") is its answer to recipients."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.refusal = ""
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator["FakeSmtp"]:
        """Answer on a free port of the loopback interface inside the block."""
        server = ThreadingTCPServer(NEARBY, self._handler())
        self.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        with answering(server):
            yield self

    def _handler(self) -> type[StreamRequestHandler]:
        fake = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 fake")
                while command := self.rfile.readline().decode().strip().upper():
                    if command.startswith("RCPT") and fake.refusal:
                        self._say(fake.refusal)
                    elif command == "DATA":
                        self._say("354 go on")
                        lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                        fake.received.append("".join(lines))
                        self._say("250 taken")
                    else:
                        self._say("221 bye" if command == "QUIT" else "250 fine")

            def _say(self, answer: str) -> None:
                self.wfile.write(answer.encode() + b"\r\n")

        return Handler
