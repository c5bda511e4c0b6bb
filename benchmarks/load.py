"""Closed-loop HTTP/1.1 load from one process: N keep-alive connections, one request in flight on each.

Run as `python load.py` with a workload as JSON on standard input; the outcome is JSON on standard output.
The requests are encoded before the clock starts and answers are read without a parser, so that one request
costs this process some 40 microseconds and the servers keep the machine's cores.

Workload: `port`, `concurrency`, `warm_up` and `seconds` (floats), `number` (first value put in place of
`NUMBER_SLOT`), and `calls`: a list of `{method, path, headers, body, status, shortest, longest}` sent in turn.
Outcome: `completed`, `failed`, `failures` (up to five sentences), `seconds`, `latencies` (ms, sorted),
`own_cpu` (seconds of this process) and `started`/`ended` marks on `time.monotonic`.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

NUMBER_SLOT = b"990000000"
HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length:"
RECEIVE = 262_144
STALLED_AFTER = 30.0


@dataclass(frozen=True)
class Call:
    """One encoded request and what its answer must look like (status, bytes of body)."""

    wire: bytes
    status: bytes
    shortest: int
    longest: int


@dataclass
class Connection:
    """A keep-alive connection with the request it is waiting for."""

    port: int
    socket: socket.socket
    call: Call
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    needed: int = -1

    def send(self, wire: bytes) -> None:
        self.received.clear()
        self.needed = -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(wire)


@dataclass
class Tally:
    """What was seen since the clock started."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    failures: list[str] = field(default_factory=list)

    def fail(self, sentence: str) -> None:
        self.failed += 1
        if len(self.failures) < 5:
            self.failures.append(sentence)


def encode(call: dict[str, Any], port: int) -> Call:
    """Put a call of the workload on the wire as HTTP/1.1."""
    body = call.get("body", "").encode()
    lines = [f"{call['method']} {call['path']} HTTP/1.1", f"Host: {call.get('host', 'localhost')}:{port}"]
    lines += [f"{name}: {value}" for name, value in call["headers"].items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    wire = "\r\n".join(lines).encode() + HEADER_END + body
    return Call(wire, str(call["status"]).encode(), call["shortest"], call["longest"])


class Load:
    """Drives the connections for a while and keeps the tally."""

    def __init__(self, workload: dict[str, Any]) -> None:
        self.port: int = workload["port"]
        self.calls = [encode(call, self.port) for call in workload["calls"]]
        self.turn = 0
        self.number: int = workload.get("number", int(NUMBER_SLOT))
        self.poll = select.epoll()
        self.connections: dict[int, Connection] = {}
        self.tally = Tally()
        for _ in range(workload["concurrency"]):
            self.open()

    def open(self) -> None:
        link = socket.create_connection(("127.0.0.1", self.port), timeout=STALLED_AFTER)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(self.port, link, self.calls[0])
        self.connections[link.fileno()] = connection
        self.poll.register(link.fileno(), select.EPOLLIN)
        self.next(connection)

    def reopen(self, connection: Connection) -> None:
        descriptor = connection.socket.fileno()
        self.poll.unregister(descriptor)
        del self.connections[descriptor]
        connection.socket.close()
        self.open()

    def next(self, connection: Connection) -> None:
        call = self.calls[self.turn % len(self.calls)]
        self.turn += 1
        wire = call.wire
        if NUMBER_SLOT in wire:
            wire = wire.replace(NUMBER_SLOT, b"%09d" % self.number)
            self.number += 1
        connection.call = call
        connection.send(wire)

    def run(self, seconds: float) -> float:
        """Answer and send again until `seconds` have passed; returns the seconds that really passed."""
        self.tally = Tally()
        started = time.perf_counter()
        ends = started + seconds
        while (now := time.perf_counter()) < ends:
            ready = self.poll.poll(max(0.001, ends - now))
            for descriptor, _ in ready:
                self.receive(self.connections[descriptor])
        return time.perf_counter() - started

    def receive(self, connection: Connection) -> None:
        try:
            piece = connection.socket.recv(RECEIVE)
        except OSError:
            piece = b""
        if not piece:
            # A server may close an idle keep-alive connection; only a cut answer is a failure.
            if connection.received:
                self.tally.fail("the server closed the connection in the middle of an answer")
            self.reopen(connection)
            return
        connection.received += piece
        if connection.needed < 0 and not self.measure(connection):
            return
        if len(connection.received) >= connection.needed:
            self.finish(connection)

    def measure(self, connection: Connection) -> bool:
        end = connection.received.find(HEADER_END)
        if end < 0:
            return False
        head = bytes(connection.received[:end]).lower()
        at = head.find(LENGTH)
        length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        connection.needed = end + len(HEADER_END) + length
        self.check(connection.call, head, length)
        return True

    def check(self, call: Call, head: bytes, length: int) -> None:
        status = head[9:12]
        if status != call.status:
            self.tally.fail(f"status {status.decode()} instead of {call.status.decode()}")
        elif not call.shortest <= length <= call.longest:
            self.tally.fail(f"body of {length} bytes, expected {call.shortest} to {call.longest}")

    def finish(self, connection: Connection) -> None:
        self.tally.latencies.append((time.perf_counter() - connection.sent_at) * 1000)
        if b"connection: close" in connection.received[:600].lower():
            self.reopen(connection)
        else:
            self.next(connection)


def main() -> None:
    """Warm up, tell the parent on standard error that the clock starts, measure, print the outcome."""
    workload = json.load(sys.stdin)
    load = Load(workload)
    load.run(workload["warm_up"])
    warm_failures = load.tally.failed
    print("started", file=sys.stderr, flush=True)
    cpu = time.process_time()
    seconds = load.run(workload["seconds"])
    tally = load.tally
    outcome = {
        "completed": len(tally.latencies) - tally.failed,
        "failed": tally.failed + warm_failures,
        "failures": tally.failures,
        "seconds": seconds,
        "latencies": sorted(tally.latencies),
        "own_cpu": time.process_time() - cpu,
        "number": load.number,
    }
    print("ended", file=sys.stderr, flush=True)
    json.dump(outcome, sys.stdout)


if __name__ == "__main__":
    main()
