"""The addresses of our own files. Each carries a mark of the content, so that a browser may keep what it has for ever.

A script imports its neighbours by relative addresses, and those have no query: the folder of all scripts carries the
mark of them all instead (`/static/js-5d3c19a0/app.js`), and with it whatever a script in it imports.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask import Request

STATIC = Path(__file__).resolve().parents[1] / "static"
YEAR_SECONDS = 31_536_000
_FETCHED = re.compile(r"""url\(["']?\.\./([^"')]+)""")
_FOLDER = re.compile(r"js-[0-9a-f]{8}/")


def asset(path: str) -> str:
    """The address of a file of ours, by its path in `app/static`."""
    if path.startswith("js/"):
        return f"/static/js-{_mark_of_scripts()}/{path.removeprefix('js/')}"
    return f"/static/{path}?v={_mark_of_file(path)}"


def vendor(name: str) -> str:
    """The address of an installed third-party file."""
    return asset(f"vendor/{name}")


def fetched_by(sheet: str) -> list[str]:
    """The addresses of the files that a style sheet in `app/static` asks for; each names its version behind a `?v=`."""
    return [f"/static/{one}" for one in _FETCHED.findall((STATIC / sheet).read_text())]


def path_of(address: str) -> str:
    """The path in `app/static` that the rest of an address behind `/static/` means."""
    return _FOLDER.sub("js/", address, count=1) if _FOLDER.match(address) else address


def seconds_kept(asked: Request) -> int | None:
    """How long a browser may keep the answer without asking: a year if the address changes with the content."""
    is_marked = "v" in asked.args or asked.path.startswith(f"/static/js-{_mark_of_scripts()}/")
    return YEAR_SECONDS if is_marked else None


@cache
def _mark_of_scripts() -> str:
    return _mark(sorted((STATIC / "js").rglob("*.js")))


@cache
def _mark_of_file(path: str) -> str:
    file = STATIC / path
    return _mark([file]) if file.exists() else "missing"


def _mark(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:8]
