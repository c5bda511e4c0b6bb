"""The ids of a case: one's own, another agency's, out of scope, and such as never were."""

import re
from typing import Any
from uuid import uuid4

from app.core.fields import Field, Kind
from app.core.resource import Resource, resource_of
from starline.core.db import User
from tests.isolation.cast import Agency, Cast, Person, narrows


def references(resource: Resource) -> list[Field]:
    """The fields that name another row, each once."""
    return [one for one in resource.form_fields if one.kind is Kind.RELATION]


def never_was(resource: Resource) -> Any:
    return 987654321 if resource.model.__table__.c.id.type.python_type is int else str(uuid4())


def never_was_of(one: Field) -> Any:
    return 987654321 if one.column.type.python_type is int else "01900000-0000-7000-8000-00000000dead"


def theirs_of(cast: Cast, one: Field) -> Any:
    return id_of(cast.summit, cast.summit.own, one)


def of_summit(cast: Cast, resource: Resource, one: Field | None) -> Any:
    return cast.summit.own[resource.name]["id"] if one is None else theirs_of(cast, one)


def never(resource: Resource, one: Field | None) -> Any:
    """An id that never was, the same at every call."""
    if one is not None:
        return never_was_of(one)
    return 987654321 if isinstance(never_was(resource), int) else "01900000-0000-7000-8000-00000000beef"


def differing(first: str, second: str) -> tuple[str, str]:
    """The ids that two queries of one spelling hold."""
    found = (re.search(_ID, one) for one in (first, second))
    return tuple(one.group() if one else "-" for one in found)  # type: ignore[return-value]


_ID = r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{6,}"


def others(cast: Cast, one: Field, person: Person) -> dict[str, Any]:
    """Rows that the person may not name, by what is wrong with them."""
    found = {"Summit's": theirs_of(cast, one)}
    target = resource_of(one.target)
    if target is not None and one.target is not User and narrows(target, person.scope):
        found["out of scope"] = id_of(cast.harbor, cast.harbor.outside, one)
    return found


def id_of(agency: Agency, rows: dict[str, dict[str, Any]], one: Field) -> Any:
    if one.target is User:
        return agency.people["Administrator"].user_id
    target = resource_of(one.target)
    assert target is not None, f"{one.target} has no resource"
    return rows[target.name]["id"]
