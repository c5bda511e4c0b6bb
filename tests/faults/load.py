"""Clients that behave as clients should: each write has its key, and is sent again until it is answered."""

import http.client
import json
from itertools import count
from threading import Event, Thread
from time import monotonic
from typing import Any

from tests.faults.history import History
from tests.faults.people import BRANCH, EMAIL, PASSWORD

PAUSE_SECONDS = 0.6
RETRY_SECONDS = 0.3
GIVE_UP_SECONDS = 40.0
TOKEN_SECONDS = 600.0
HOST = "harbor.localhost"


class Load:
    """`threads` people who take in clients at the given ports until stopped.

    `is_balanced`: as behind a load balancer, a node that takes no connection is passed over for the next one.
    """

    def __init__(self, history: History, ports: list[int], *, threads: int = 3, is_balanced: bool = False) -> None:
        self.history, self.ports, self.is_balanced = history, ports, is_balanced
        self.saved_since: list[tuple[float, str]] = []
        """When each acknowledged request was begun, and the record it made."""
        self._stopping = Event()
        self._tokens: dict[int, tuple[float, str]] = {}
        self._threads = [Thread(target=self._work, args=(number,)) for number in range(threads)]

    def __enter__(self) -> "Load":
        self.sign_in()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def saved_after(self, instant: float) -> list[str]:
        """Records of requests that were begun after `instant` (monotonic)."""
        return [record for began, record in list(self.saved_since) if began >= instant]

    def pause(self) -> None:
        """A moment, less if the load is told to stop."""
        self._stopping.wait(0.05)

    def sign_in(self) -> None:
        """A token for everybody; raises where the service refuses."""
        status, body = ask(self.ports[0], "/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})
        if status == 200:
            self.token, self._signed_in_at = body["access_token"], monotonic()
        elif not hasattr(self, "token"):
            raise AssertionError(f"The sign-in was answered {status}: {body}")

    def _work(self, number: int) -> None:
        for turn in count():
            if self._stopping.is_set():
                return
            self._take_in(f"key-{number}-{turn}")
            self._stopping.wait(PAUSE_SECONDS)

    def _take_in(self, key: str) -> None:
        while True:
            if number_of(key) == 0 and monotonic() - self._signed_in_at > TOKEN_SECONDS:
                self._renew()
            began = monotonic()
            try:
                status, body = self._ask(key, first=number_of(key) + int(began))
            except (OSError, http.client.HTTPException):
                self.history.cut(monotonic() - began)
                status = 0
            else:
                self.history.answered(status, monotonic() - began)
            if status == 201:
                self.history.acknowledge(key, body["id"])
                self.saved_since.append((began, body["id"]))
                return
            if status not in (0, 409, 503) or self._stopping.is_set():
                self.history.unknown.add(key)
                return
            self._stopping.wait(RETRY_SECONDS)

    def _ask(self, key: str, *, first: int) -> tuple[int, Any]:
        ports = [self.ports[(first + turn) % len(self.ports)] for turn in range(len(self.ports))]
        for port in ports[:-1] if self.is_balanced else []:
            try:
                return ask(port, "/api/v1/clients/", a_client(key), key=key, token=self.token)
            except ConnectionRefusedError:
                pass
        port = ports[-1 if self.is_balanced else 0]
        return ask(port, "/api/v1/clients/", a_client(key), key=key, token=self.token)

    def _renew(self) -> None:
        try:
            self.sign_in()
        except (OSError, http.client.HTTPException):
            pass  # the next one tries again


def number_of(key: str) -> int:
    return int(key.split("-")[1])


def a_client(key: str) -> dict[str, str]:
    """A client whose name is the key, so that the record can be recognised whatever was answered."""
    return {"first_name": "Fault", "last_name": key, "birth_date": "1940-05-01", "branch_id": BRANCH}


def ask(port: int, path: str, body: Any, *, key: str = "", token: str = "", method: str = "POST") -> tuple[int, Any]:
    """The status and the JSON of one answer, on a connection of its own."""
    headers = {"Host": f"{HOST}:{port}", "Content-Type": "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_SECONDS)
    try:
        line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = line.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content.startswith((b"{", b"[")) else None
    finally:
        line.close()
