"""The agency's own fields put into its resources: a tailored copy of the declaration for each set that a person sees.

A copy is told from the declaration, and from every other copy, by identity. So all that is kept per resource, forms and
the text of statements, is kept per set of fields, and an agency without any works with the declaration itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.fields import Field, Kind
from app.core.resource import Resource
from app.core.security import confirm_viewer, current_viewer
from starline.core.db import User, session
from starline.core.errors import Unavailable
from starline.core.language import gettext as _
from starline.files.models import StoredFile
from starline.identity.viewer import Viewer
from starline.organizations.custom_fields import CustomField
from starline.organizations.custom_rules import (
    LONGEST_LONG_TEXT,
    LONGEST_TEXT,
    MOST_DECIMALS,
    MOST_WHOLE_DIGITS,
    FieldKind,
)

PREFIX = "custom_"
SECTION = "Further details"

KINDS: dict[str, tuple[Kind, Any]] = {
    FieldKind.TEXT: (Kind.TEXT, sa.String(LONGEST_TEXT)),
    FieldKind.LONG_TEXT: (Kind.LONG_TEXT, sa.Text()),
    FieldKind.NUMBER: (Kind.DECIMAL, sa.Numeric(MOST_WHOLE_DIGITS + MOST_DECIMALS, MOST_DECIMALS)),
    FieldKind.DATE: (Kind.DATE, sa.Date()),
    FieldKind.CHOICE: (Kind.CHOICE, sa.String(LONGEST_TEXT)),
    FieldKind.MULTI_CHOICE: (Kind.MULTI, ARRAY(sa.String(LONGEST_TEXT))),
    FieldKind.YES_NO: (Kind.BOOLEAN, sa.Boolean()),
    FieldKind.PERSON: (Kind.RELATION, sa.Integer()),
    FieldKind.FILE: (Kind.RELATION, sa.Uuid()),
}
TARGETS = {FieldKind.PERSON: User, FieldKind.FILE: StoredFile}
LENGTHS = {FieldKind.TEXT: LONGEST_TEXT, FieldKind.LONG_TEXT: LONGEST_LONG_TEXT}


class Reshaped(Unavailable):
    """The agency's fields changed while the request was at work: it is done once more from the start."""


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field that the agency has added, as forms and lists need it."""

    subject: str
    key: str
    label: str
    kind: str
    choices: tuple[str, ...]
    help: str
    section: str
    is_required: bool
    is_in_list: bool
    role_names: tuple[str, ...] | None

    def is_seen_by(self, viewer: Viewer) -> bool:
        return self.role_names is None or not set(self.role_names).isdisjoint(viewer.roles)

    @property
    def name(self) -> str:
        return PREFIX + self.key


_kept: dict[UUID, tuple[int, tuple[OwnField, ...]]] = {}
"""Each organisation's fields in use at one version, which every change of a field counts up."""


class Tailored:
    """The attribute `resource` of a view: the declaration, for the person who asks with the agency's own fields."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    def __get__(self, view: Any, owner: Any) -> Resource:
        return self.resource if view is None else tailored(self.resource)


def tailored(resource: Resource) -> Resource:
    """The resource with the own fields that this request's person may see."""
    if "custom" not in resource.model.__table__.c or resource.own:
        return resource
    viewer = current_viewer()
    if viewer is None:
        return resource
    return _tailored(resource, seen_by(viewer, resource))


def seen_by(viewer: Viewer, resource: Resource) -> tuple[OwnField, ...]:
    """The agency's own fields of the resource that the viewer may see."""
    table = resource.model.__tablename__
    return tuple(one for one in _fields_of(viewer) if one.subject == table and one.is_seen_by(viewer))


def check(resource: Resource) -> None:
    """Raise `Reshaped` if the resource no longer has the newest fields; the request is then done again."""
    if "custom" not in resource.model.__table__.c:
        return
    confirm_viewer()
    if tailored(declared(resource)) is not resource:
        raise Reshaped(_("The fields are being changed right now. Please try again."))


def declared(resource: Resource) -> Resource:
    """The declaration that the resource was tailored from."""
    return vars(resource).get("declaration", resource)  # type: ignore[no-any-return]


def drawn_as(one: OwnField) -> Field:
    """The field as forms, lists and REST know it."""
    kind, of_type = KINDS[one.kind]
    return Field(
        name=one.name,
        key=f"{one.name}_id" if kind is Kind.RELATION else one.name,
        kind=kind,
        label=one.label,
        help=one.help,
        column=sa.Column(one.name, of_type, nullable=True),
        required=one.is_required and kind is not Kind.BOOLEAN,
        max_length=LENGTHS.get(FieldKind(one.kind)),
        choices=one.choices,
        target=TARGETS.get(FieldKind(one.kind)),
        path=one.key,
    )


def with_custom(resource: Resource, values: dict[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """`values` by key with those of own fields moved into `custom`, beside what is `present` there."""
    given = {one.path: values[one.key] for one in resource.own.values() if one.key in values}
    if not given:
        return values
    keys = {one.key for one in resource.own.values()}
    custom = {key: value for key, value in {**present, **given}.items() if value is not None}
    return {**{key: value for key, value in values.items() if key not in keys}, "custom": custom}


def expanded(resource: Resource, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The trail's `changes` with those in `custom` told field by field; what the person may not see is left out."""
    if "custom" not in changes or "custom" not in resource.model.__table__.c:
        return dict(changes)
    rest = {name: pair for name, pair in changes.items() if name != "custom"}
    pair = changes["custom"]
    if not isinstance(pair, list) or len(pair) != 2:
        return rest
    old, new = (part if isinstance(part, dict) else {} for part in pair)
    for one in tailored(declared(resource)).own.values():
        if old.get(one.path) != new.get(one.path):
            rest[one.key] = [old.get(one.path), new.get(one.path)]
    return rest


def _fields_of(viewer: Viewer) -> tuple[OwnField, ...]:
    version, fields = _kept.get(viewer.organization_id, (-1, ()))
    if version != viewer.version:
        fields = _load(viewer.organization_id)
        if len(_kept) > 5_000:
            _kept.clear()
        _kept[viewer.organization_id] = (viewer.version, fields)
    return fields


def _load(organization_id: UUID) -> tuple[OwnField, ...]:
    query = sa.select(CustomField).where(CustomField.organization_id == organization_id, CustomField.is_active)
    found = session.scalars(query.order_by(CustomField.position, CustomField.id))
    return tuple(
        OwnField(
            one.subject.value,
            one.key,
            one.label,
            one.kind.value,
            tuple(one.choices),
            one.help or "",
            one.section or SECTION,
            one.is_required,
            one.is_in_list,
            None if one.role_names is None else tuple(one.role_names),
        )
        for one in found
    )


@lru_cache(maxsize=2048)
def _tailored(resource: Resource, fields: tuple[OwnField, ...]) -> Resource:
    """A copy of the declaration with the fields in their places; the declaration itself where there are none."""
    if not fields:
        return resource
    sections, shown = dict(resource.form), dict(resource.show or resource.form)
    for one in fields:
        for places in (sections, shown):
            places[one.section] = f"{places.get(one.section, '')} {one.name}".strip()
    listed = [one.name for one in fields if one.is_in_list]
    filtered = [one.name for one in fields if one.kind != FieldKind.LONG_TEXT]
    copy = object.__new__(type(resource))
    vars(copy).update(
        declaration=resource,
        own={one.name: drawn_as(one) for one in fields},
        form=sections,
        show=shown,
        table=" ".join([resource.table, *listed]),
        extra=" ".join(one.name for one in fields if not one.is_in_list),
        filters=" ".join([resource.filters, *filtered]),
    )
    return copy
