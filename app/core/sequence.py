"""The rows of a list one after the other: a form that was opened from a list leads on to the next row's."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from flask import request
from werkzeug.datastructures import MultiDict

from app.core import lists
from app.core.reading import read_page
from app.core.resource import Resource
from starline.core.errors import Invalid

LONGEST_QUERY = 2_000


@dataclass(frozen=True)
class Sequence:
    """The list, as the query of its address, and the row that follows in it."""

    query: str
    next_key: str


def sequence_of(resource: Resource, pk: str) -> Sequence | None:
    """Where the form of the row `pk` leads on to; None where it came from no list, or is the last of it."""
    if request.method == "POST":
        return _sent(resource)
    query = _query(resource)
    if query is None:
        return None
    try:
        key = _after(resource, MultiDict(parse_qsl(query)), pk)
    except Invalid:
        return None  # an address that was typed, or a view whose columns have changed
    return Sequence(query, key) if key else None


def _sent(resource: Resource) -> Sequence | None:
    query, key = request.form.get("list", "")[:LONGEST_QUERY], request.form.get("next", "")
    return Sequence(query, key) if key and resource.key_of(key) is not None else None


def _query(resource: Resource) -> str | None:
    """Given on from the form before, or told by the browser, which says within one site where it comes from."""
    if "list" in request.args:
        return request.args["list"][:LONGEST_QUERY]
    came_from = urlsplit(request.referrer or "")
    is_list = came_from.netloc == request.host and came_from.path in (f"/{resource.name}/list/", f"/{resource.name}/")
    return came_from.query[:LONGEST_QUERY] if is_list else None


def _after(resource: Resource, given: MultiDict[str, str], pk: str) -> str | None:
    keys, is_last = _page(resource, given)
    if pk not in keys:
        return None
    position = keys.index(pk) + 1
    if position < len(keys):
        return keys[position]
    if is_last:
        return None
    given["page"] = str(int(given.get("page", "1")) + 1)
    keys, _is_last = _page(resource, given)
    return keys[0] if keys else None


def _page(resource: Resource, given: MultiDict[str, str]) -> tuple[list[str], bool]:
    """The keys of the rows on the list's page, and whether it is the last page."""
    columns: dict[str, Any] = {"columns": resource.table.split()[0]}
    asked = lists.asked_of(
        resource, MultiDict([*((k, v) for k, v in given.items(multi=True) if k != "columns"), *columns.items()])
    )
    found = orjson.loads(read_page(resource, asked)[0])
    return [str(key) for key in found["ids"]], found["count"] <= asked.page * asked.page_size
