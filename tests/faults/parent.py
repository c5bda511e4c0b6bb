"""The parent of the processes under test: keeps database, Redis, web, worker and scheduler alive, as `make run` does.

`python -m tests.faults.parent <directory> <web port>...`; the processes are those that `STARLINE_*` describe.
"""

import os
import sys
from pathlib import Path

from app.platform.local.postgres import Server
from app.platform.local.processes import keep_alive
from app.platform.local.supervisor import Child, Supervisor
from config import ROOT

JOBS = (
    "import sys; from starline import processes;"
    " processes.TASK_MODULES += ('tests.faults.effects',);"
    " sys.exit(processes.run_{}())"
)
GUNICORN = ("-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), "--workers", "2")


def children(directory: Path, ports: list[str], redis_port: str | None) -> list[Child]:
    """Each process with its log beside the others."""
    python = sys.executable
    found = {f"web{number}": _web(directory, number, port) for number, port in enumerate(ports)}
    found |= {name: [python, "-c", JOBS.format(name)] for name in ("worker", "scheduler")}
    if redis_port:
        place = ["--port", redis_port, "--bind", "127.0.0.1", "--dir", str(directory)]
        found["redis"] = ["redis-server", *place, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]
    return [Child(name, arguments, directory / f"{name}.log") for name, arguments in found.items()]


def _web(directory: Path, number: int, port: str) -> list[str]:
    """The proxy, where there is one, stands between the web and the database alone."""
    address = os.environ.get("FAULTS_WEB_DATABASE_URL") or os.environ["STARLINE_DATABASE_URL"]
    pid = ["--pid", str(directory / f"web{number}.pid"), "--bind", f"127.0.0.1:{port}"]
    return [
        "env",
        f"STARLINE_DATABASE_URL={address}",
        sys.executable,
        *GUNICORN,
        *pid,
        "tests.faults.web:application()",
    ]


def main(directory: str, *ports: str) -> None:
    server = Server(Path(os.environ["FAULTS_SERVER"]), "postgres", is_durable=True)
    supervisor = Supervisor(
        children(Path(directory), list(ports), os.environ.get("FAULTS_REDIS_PORT")),
        keep_ground=lambda: keep_alive(server),
    )
    supervisor.start()
    supervisor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
