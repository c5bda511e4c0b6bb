"""Starline's REST API and list screen against stock FAB, FastAPI and pgbench, on one PostgreSQL, in one run.

    .venv/bin/python benchmarks/api.py [--rounds 5] [--seconds 5] [--concurrency 8] [--only list,one] [--json FILE]

All servers are up for the whole run, one at a time is loaded, and they take turns in every round, so that whatever
slows the machine slows all of them. Medians over the rounds are printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import contenders
import database
import people
import pgbench
import report
import scenarios
import seed
from load import NUMBER_SLOT

HERE = Path(__file__).resolve().parent


class Bench:
    """The running servers and what was measured so far."""

    def __init__(self, options: argparse.Namespace, server: Any) -> None:
        self.options = options
        self.server = server
        self.postmaster = database.postmaster(server)
        self.number = int(NUMBER_SLOT)
        self.measures: list[report.Measure] = []

    def load(self, scenario: str, contender: contenders.Contender, calls: list[scenarios.Call], turn: int) -> None:
        """One contender, one scenario, one round."""
        self._settle()
        workload = {"port": contender.port, "calls": calls, "number": self.number}
        workload |= {"concurrency": self.options.concurrency, "warm_up": 1.0, "seconds": self.options.seconds}
        outcome, spent = self._watched(contender.process.pid, json.dumps(workload))
        self.number = max(self.number, outcome["number"])
        self._keep(scenario, contender.name, turn, outcome, spent)

    def pgbench(self, scenario: str, texts: list[str], mode: str, turn: int) -> None:
        """The same for pgbench; its own CPU counts as the client's."""
        self._settle()
        before, used = self._reading(None), _children_cpu()
        how = {"concurrency": self.options.concurrency, "seconds": self.options.seconds, "mode": mode}
        outcome = pgbench.run(texts, address=database.url(self.server), **how)
        spent = [after - was for was, after in zip(before, self._reading(None), strict=True)]
        found: dict[str, Any] = {
            "completed": outcome.completed,
            "latencies": outcome.latencies,
            "seconds": outcome.seconds,
        }
        found |= {"own_cpu": _children_cpu() - used, "failed": 0, "failures": []}
        self._keep(scenario, f"pgbench {mode}", turn, found, spent)

    def _watched(self, server: int, workload: str) -> tuple[dict[str, Any], list[float]]:
        generator = subprocess.Popen(
            [sys.executable, str(HERE / "load.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert generator.stdin and generator.stdout and generator.stderr
        generator.stdin.write(workload)
        generator.stdin.close()
        if generator.stderr.readline().strip() != "started":
            raise RuntimeError(f"the load generator failed: {generator.stderr.read()[-1000:]}")
        before = self._reading(server)
        generator.stderr.readline()
        spent = [after - was for was, after in zip(before, self._reading(server), strict=True)]
        outcome = json.loads(generator.stdout.read())
        generator.wait()
        return outcome, spent

    def _settle(self) -> None:
        """Wait, up to the patience asked for, until other processes leave the machine alone."""
        deadline = time.monotonic() + self.options.patience
        while time.monotonic() < deadline:
            before = database.machine_cpu()
            time.sleep(0.5)
            if database.machine_cpu() - before < 0.5 * report.BUSY * database.cores():
                return

    def _reading(self, server: int | None) -> list[float]:
        """Seconds of CPU so far: the server's processes, PostgreSQL's, the whole machine's; and the clock."""
        served = database.tree_cpu(server) if server else 0.0
        return [served, database.tree_cpu(self.postmaster), database.machine_cpu(), time.monotonic()]

    def _keep(self, scenario: str, name: str, turn: int, outcome: dict[str, Any], spent: list[float]) -> None:
        server, postgres, machine, clock = spent
        many = max(1, outcome["completed"])
        latencies = outcome["latencies"] or [0.0]
        foreign = max(0.0, machine - server - postgres - outcome["own_cpu"]) / (clock * database.cores())
        measure = report.Measure(
            scenario=scenario,
            contender=name,
            round=turn,
            per_second=outcome["completed"] / outcome["seconds"],
            p50=latencies[len(latencies) // 2],
            p95=latencies[int(len(latencies) * 0.95)],
            server_cpu=server / many * 1000,
            database_cpu=postgres / many * 1000,
            client_cpu=outcome["own_cpu"] / many * 1000,
            foreign=foreign,
            failed=outcome["failed"],
            failures=outcome["failures"],
        )
        self.measures.append(measure)
        said = f"{measure.per_second:8.1f}/s  cpu {measure.server_cpu:7.3f} + {measure.database_cpu:.3f} ms"
        print(f"  round {turn}  {scenario:<7}{name:<18}{said}  client {measure.client_cpu:.3f}", flush=True)


def main() -> int:
    """Seed, start, measure, print; 1 when an answer failed."""
    options = _options()
    with ExitStack() as stack:
        server = database.start()
        sample = _prepare(server)
        running = [stack.enter_context(_running(start)) for start in _starters(server, options)]
        bench = Bench(options, server)
        for scenario in options.only:
            _measure(bench, scenario, running, sample)
    print()
    print(report.table(bench.measures, "Starline"))
    print("\n".join(["", *report.complaints(bench.measures)]))
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(measure) for measure in bench.measures], indent=1))
    return 1 if any(measure.failed for measure in bench.measures) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--only", type=_names, default=list(scenarios.SCENARIOS))
    parser.add_argument("--against", type=_names, default=["starline", "fab", "fastapi", "pgbench"])
    parser.add_argument("--patience", type=float, default=0.0, help="seconds to wait for a quiet machine, each time")
    parser.add_argument("--json", help="write every single measurement to this file")
    return parser.parse_args()


def _children_cpu() -> float:
    """Seconds of CPU of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _names(text: str) -> list[str]:
    return text.split(",")


def _prepare(server: Any) -> list[tuple[seed.Organization, str]]:
    with database.superuser(server) as run:
        seed.fill(run)
    people.add_administrators()
    with database.connected(database.url(server)) as run:
        seed.fastapi_users(run)
    contenders.release_stock_fab(database.url(server, "postgresql+psycopg2"))
    with database.superuser(server) as run:
        seed.forget_created(run)  # of a run that was interrupted
        return seed.sample(run, 100)


def _starters(server: Any, options: argparse.Namespace) -> list[Callable[[], contenders.Contender]]:
    starters: list[Callable[[], contenders.Contender]] = []
    if "starline" in options.against:
        starters.append(lambda: contenders.starline(server))
    if "fab" in options.against:
        starters.append(lambda: contenders.stock_fab(database.url(server, "postgresql+psycopg2")))
    if "fastapi" in options.against:
        starters.append(lambda: contenders.fastapi(database.url(server, "postgresql+asyncpg")))
    return starters


@contextmanager
def _running(start: Callable[[], contenders.Contender]) -> Iterator[contenders.Contender]:
    contender = start()
    try:
        yield contender
    finally:
        contender.stop()


def _measure(bench: Bench, scenario: str, running: list[contenders.Contender], sample: list[Any]) -> None:
    print(scenarios.TITLES[scenario], flush=True)
    asked = [found for found in running if scenario in found.paths]
    for found in asked:
        found.signed_in.clear()  # an access token of Starline lives 15 minutes
    calls = {found.name: scenarios.SCENARIOS[scenario](found, sample) for found in asked}
    modes = ("simple", "prepared") if scenario != "screen" and "pgbench" in bench.options.against else ()
    texts = pgbench.scripts(scenario, sample)
    for turn in range(1, bench.options.rounds + 1):
        for contender in asked:
            bench.load(scenario, contender, calls[contender.name], turn)
        for mode in modes:
            bench.pgbench(scenario, texts, mode, turn)
        if scenario in ("create", "intake"):
            with database.superuser(bench.server) as run:
                seed.forget_created(run)


if __name__ == "__main__":
    sys.exit(main())
