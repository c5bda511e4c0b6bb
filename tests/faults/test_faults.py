"""Each fault again and again under load: nothing that was acknowledged is lost, nothing is done twice, and the
service comes back by itself. `STARLINE_TEST_FAULTS` says how often each is injected (5; the long proof takes 50).
"""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest
import redis

from app.platform.local.postgres import Server
from tests.faults.history import TABLE_HEAD, History, Injection, judge, table_row
from tests.faults.load import Load, a_client, ask
from tests.faults.service import (
    Service,
    can_mount,
    fill,
    is_ready,
    migrated_server,
    running,
    small_disk,
    wait_until,
)

pytestmark = pytest.mark.trust

TIMES = int(os.environ.get("STARLINE_TEST_FAULTS", "5"))
HEAL_SECONDS = 120.0
needs_redis = pytest.mark.skipif(
    not shutil.which("redis-server"), reason="NO redis-server HERE: its faults go untested"
)
rows: list[str] = []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with migrated_server(tmp_path_factory.mktemp("faults")) as found:
        yield found
    print("\n" + "\n".join([TABLE_HEAD, *rows]))


@pytest.fixture
def history() -> History:
    return History()


def prove(
    fault: str, service: Service, history: History, inject: Callable[[int, Load], None], *, is_balanced: bool = False
) -> None:
    """Inject the fault `TIMES` times under load, then hold what was promised against what is there."""
    with Load(history, service.ports, is_balanced=is_balanced) as load:
        wait_until(lambda: service.has_effect(load.saved_after(0)), 60, "the service works at first")
        for number in range(TIMES):
            inject(number, load)
            history.injections.append(recovery(service, load))
    service.drain()
    verdict = judge(history, service.found())
    rows.append(table_row(fault, history, verdict))
    print("\n" + rows[-1], flush=True)
    assert verdict.problems == []


def recovery(service: Service, load: Load) -> Injection:
    """How long from now until a write is acknowledged, and its effect done; None where that doesn't come."""
    began, healed = monotonic(), Injection()
    while healed.effect_seconds is None and monotonic() - began < HEAL_SECONDS:
        if healed.saved_seconds is None and load.saved_after(began):
            healed.saved_seconds = monotonic() - began
        if healed.saved_seconds is not None and service.has_effect(load.saved_after(began)):
            healed.effect_seconds = monotonic() - began
        load.pause()
    return healed


def test_web_workers_that_are_killed(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path) as service:

        def inject(number: int, load: Load) -> None:
            kill = service.kill if number % 5 == 4 else service.kill_child
            kill("tests.faults.web")

        prove("kill -9 of a web worker (every fifth time of the web's parent)", service, history, inject)


def test_task_workers_that_are_killed(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path) as service:

        def inject(number: int, load: Load) -> None:
            kill = service.kill if number % 2 else service.kill_child
            kill("run_worker")

        prove("kill -9 of a task worker (its child and itself in turn)", service, history, inject)


def test_a_scheduler_that_is_killed(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path) as service:
        prove("kill -9 of the scheduler", service, history, lambda number, load: service.kill("run_scheduler"))


@needs_redis
def test_a_redis_that_is_killed_or_emptied(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path, redis=True) as service:

        def inject(number: int, load: Load) -> None:
            if number % 2:
                redis_client = redis.Redis(port=service.redis_port or 0)
                wait_until(lambda: answers(redis_client), HEAL_SECONDS, "Redis answers")
                redis_client.flushall()
                redis_client.close()
            else:
                service.kill("redis-server")

        prove("kill -9 of Redis and FLUSHALL in turn", service, history, inject)


def test_a_database_that_is_killed(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path) as service:

        def inject(number: int, load: Load) -> None:
            if number % 2:
                service.kill_backend()
            else:
                service.kill_postmaster()

        prove("kill -9 of PostgreSQL (all of it and one backend in turn)", service, history, inject)


def test_a_database_that_falls_silent(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path, proxied=True) as service:
        proxy = service.proxy
        assert proxy is not None

        def inject(number: int, load: Load) -> None:
            before = history.statuses[503]
            proxy.silent.set()
            wait_until(lambda: history.statuses[503] > before, 30, "somebody was told to come again")
            proxy.silent.clear()

        prove("black-holed database (until a 503 is answered)", service, history, inject)


def test_a_database_that_is_slow(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path, proxied=True) as service:
        proxy = service.proxy
        assert proxy is not None

        def inject(number: int, load: Load) -> None:
            began = monotonic()
            proxy.delay_seconds = 0.1
            wait_until(lambda: len(load.saved_after(began)) >= 3, 60, "a slow database still saves")
            proxy.delay_seconds = 0

        prove("slow database (0.1 s for each message)", service, history, inject)
        assert set(history.statuses) == {201} and not history.broken


def test_a_disk_that_is_full(server: Server, tmp_path: Path, history: History) -> None:
    if not can_mount(tmp_path):
        pytest.skip("NO RIGHT TO MOUNT A SMALL DISK HERE: the full disk goes untested")
    failed = "SELECT 1 FROM outbox_messages WHERE done_at IS NULL AND failure LIKE 'OSError%%' AND created_on > %s"
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(tmp_path / "disk"))
        service = stack.enter_context(running(server, tmp_path, mail_directory=disk))

        def inject(number: int, load: Load) -> None:
            began = service.ask("SELECT clock_timestamp()")[0]
            ballast = fill(disk)
            wait_until(lambda: bool(service.ask(failed, began)), HEAL_SECONDS, "a mail found no room")
            ballast.unlink()

        prove("full disk under the mail folder (until a mail fails)", service, history, inject)


def test_two_nodes_with_one_key(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path, nodes=2) as service, ThreadPoolExecutor(2) as both:

        def inject(number: int, load: Load) -> None:
            key = f"pair-{number}"

            def take_in(port: int) -> tuple[int, str]:
                status, body = ask(port, "/api/v1/clients/", a_client(key), key=key, token=load.token)
                return status, body["id"] if status == 201 else body["code"]

            answers = set(both.map(take_in, service.ports))
            answers.add(take_in(service.ports[0]))
            for status, word in answers:
                history.answered(status, 0)
                if status == 201:
                    history.acknowledge(key, word)
            saved = {one for one in answers if one[0] == 201}
            if len(saved) != 1 or answers - saved - {(409, "in_progress")}:
                history.contradictions.append(f"{key}: {answers}")

        prove("two nodes, one Idempotency-Key", service, history, inject)


def test_a_reload_of_the_web_fails_no_request(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path) as service:
        prove(
            "deploy: reload of the web (HUP)",
            service,
            history,
            lambda number, load: service.signal_web(0, signal.SIGHUP),
        )
        assert set(history.statuses) == {201} and not history.broken


def test_a_rolling_deploy_fails_no_request(server: Server, tmp_path: Path, history: History) -> None:
    with running(server, tmp_path, nodes=2) as service:

        def inject(number: int, load: Load) -> None:
            node = number % 2
            before = service.process(f"127.0.0.1:{service.ports[node]}").pid
            service.signal_web(node, signal.SIGTERM)
            wait_until(lambda: service.node_pid(node) not in (0, before), HEAL_SECONDS, "the node is replaced")
            wait_until(lambda: is_ready(service.ports[node]), HEAL_SECONDS, "the new node answers")

        prove("deploy: two nodes replaced in turn", service, history, inject, is_balanced=True)
        assert set(history.statuses) == {201} and not history.broken


def answers(client: "redis.Redis[bytes]") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
