"""Fixtures of the whole suite: a real PostgreSQL under the runtime role, a still clock, no way to the outside.

- `session`: for verbs and rules of the domain; everything a test does is rolled back.
- `app`, `client`: for screens and REST, which commit; each module of tests begins with an untouched database.
- `database`: the same untouched database for tests that commit without the web.
- `cast`: two agencies with people of every role and rows of every resource, in that database (tests/isolation/cast.py).
- `frozen_clock`: holds `clock.now()` still and returns the instant.
"""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import database as test_database
from tests.caches import forget_everything
from tests.canaries import Verdict, Watch, watch_children
from tests.cases import is_searching
from tests.copies import Copy
from tests.isolation.tally import Summary
from tests.ordering import ordered

# No test is about time, least of all on a machine that does something else besides. A usual run tries the same cases
# every time: what fails was caused by the change at hand. `make trust` looks for cases that nobody has seen yet.
hypothesis.settings.register_profile(
    "usual", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], derandomize=not is_searching()
)
hypothesis.settings.load_profile("usual")

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")

_SERVER: pytest.StashKey[Any] = pytest.StashKey()
_NAME: pytest.StashKey[str] = pytest.StashKey()
_WATCH: pytest.StashKey[Watch] = pytest.StashKey()
_stack = ExitStack()
_connect = socket.socket.connect


def pytest_configure(config: pytest.Config) -> None:
    """Starts the server and points this process's settings at a database of its own, before anything is imported."""
    if config.option.collectonly or config.option.help:
        return
    config.pluginmanager.register(Summary(), "isolation-summary")
    worker = getattr(config, "workerinput", None)
    run = int(worker["run"]) if worker else os.getpid()
    if not worker:
        _stack.enter_context(test_database.share_of_server())
    server = test_database.start_server()
    if not worker:
        test_database.drop_copies(server, run)
    name = test_database.copy_name(run, worker["workerid"] if worker else "main")
    config.stash[_SERVER], config.stash[_NAME] = server, name
    os.environ.update(test_database.addresses(server, name))
    _watch(config, server.var / "test" / f"log-{run}", worker["workerid"] if worker else "main")


def _watch(config: pytest.Config, folder: Path, name: str) -> None:
    """Collects what this process logs; the run's first process looks through it at the end."""
    watch = config.stash[_WATCH] = Watch(folder, name)
    watch.begin()
    watch_children(folder)
    if name == "main":
        config.pluginmanager.register(Verdict(folder), "canaries")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Begins with the files that take longest."""
    ordered(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays until the end: looking through it for garbage again and again is a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_configure_node(node: Any) -> None:
    """Tells each worker which run it belongs to."""
    node.workerinput["run"] = os.getpid()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drops the databases of this run and stops the server, unless another run uses it."""
    if _SERVER in config.stash and not hasattr(config, "workerinput"):
        test_database.drop_copies(config.stash[_SERVER], os.getpid())
        _stack.close()


@pytest.fixture(scope="session", autouse=True)
def _copy(pytestconfig: pytest.Config) -> Iterator[Copy]:
    from starline.core import silence

    # The server has a core or two for several test processes and their browsers: it may be busy for seconds.
    silence.ANSWER_SECONDS = 60
    made = Copy(pytestconfig.stash[_SERVER], pytestconfig.stash[_NAME], pytestconfig.stash[_WATCH])
    made.refresh()
    yield made
    made.look_everywhere()


@pytest.fixture(scope="module")
def database(_copy: Copy) -> Iterator[str]:
    """The address of a database that nothing was committed to before this module; returned to that state after it."""
    from config import settings

    _copy.refresh()
    _copy.is_untouched = False
    yield settings().database_url


@pytest.fixture(scope="module")
def cast(_copy: Copy, database: str, _application: Any) -> Any:
    """Harbor and Summit with people of every role and rows of every resource; what a test commits stays for the module."""
    return _copy.with_cast(_application)


@pytest.fixture
def session(_copy: Copy) -> Iterator[Any]:
    """The domain's session on a connection whose transaction is rolled back; commits inside are savepoints."""
    from starline.core import db

    _copy.refresh()
    with db.engine().connect() as connection:
        outer = connection.begin()
        db.session.remove()
        db.session.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield db.session
        db.session.remove()
        db.session.configure(bind=None, join_transaction_mode="conditional_savepoint")
        outer.rollback()
    forget_everything()


@pytest.fixture(scope="session")
def _application(_copy: Copy) -> Any:
    from app import create_app

    _copy.refresh()
    made = create_app()
    made.testing = True
    return made


@pytest.fixture
def app(_application: Any, database: str) -> Iterator[Any]:
    """The whole application on this module's database."""
    from starline.core import db

    forget_everything()
    yield _application
    db.session.remove()


@pytest.fixture
def client(app: Any) -> Any:
    """A browser without cookies, at the platform's own address."""
    return app.test_client()


@pytest.fixture
def frozen_clock() -> Iterator[datetime]:
    """The instant at which the clock stands still: now, to the second."""
    from starline.core import clock

    instant = datetime.now(UTC).replace(microsecond=0)
    with clock.frozen(instant):
        yield instant


@pytest.fixture(autouse=True)
def _no_way_outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("network") is None:
        monkeypatch.setattr(socket.socket, "connect", _guarded(_connect))


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def connect_inside(self: socket.socket, address: Any) -> Any:
        is_inside = self.family == socket.AF_UNIX or str(address[0]).startswith(LOOPBACK)
        assert is_inside, f"A test tried to reach {address}: the outside world is faked by an adapter."
        return connect(self, address)

    return connect_inside
