"""clamd, the daemon of ClamAV, asked by INSTREAM: the content travels in chunks, and one line comes back.

The protocol is that of clamd(8): `zINSTREAM\\0`, then each chunk after its length in four bytes, a length of zero at
the end; the answer is `stream: OK` or `stream: NAME FOUND`.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import urlsplit

from starline.core.errors import Unavailable

CHUNK = 64 * 1024
CONNECT_SECONDS, ANSWER_SECONDS = 3, 30
DEFAULT_PORT = 3310
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The industry's harmless test virus; every scanner reports it."""


class Clamd:
    """One daemon, at `tcp://host:port` or `unix:///path`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def scan(self, content: BinaryIO) -> str | None:
        """The name of what was found in `content` from where it stands, or None.

        Raises `Unavailable` where nobody answers in time.
        """
        try:
            with self._connected() as connection:
                return _verdict(_asked(connection, content))
        except OSError:
            raise Unavailable("The virus scanner can't be reached.", code="scanner_down") from None

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        parts = urlsplit(self._url)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(CONNECT_SECONDS)
        else:
            address = (parts.hostname or "localhost", parts.port or DEFAULT_PORT)
            connection = socket.create_connection(address, timeout=CONNECT_SECONDS)
        with connection:
            if parts.scheme == "unix":
                connection.connect(parts.path)
            connection.settimeout(ANSWER_SECONDS)
            yield connection


def _asked(connection: socket.socket, content: BinaryIO) -> str:
    connection.sendall(b"zINSTREAM\0")
    while chunk := content.read(CHUNK):
        connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
    connection.sendall(bytes(4))
    answer = b""
    while b"\0" not in answer and (more := connection.recv(4096)):
        answer += more
    return answer.rstrip(b"\0\n").decode(errors="replace")


def _verdict(answer: str) -> str | None:
    if answer.endswith(": OK"):
        return None
    if answer.endswith(" FOUND"):
        return answer.partition(": ")[2].removesuffix(" FOUND")[:200] or "unnamed"
    # "INSTREAM size limit exceeded", or a daemon that is loading its signatures.
    raise Unavailable("The virus scanner gave no verdict.", code="scanner_refused")


class FakeClamd:
    """A daemon of tests that speaks the protocol over a real socket and knows one virus: `EICAR`."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self.scanned_bytes: list[int] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as sent:
                self._answer(connection, sent)

    def _answer(self, connection: socket.socket, sent: BinaryIO) -> None:
        if sent.read(10) != b"zINSTREAM\0":
            connection.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := int.from_bytes(sent.read(4), "big"):
            content += sent.read(length)
        self.scanned_bytes.append(len(content))
        connection.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0")
