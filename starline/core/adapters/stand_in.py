"""What the stand-ins of outside services share: a server on this machine that answers while a block runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

NEARBY = ("127.0.0.1", 0)
"""A free port of the loopback interface."""


@contextmanager
def answering(server: BaseServer) -> Iterator[None]:
    """Let `server` answer inside the block, from a thread of its own."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
