"""The places where a request can name a row beside its path: the body, a nested key, a list, a filter, a header."""

from collections.abc import Callable, Iterator
from typing import Any

from app.core.fields import Field, Kind
from app.core.resource import Resource
from config import settings
from tests.isolation.asks import Ask
from tests.isolation.cast import Agency
from tests.isolation.roles import connected, enter, rows

Body = dict[str, Any]
Key = Callable[[Field | None], Any]
"""The id to smuggle in: of the row that a reference names, or (for None) of a row of the resource itself."""


def bodies(ask: Ask, references: list[Field], values: Body, key: Key) -> Iterator[tuple[str, Body]]:
    """What else a program can send in place of `values`, each with the slot that holds the id."""
    for name in ("id", "pk"):
        yield f"{name} in the body", _sent(ask, {**values, name: key(None)})
    for one in references:
        yield f"{one.key} as an object", _sent(ask, {**values, one.key: {"id": key(one)}})
        yield f"{one.name} as an object", _sent(ask, {**values, one.name: {"id": key(one)}})
        yield f"{one.key} as a list", _sent(ask, {**values, one.key: [key(one)]})
        if ask.sends == "items":
            yield f"{one.key} second in the list", {"json": {"items": [values, {**values, one.key: key(one)}]}}


def _sent(ask: Ask, values: Body) -> dict[str, Any]:
    return {"json": {"items": [values]} if ask.sends == "items" else values}


OWN_SPELLINGS = ("id={}", "pk={}", "ids={}", "id.in={}", "q=(filters:!((col:id,opr:eq,value:'{}')))", "q=(ids:!({}))")
SPELLINGS = (
    "{name}={key}",
    "{name}.in={key}",
    "{name}.ge={key}&{name}.le={key}",
    "q=(filters:!((col:{name},opr:eq,value:'{key}')))",
    "q=(filters:!((col:{name},opr:rel_o_m,value:'{key}')))",
    "q=(filters:!((col:{name},opr:in,value:!('{key}'))))",
)


def queries(resource: Resource, key: Key, *, thorough: bool) -> Iterator[tuple[str, str]]:
    """Ways of a list to ask for one row, each with its query string: all of them, or the plainest of each kind."""
    own = key(None)
    for spelling in OWN_SPELLINGS if thorough else OWN_SPELLINGS[:1]:
        yield spelling, spelling.format(own)
    references = {id(one): one for one in resource.filter_fields.values() if one.kind is Kind.RELATION}
    for one in references.values():
        for spelling in SPELLINGS if thorough else SPELLINGS[:1]:
            yield spelling.replace("{name}", one.key), spelling.format(name=one.key, key=key(one))


def headers(other: Agency, theirs: Any) -> dict[str, str]:
    """What a caller may add to be taken for the other agency, or for asking another path. None of it counts."""
    return {
        "X-Forwarded-Host": other.host,
        "Forwarded": f"host={other.host}",
        "X-Original-Host": other.host,
        "X-Original-URL": f"/api/v1/clients/{theirs}",
        "X-HTTP-Method-Override": "DELETE",
        "X-Tenant-ID": str(other.id),
        "X-User-ID": str(other.people["Administrator"].user_id),
        "Referer": f"http://{other.host}/",
    }


def kept_keys(agency: Agency) -> list[str]:
    """The agency's idempotency keys, under which it keeps answers."""
    with connected(settings().database_url) as cursor:
        enter(cursor, agency.id)
        query = "SELECT key FROM idempotent_requests WHERE body_encrypted IS NOT NULL ORDER BY 1"
        return [key for (key,) in rows(cursor, query)]


def denials(agency: Agency) -> dict[str, int]:
    """Who was refused something in the agency, by the request's number."""
    with connected(settings().database_url) as cursor:
        enter(cursor, agency.id)
        query = "SELECT request_id, actor_id FROM audit_events WHERE action = 'denied' AND organization_id = %s"
        return dict(rows(cursor, query, str(agency.id)))
