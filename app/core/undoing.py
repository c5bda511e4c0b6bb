"""Taking back what one did a moment ago: changed rows get their former values, deleted ones come back under their id.

Everything is read from the trail, checked and written by the same verbs as any other change, and refused where somebody
has changed a row since. What holds a secret doesn't come back: the trail doesn't know it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.core.access import may
from app.core.errors import explain
from app.core.fields import Field, Kind, Look
from app.core.own_fields import expanded
from app.core.resource import Resource
from app.core.security import required_viewer
from app.core.selection import Chosen, apply, locked_rows
from app.core.writing import create_row, update_row
from starline.core import audit, clock, tenancy
from starline.core.errors import Conflict, NotFound, Stale
from starline.core.language import gettext as _

UNDO_FOR = timedelta(hours=1)
"""How long after a change its maker can take it back with one click."""


def undo_address(resource: Resource) -> str:
    """Where what this request does to rows of the resource can be taken back."""
    return f"/{resource.name}/undo/{tenancy.current().request_id}"


def may_return(resource: Resource) -> bool:
    """Whether the viewer could bring back a deleted row of the resource that holds nothing secret."""
    if "add" not in resource.methods or resource.voids or resource.is_numbered:
        return False
    return may("can_add", resource) and may("can_edit", resource)


def can_return(resource: Resource, row: Any) -> bool:
    """Whether the viewer could bring the row back once it is deleted: all that is in it can be written again."""
    if not may_return(resource):
        return False
    hidden = set(getattr(row, "custom", None) or {}) - {one.path for one in resource.own.values()}
    return not hidden and all(getattr(row, one.column.name) is None for one in resource.secrets.values())


def standing(resource: Resource, row: Any) -> dict[str, Any]:
    """What stands in the row where its form writes, by key; of a secret only what is stored."""
    return {
        one.key: getattr(row, one.column.name) if one.kind is Kind.SECRET else one.of(row)
        for one in resource.form_fields
    }


def can_set_back(resource: Resource, row: Any, before: dict[str, Any]) -> bool:
    """Whether all that saving the row's form has done since `before` can be taken back; not where it did nothing.

    What followed elsewhere, or in the row beside its form, such as a sign-in that was shut, would stay as it is.
    """
    now = standing(resource, row)
    changed = [one for one in resource.form_fields if now[one.key] != before[one.key]]
    if not changed or any(one.kind is Kind.SECRET or one.look is Look.FILE for one in changed):
        return False
    written = {name for one in resource.form_fields for name in (one.key, one.column.name)}
    return all(
        (one.action, one.subject, one.subject_id) == ("update", resource.model.__tablename__, str(row.id))
        and expanded(resource, one.changes or {}).keys() <= written
        for one in audit.writes_of_this_transaction()
    )


def undo(resource: Resource, request_id: str) -> int:
    """Set back what the viewer's own request `request_id` did to rows, as the trail tells it; how many rows.

    Raises `Conflict` where a row has been changed since, `NotFound` where there is nothing to take back.
    """
    since, by, table = clock.now() - UNDO_FOR, required_viewer().user_id, resource.model.__tablename__
    changed = audit.changes_of_request(table, request_id, by=by, since=since)
    deleted = audit.deletions_of_request(table, request_id, by=by, since=since)
    told = audit.told([*changed, *deleted])
    number = _bring_back(resource, {str(one.subject_id): told[one.id] for one in deleted})
    former = {str(one.subject_id): told[one.id] for one in changed}
    rows = locked_rows(resource, list(former)) if former else []
    if not rows and not number:
        raise NotFound(_("There is nothing to undo any more."))
    refused = apply(
        [Chosen(row, None) for row in rows],
        lambda chosen: _set_back(resource, chosen.row, former[str(chosen.row.id)]),
    )
    if refused:
        names = ", ".join(str(chosen.row) for chosen, _problem in refused[:10])
        reason = refused[0][1]
        refusal = explain(reason) if isinstance(reason, IntegrityError) else reason
        raise Conflict(
            _("Nothing was set back. These stand in the way: %(names)s. %(why)s", names=names, why=str(refusal))
        )
    return number + len(rows)


def _bring_back(resource: Resource, gone: dict[str, dict[str, Any]]) -> int:
    """Add the deleted rows again under their ids; those that are back already are left alone."""
    missing = {key: changes for key, changes in gone.items() if not locked_rows(resource, [key])}
    if missing and not may("can_add", resource):
        raise Conflict(_("You may delete here, but not add; ask an administrator to bring it back."))
    for key, changes in missing.items():
        values = _former(resource.form_fields, expanded(resource, changes))
        create_row(resource, values, key=resource.key_of(key))
    return len(missing)


def _set_back(resource: Resource, row: Any, changes: dict[str, Any]) -> None:
    fields = {one.key: one for one in resource.form_fields if one.kind is not Kind.SECRET}
    values = {}
    for name, (old, new) in expanded(resource, changes).items():
        one = fields.get(name)
        if one is None:
            continue
        if one.of(row) != (None if new is None else one.read(_spelled(one, new))):
            raise Stale(_("Somebody has changed it since."))
        values[name] = _spelled(one, old)
    update_row(resource, row, values, version=None)


def _former(fields: list[Field], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What stood in the deleted row's form, by key."""
    by_key = {one.key: one for one in fields if one.kind is not Kind.SECRET}
    return {
        name: _spelled(by_key[name], pair[0])
        for name, pair in changes.items()
        if name in by_key and pair[0] is not None
    }


def _spelled(one: Field, value: Any) -> Any:
    """A value of the trail as forms and scripts send it: JSON has made a float of a decimal."""
    return str(value) if one.kind is Kind.DECIMAL and value is not None else value
