"""What it costs to know who asks: by API key, by access token, and by a key that this process has never seen.

    .venv/bin/python benchmarks/api_keys.py [--times 1000]

Without a socket: `authenticate` by itself inside a request, then whole requests through the application, the same one
with either credential. Python's share is this thread's CPU (median); PostgreSQL's is all its processes' (mean).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import database
import people
import seed

from app import create_app
from app.core import api_keys as asked_keys
from app.core import security
from app.core.tenancy import tenant_of_request
from starline.core import db, tenancy
from starline.identity import api_keys, roles, sessions, tokens
from starline.identity.attempts import Origin

PATH = "/api/v1/auth/me"
COLD_CALLS = 300


class Bench:
    """One application, one organisation, one administrator's two credentials."""

    def __init__(self, server: Any, organization: seed.Organization) -> None:
        self.postmaster = database.postmaster(server)
        self.application = create_app()
        self.client = self.application.test_client()
        self.host = f"http://{organization.name}.localhost"
        self.by_key, self.by_token = _credentials(organization)

    def authentication(self, headers: dict[str, str], before: Callable[[], None] | None = None) -> float:
        """CPU seconds of finding out who asks; `before` is not counted."""
        with self.application.test_request_context(PATH, base_url=self.host, headers=headers), tenancy.acting(None):
            tenant = tenant_of_request()
            assert tenant is not None
            tenancy.switch(tenant.id, None)
            if before is not None:
                before()
            began = time.thread_time()
            viewer = security.authenticate(tenant.id)
            spent = time.thread_time() - began
            assert viewer is not None
            db.session.remove()
            return spent

    def request(self, headers: dict[str, str]) -> float:
        """CPU seconds of a whole request."""
        began = time.thread_time()
        answer = self.client.get(PATH, base_url=self.host, headers=headers)
        spent = time.thread_time() - began
        assert answer.status_code == 200, answer.json
        return spent

    def measure(self, name: str, call: Callable[[], float], times: int) -> None:
        call()
        before = database.tree_cpu(self.postmaster)
        own = statistics.median(call() for _time in range(times))
        backend = (database.tree_cpu(self.postmaster) - before) / times
        print(f"{name:46} {own * 1000:8.3f} {backend * 1000:10.3f}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=1000)
    times = options.parse_args().times
    server = database.start()
    with database.superuser(server) as run:
        seed.fill(run)
    people.add_administrators()
    bench = Bench(server, seed.organizations()[0])
    print(f"{'CPU per call, milliseconds':46} {'python':>8} {'postgres':>10}")
    bench.measure("authentication by token", lambda: bench.authentication(bench.by_token), times)
    bench.measure("authentication by key", lambda: bench.authentication(bench.by_key), times)
    bench.measure(
        "authentication by key, first call on a node", lambda: bench.authentication(bench.by_key, _forget), COLD_CALLS
    )
    bench.measure("whole request by token", lambda: bench.request(bench.by_token), times)
    bench.measure("whole request by key", lambda: bench.request(bench.by_key), times)
    db.engine().dispose()
    server.stop()
    return 0


def _credentials(organization: seed.Organization) -> tuple[dict[str, str], dict[str, str]]:
    """Headers of the administrator: by key, and by token."""
    with tenancy.acting(organization.id, request_id="benchmark"), db.transaction():
        user = db.session.query(db.User).filter_by(email=organization.email).one()
        role_id = roles.role_of(roles.ADMINISTRATOR).id
        key = api_keys.issue({"name": "Bench", "role_id": role_id, "scopes": ["clients:read"]}, by=user.id)
        opened = sessions.start(user, origin=Origin("api"), has_second_factor=True)
        return {"Authorization": f"Bearer {key.key}"}, {"Authorization": f"Bearer {tokens.issue(opened).access_token}"}


def _forget() -> None:
    """As a node that has never seen the key."""
    asked_keys._kept.clear()
    asked_keys._touched.clear()


if __name__ == "__main__":
    raise SystemExit(main())
