"""A way to the database that can be made slow or silent: bytes in, bytes out, late or never."""

import select
import socket
from contextlib import closing, suppress
from threading import Event, Thread

CHUNK = 65536


class Proxy:
    """Listens on a port of its own and hands on to `target`'s Unix socket or port.

    `silent`: it takes what it is sent and says nothing, to new connections as well, as a network does that has
    swallowed the server. `delay_seconds`: how late every chunk arrives.
    """

    def __init__(self, target: str | tuple[str, int]) -> None:
        self.target = target
        self.silent = Event()
        self.delay_seconds = 0.0
        self._stopping = Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.settimeout(0.5)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        self._stopping.set()
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                line, _address = self._listener.accept()
                Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with closing(near):
            if not self._wait_for_sound(near):
                return
            with suppress(OSError), closing(self._reach()) as far:
                self._hand_on(near, far)

    def _hand_on(self, near: socket.socket, far: socket.socket) -> None:
        while not self._stopping.is_set():
            for source in select.select([near, far], [], [], 0.5)[0]:
                if self.silent.is_set():
                    # What arrives now is lost with its connection, and neither side is told.
                    self._wait_for_sound(near)
                    return
                piece = source.recv(CHUNK)
                if not piece:
                    return
                if self.delay_seconds:
                    self._stopping.wait(self.delay_seconds)
                (far if source is near else near).sendall(piece)

    def _wait_for_sound(self, near: socket.socket) -> bool:
        """Keep the line open without a word while all is silent; whether it is still there afterwards."""
        while self.silent.is_set() and not self._stopping.is_set():
            self._stopping.wait(0.1)
        return not self._stopping.is_set()

    def _reach(self) -> socket.socket:
        if isinstance(self.target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target)
            return far
        return socket.create_connection(self.target)
