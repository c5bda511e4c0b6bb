"""A Redis of the tests' own, to be killed."""

import socket
import subprocess
from contextlib import closing
from pathlib import Path

import redis

from tests.core.jobs import wait_until


class RedisServer:
    """A Redis of our own that forgets everything when it is killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.client = redis.Redis(port=self.port)
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--save", "", "--dir", str(self.directory), "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        wait_until(self._answers, 40)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False
