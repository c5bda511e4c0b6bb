"""sqlmap finds a planted hole, and none of ours.

It attacks the application over HTTP on this machine: every parameter of ten addresses, as an administrator.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from app.core import rate_limits
from config import settings
from starline.core import db
from starline.identity import attempts
from tests.contract.callers import by_cookie
from tests.isolation.cast import Cast

SQLMAP = Path(sys.executable).with_name("sqlmap")
PLANTED = "/planted/clients"
FOUND = re.compile(r"^Parameter: (.+)$", re.MULTILINE)
TESTED = re.compile(r"testing if (?:\w+ )*parameter '(.+?)' is dynamic|(?:parameter|header) '(.+?)' (?:does not|is )")
OPTIONS = [
    *("--batch", "--disable-coloring", "--flush-session", "--dbms=PostgreSQL", "--technique=BEUS"),
    *("--level=2", "--risk=2", "--threads=4", "--timeout=20", "--retries=0", "--skip-waf", "--ignore-code=*"),
    *(
        "--param-exclude=^(Host|User-Agent|Referer|Cookie|Authorization|session)$",
        "--answers=follow=N,merge=N,redirect=N",
    ),
]

pytestmark = pytest.mark.trust


answered: Counter[int] = Counter()
"""The statuses of all answers since it was last cleared."""


@dataclass(frozen=True)
class Target:
    """One address with the parameters to attack; an asterisk marks a place that is no parameter."""

    path: str
    body: str = ""
    method: str = ""
    is_screen: bool = False


def targets(cast: Cast) -> dict[str, Target]:
    client = cast.harbor.own["clients"]["id"]
    names = '{"first_name": "Ada*", "last_name": "Byron*", "birth_date": "1950-01-01*"}'
    return {
        "a list's words": Target("/api/v1/clients/?search=ada&order=last_name&columns=last_name&page=1&page_size=5"),
        "a list's filters": Target(
            "/api/v1/clients/?status=active&birth_date.gt=1950-01-01&last_name.sw=a&count=exact"
        ),
        "the framework's spelling": Target("/api/v1/staff/?q=(order_column:last_name*,order_direction:asc,page:0)"),
        "an id": Target(f"/api/v1/clients/{client}*"),
        "a cursor": Target(f"/api/v1/clients/?cursor={client}&order=id"),
        "a reference's choices": Target("/api/v1/contacts/related/client?search=ada"),
        "a changed record": Target(f"/api/v1/clients/{client}", body=names, method="PATCH"),
        "signing in": Target("/api/v1/auth/login", body='{"email": "ada@harbor.example*", "password": "wrong*"}'),
        "a screen's list": Target("/clients/list/?search=ada&order=last_name&page=1&status=active", is_screen=True),
        "the audit's questions": Target(
            "/audit/?person=1&action=update&subject=clients&record=1&since=2026-01-01", is_screen=True
        ),
    }


NAMES = (
    "a list's words",
    "a list's filters",
    "the framework's spelling",
    "an id",
    "a cursor",
    "a reference's choices",
    "a changed record",
    "signing in",
    "a screen's list",
    "the audit's questions",
)


@pytest.fixture(scope="module")
def address(cast: Cast) -> Iterator[str]:
    """The application on a port of this machine, with a page beside it that anybody may inject into."""
    much = replace(settings(), rate_limit_user=10**9, rate_limit_organization=10**9, rate_limit_address=10**9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limits, "settings", lambda: much)
        patch.setattr(attempts, "ATTEMPTS_PER_MINUTE", 10**9)
        served = DispatcherMiddleware(cast.application.wsgi_app, {"/planted": planted().wsgi_app})
        server = make_server("127.0.0.1", 0, counted(served), threaded=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.port}"
        server.shutdown()


def counted(served: Any) -> Any:
    def serve(environ: Any, start: Any) -> Any:
        def begin(status: str, *rest: Any) -> Any:
            answered[int(status.partition(" ")[0])] += 1
            return start(status, *rest)

        return served(environ, begin)

    return serve


def planted() -> Flask:
    """A page as nobody should write it: what is asked goes into the statement as it came."""
    vulnerable = Flask("planted")

    @vulnerable.get("/clients")
    def clients() -> str:
        with db.engine().connect() as connection:
            found = connection.execute(
                sa.text(f"SELECT word FROM pg_get_keywords() WHERE word = '{request.args['word']}'")
            )
            return ", ".join(word for (word,) in found) or "Nothing."

    return vulnerable


def attack(address: str, target: Target, cast: Cast, folder: Path) -> str:
    """What sqlmap said."""
    person = cast.harbor.people["Administrator"]
    headers = [f"Host: {person.host}"]
    if target.is_screen:
        browser = by_cookie(cast.application, person)
        cookie = browser.client.get_cookie("session", domain=person.host)
        assert cookie is not None
        headers.append(f"Cookie: session={cookie.value}")
    else:
        headers.append(f"Authorization: Bearer {person.token}")
    if target.body:
        headers.append("Content-Type: application/json")
    command = [str(SQLMAP), "-u", f"http://{address}{target.path}", *OPTIONS, "--output-dir", str(folder)]
    command += ["--headers", "\n".join(headers), *(["--data", target.body] if target.body else [])]
    command += ["--method", target.method] if target.method else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    return done.stdout + done.stderr


def test_the_planted_hole_is_found(address: str, cast: Cast, tmp_path: Path) -> None:
    told = attack(address, Target(f"{PLANTED}?word=select"), cast, tmp_path)
    assert FOUND.findall(told) == ["word (GET)"], told


@pytest.mark.parametrize("name", NAMES)
def test_none_of_ours_is(address: str, cast: Cast, tmp_path: Path, name: str) -> None:
    answered.clear()
    told = attack(address, targets(cast)[name], cast, tmp_path)
    statuses = dict(answered)
    tested = {one for pair in TESTED.findall(told) for one in pair if one}
    print(f"\n{name}: {len(tested)} parameters, answers {statuses}, {sorted(tested)}")
    assert tested and sum(statuses.values()) > 100 * len(tested), told
    assert not {401, 421, 429, 500} & set(statuses) - ({401} if name == "signing in" else set()), statuses
    assert not FOUND.findall(told), told
    assert "all tested parameters do not appear to be injectable" in told, told
