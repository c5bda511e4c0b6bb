"""Changing rows of a resource: the same checks and the same verbs, whether a form or a script asks."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.core.fields import Field, Kind, Look
from app.core.own_fields import with_custom
from app.core.resource import Resource
from app.core.security import required_viewer
from starline.core import batches
from starline.core.db import session
from starline.core.errors import DomainError, Invalid, NotFound, Stale
from starline.core.language import gettext as _
from starline.files.models import StoredFile

FIXED = frozenset(
    {
        "id",
        "organization_id",
        "version",
        "created_on",
        "created_by_fk",
        "changed_on",
        "changed_by_fk",
    }
)
"""Columns that no request may set; sent back unchanged by a client that read them, they are ignored."""


def create_row(resource: Resource, given: Mapping[str, Any], *, key: Any = None) -> Any:
    """Check `given` (JSON or form values by key), call the resource's verb, and return the row, written.

    `key` is the id of a row that comes back.
    """
    values = read_values(resource, given, is_new=True)
    check_scope(resource, values)
    _check_own_rows(resource, values)
    values = with_custom(resource, values, {})
    if key is not None:
        values = {"id": key, **values}  # first, because what is encrypted is bound to it
    verb = resource.create
    row = type(resource).create(values, by=required_viewer().user_id) if verb else _insert(resource, values)  # type: ignore[misc]
    batches.write()
    return row


def update_row(resource: Resource, row: Any, given: Mapping[str, Any], *, version: int | None) -> Any:
    """Change `row`; `version` is the one the caller read, and a newer row is `Stale`."""
    if version is not None and row.version != version:
        raise Stale(_("Somebody else saved this record in the meantime."))
    values = read_values(resource, given, is_new=False)
    check_scope(resource, values)
    _check_own_rows(resource, values, row)
    if resource.own:
        values = with_custom(resource, values, row.custom or {})
    if resource.update:
        type(resource).update(row, values, by=required_viewer().user_id)  # type: ignore[misc]
    else:
        assign(row, values)
    session.flush()
    return row


def delete_row(resource: Resource, row: Any) -> None:
    if resource.delete:
        type(resource).delete(row, by=required_viewer().user_id)  # type: ignore[misc]
    else:
        session.delete(row)
    session.flush()


def find_row(resource: Resource, identifier: str, *, lock: bool = False) -> Any:
    """The ORM row, within the viewer's scope. Raises `NotFound`, also for a malformed identifier."""
    model = resource.model
    key = resource.key_of(identifier)
    if key is None:
        raise _absent()
    query = select(model).where(model.id == key, model.organization_id == required_viewer().organization_id)
    scope = model.visible_to(required_viewer()) if hasattr(model, "visible_to") else None
    if scope is not None:
        query = query.where(scope)
    row = session.scalars(query.with_for_update(of=model.__table__) if lock else query).first()
    if row is None:
        raise _absent()
    return row


def read_values(resource: Resource, given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """`given` as typed values by key. Raises `Invalid` with every wrong field at once."""
    by_key = {one.key: one for one in resource.form_fields}
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name, value in given.items():
        one = by_key.get(name)
        if one is None:
            _note_unknown(resource, name, errors)
            continue
        try:
            values[name] = one.read(value)
        except ValueError as problem:
            errors[name] = [str(problem)]
        if values.get(name) is None and name not in errors and _keeps_default(one):
            if not is_new and one.kind is Kind.BOOLEAN:
                errors[name] = [_("%(label)s must be yes or no.", label=_(one.label))]
            values.pop(name)
    if is_new:
        for name, one in by_key.items():
            if one.required and values.get(name) is None and name not in errors:
                errors[name] = [_("%(label)s is required.", label=_(one.label))]
    if errors:
        raise Invalid(_("Please check the marked fields."), errors=errors)
    return values


def check_scope(resource: Resource, values: Mapping[str, Any]) -> None:
    """A related row must be one the viewer may see; for those who see all, the foreign key is check enough."""
    viewer = required_viewer()
    if viewer.scope == "all":
        return
    for one in resource.form_fields:
        chosen = values.get(one.key)
        scope = one.target.visible_to(viewer) if one.target is not None and hasattr(one.target, "visible_to") else None
        if chosen is None or scope is None:
            continue
        if session.scalar(select(one.target.id).where(one.target.id == chosen, scope)) is None:
            sentence = _("%(label)s: choose one from the list.", label=_(one.label))
            raise Invalid(_("Please check the marked fields."), errors={one.key: [sentence]})


def assign(row: Any, values: Mapping[str, Any]) -> None:
    """Set what differs, so that an unchanged record is not written again."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _insert(resource: Resource, values: Mapping[str, Any]) -> Any:
    row = resource.model()
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    return row


def _keeps_default(one: Field) -> bool:
    """An empty value of a column that can't be empty means: the default."""
    return not one.required and not one.column.nullable


def _note_unknown(resource: Resource, name: str, errors: dict[str, list[str]]) -> None:
    labels = {one.name for one in resource.fields.values() if one.kind is Kind.RELATION}
    if name in FIXED or name in labels or name in {one.key for one in resource.table_fields}:
        if name in ("organization_id", "version") or name in labels or name in FIXED:
            return
        errors[name] = [_("This can't be set here.")]
        return
    errors[name] = [_("There is no field called this.")]


def _check_own_rows(resource: Resource, values: Mapping[str, Any], row: Any = None) -> None:
    """No foreign key guards a person or a document in a field of the agency's own."""
    for one in resource.own.values():
        chosen = values.get(one.key) if one.kind is Kind.RELATION else None
        if chosen is None or (row is not None and one.of(row) == chosen):
            continue
        query = select(one.target.id).where(one.target.id == chosen)
        if one.look is Look.FILE:
            query = query.where(
                StoredFile.visible_to(required_viewer()),
                StoredFile.owner_table == resource.model.__tablename__,
                StoredFile.key_of_owner(resource.model.__tablename__) == (row.id if row is not None else None),
            )
        if session.scalar(query) is None:
            sentence = _("%(label)s: choose one from the list.", label=_(one.label))
            if one.look is Look.FILE:
                sentence = _("%(label)s: choose one of the record's own documents.", label=_(one.label))
            raise Invalid(_("Please check the marked fields."), errors={one.key: [sentence]})


def _absent() -> DomainError:
    return NotFound(_("There is no such record, or you may not see it."))
