"""A crowd at one door: many threads of both agencies' people, and a single connection to the database.

The connection is looked at every time it comes back: nothing of the last organisation may be left on it.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy import text as sql

from config import settings
from starline.core import db, statements, tenancy
from tests.caches import forget_everything
from tests.contract.callers import Caller, by_cookie, by_token, nobody
from tests.isolation.asks import resource_asks
from tests.isolation.cast import CANARY, Agency, Cast
from tests.isolation.unpacked import words_of

THREADS = 32
SEED = 20261124
MARK = "Hb3marker"
"""Harbor's word, as Summit's is the canary: each may be told to its own people alone."""
PROBE = "ThemeView.manifest"
"""An endpoint for everybody whose view the probe takes over."""
LEFT_OVER = (
    "SELECT concat_ws('|', nullif(current_setting('app.context', true), ''),"
    " nullif(current_setting('app.request_id', true), ''), nullif(current_setting('app.reason', true), ''))"
)


@dataclass
class Crowd:
    """What came of it. `left_over` are connections that came back with somebody's context."""

    answers: int = 0
    own_words: int = 0
    findings: list[str] = field(default_factory=list)
    left_over: int = 0

    def fault(self, what: str) -> None:
        self.findings.append(what)


@dataclass(frozen=True)
class Errand:
    """One request of somebody's: what may not be in its answer, what must be, and how it may end."""

    who: str
    caller: Caller
    method: str
    path: str
    options: dict[str, Any]
    expected: tuple[int, ...]
    foreign: tuple[str, ...]
    own: str | None = None


@contextmanager
def one_connection(crowd: Crowd) -> Iterator[Engine]:
    """The process's pool holds one connection, however many threads ask for it."""
    options = "-c timezone=UTC -c plan_cache_mode=force_generic_plan"
    arguments = {"options": options, "connect_timeout": 5}
    alone = create_engine(
        settings().database_url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        connect_args=arguments,
    )

    @event.listens_for(alone, "checkin")
    def look(connection: Any, record: object) -> None:
        if connection is None or connection.closed:
            return  # an aborted one is thrown away
        with connection.cursor() as cursor:
            cursor.execute(LEFT_OVER)
            crowd.left_over += bool(cursor.fetchone()[0])
        connection.rollback()

    db.session.remove()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "engine", lambda: alone)
        yield alone
        db.session.remove()
    alone.dispose()


@contextmanager
def leaky() -> Iterator[None]:
    """The context set for the session instead of the transaction: what this test must notice."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((db, "_SET_CONTEXT"), (statements, "_CONTEXT"), (statements, "_REASON")):
            patch.setattr(module, name, getattr(module, name).replace(", true)", ", false)"))
        whole = str(db._SET_CONTEXT_ASK_VERSION)
        assert whole.count(", true)") == 3
        patch.setattr(db, "_SET_CONTEXT_ASK_VERSION", sql(whole.replace(", true)", ", false)")))
        yield


def probe(kind: str) -> Any:
    """A view that goes wrong in the middle of its work, or counts what somebody without an organisation sees."""
    if kind == "nobody":
        with tenancy.acting(None):
            counted = db.session.execute(sql("SELECT count(*) FROM clients")).scalar()
        return f"sees {counted}"
    db.session.execute(sql("SELECT count(*) FROM clients"))
    if kind == "timeout":
        db.session.execute(sql("SET LOCAL statement_timeout = 5"))
        db.session.execute(sql("SELECT pg_sleep(1)"))
    if kind == "error":
        raise ZeroDivisionError
    if kind == "refused":
        db.session.execute(sql("SELECT 1 FROM no_such_table"))
    if kind == "ended":
        raise SystemExit  # what a worker that takes too long is sent
    db.session.rollback()
    return f"sees {db.session.execute(sql('SELECT count(*) FROM clients')).scalar() or 0}"


PROBES = {"nobody": (200,), "timeout": (500, 503), "error": (500,), "refused": (500,), "ended": (), "rollback": (200,)}


@contextmanager
def probing(application: Any) -> Iterator[None]:
    """The probe stands in for a view while the block lasts."""
    from flask import request

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(application.view_functions, PROBE, lambda **_: probe(request.args["kind"]))
        yield


def errands(cast: Cast, times: int) -> list[list[Errand]]:
    """Every thread's errands, of both agencies, in an order that is the same at each run."""
    draw = random.Random(SEED)
    asks = [ask for ask in resource_asks(cast.application) if ask.method == "GET" and ask.action == "can_read"]
    rule = next(one.rule for one in cast.application.url_map.iter_rules() if one.endpoint == PROBE)
    found = []
    for _thread in range(THREADS):
        mine = [
            one
            for agency, foreign, own in ((cast.harbor, CANARY, MARK), (cast.summit, MARK, CANARY))
            for one in _of_agency(cast, agency, foreign, own, draw.sample(asks, times), rule, draw)
        ]
        draw.shuffle(mine)
        found.append(mine)
    return found


def _of_agency(
    cast: Cast, agency: Agency, foreign: str, own: str, asks: list[Any], rule: str, draw: random.Random
) -> Iterator[Errand]:
    other = cast.summit if agency is cast.harbor else cast.harbor
    person = agency.people["Administrator"]
    callers = {False: by_token(cast.application, person), True: by_cookie(cast.application, person)}
    for ask in asks:
        caller, name = callers[ask.is_screen], ask.resource.name
        good = (404,) if ask.path.endswith("/related/nothing") else (200,)
        yield Errand(agency.host, caller, "GET", ask.path.format(agency.own[name]["id"]), {}, good, (foreign,))
        if ask.has_id:
            yield Errand(agency.host, caller, "GET", ask.path.format(other.own[name]["id"]), {}, (404,), (foreign,))
    path = "/api/v1/clients/"
    yield Errand(agency.host, callers[False], "GET", path, {}, (200,), (foreign,), own)
    yield Errand(agency.host, callers[False], "POST", path, {"json": {"last_name": 7}}, (422,), (foreign,))
    stale = {"json": {}, "headers": {"If-Match": '"999"'}}
    yield Errand(agency.host, callers[False], "PUT", f"{path}{agency.own['clients']['id']}", stale, (412,), (foreign,))
    for kind in draw.sample(sorted(PROBES), 3):
        caller = nobody(cast.application, agency.host) if kind == "nobody" else callers[True]
        yield Errand(agency.host, caller, "GET", f"{rule}?kind={kind}", {}, PROBES[kind], (foreign,))


def send_all(crowd: Crowd, cast: Cast, times: int = 2) -> Crowd:
    """Everybody's errands at once; what is wrong with any answer is noted."""
    with probing(cast.application), ThreadPoolExecutor(THREADS) as threads:
        for _done in threads.map(lambda mine: _run(crowd, mine), errands(cast, times)):
            pass
    return crowd


def _run(crowd: Crowd, mine: list[Errand]) -> None:
    for number, errand in enumerate(mine):
        if number % 5 == 0:
            forget_everything()  # what is remembered asks for no connection
        _go(crowd, errand)
        if tenancy.current() != tenancy.Context() or db.session.registry.has():
            crowd.fault(f"{errand.who} {errand.path}: the thread still acts for somebody, or holds a session")


def _go(crowd: Crowd, errand: Errand) -> None:
    try:
        answer = errand.caller.call(errand.method, errand.path, **errand.options)
    except SystemExit:
        assert not errand.expected
        return
    crowd.answers += 1
    text = words_of(answer)
    if answer.status_code not in errand.expected:
        crowd.fault(f"{errand.who} {errand.method} {errand.path}: {answer.status_code} {text[-300:]!r}")
    if any(word in text for word in errand.foreign):
        crowd.fault(f"{errand.who} {errand.path}: tells a word of the other agency")
    if "kind=nobody" in errand.path and not text.endswith("sees 0"):
        crowd.fault(f"{errand.path}: without an organisation: {text[-20:]}")
    if errand.own is not None:
        crowd.own_words += errand.own in text
        if errand.own not in text:
            crowd.fault(f"{errand.who} {errand.path}: doesn't tell its own words")
