"""The agency's own fields: what it adds to clients, visits and other core records without a programmer.

A value lies in the row's `custom` under the field's key. So that a filter finds it by an index under row-level
security, a trigger repeats every value in `custom_values`, keyed by organisation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Double, Index, String, Text, UniqueConstraint, Uuid, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from starline.core import clock, events, tenancy
from starline.core.db import Model, Role, TenantModel, choice, column, metadata, session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign
from starline.organizations import custom_rules as rules
from starline.organizations.custom_rules import CHOSEN, FieldKind, Unconvertible

MOST_FIELDS = 100
"""That one kind of record may have; more is a form that nobody fills in."""

MOST_CHOICES, LONGEST_CHOICE = 100, 80
LOST_SHOWN = 50
FIXED = ("subject", "key", "kind")


class Subject(StrEnum):
    """What a field can be added to, by its table."""

    CLIENT = "clients"
    STAFF_MEMBER = "staff_members"
    CREDENTIAL = "credentials"
    VISIT = "visits"
    SERVICE_PLAN = "service_plans"
    INCIDENT = "incidents"


class CustomField(TenantModel):
    """One field that the agency has added. `role_names` None: whoever sees the record sees it."""

    __tablename__ = "custom_fields"
    __label__ = ("label",)
    __table_args__ = (
        UniqueConstraint("organization_id", "subject", "key"),
        Index(None, "organization_id", "subject", "position"),
    )

    subject: Mapped[Subject] = choice("Belongs to", Subject)
    label: Mapped[str] = column("Label", String(80), help="What people read beside the field.")
    key: Mapped[str] = column(
        "Name for programs", String(40), default="", help="Left empty, it is made from the label; it stays for ever."
    )
    kind: Mapped[FieldKind] = choice("Kind", FieldKind, default=FieldKind.TEXT)
    choices: Mapped[list[str]] = column(
        "Choices", ARRAY(String(LONGEST_CHOICE)), default=list, help="Separated by commas, in their order."
    )
    help: Mapped[str | None] = column("Help", String(300), help="One sentence under the field.")
    section: Mapped[str | None] = column("Section", String(60), help="Left empty, “Further details”.")
    is_required: Mapped[bool] = column("Required", default=False)
    is_in_list: Mapped[bool] = column("Shown in the list", default=False)
    role_names: Mapped[list[str] | None] = column(
        "Only for these roles", ARRAY(String(64)), help="Left empty, whoever sees the record."
    )
    position: Mapped[int] = column("Position", default=0)
    is_active: Mapped[bool] = column("In use", default=True)

    @property
    def possible_actions(self) -> tuple[str, ...]:
        return ("move_up", "move_down", "deactivate") if self.is_active else ("reactivate",)


class CustomValue(Model):  # type: ignore[misc]
    """A value of an own field as filters look for it; written by a trigger alone.

    `value` is its text (several for a field of several choices), `number` the same as a number where it is one.
    """

    __tablename__ = "custom_values"
    __table_args__ = (
        Index("ix_custom_values_value", "organization_id", "subject", "field", "value", "row_id"),
        Index("ix_custom_values_number", "organization_id", "subject", "field", "number", "row_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=tenancy.current_organization_id)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    number: Mapped[float | None] = mapped_column(Double())


@dataclass(frozen=True, slots=True)
class KindChange:
    """What a change of kind would do: how many values go along, and which can't."""

    kind: FieldKind
    values: dict[UUID, Any]
    lost: dict[UUID, str] = field(default_factory=dict)


def add_custom_field(values: Mapping[str, Any], *, by: int | None) -> CustomField:
    """Add a field; it stands on the forms from the next request on."""
    values = dict(values)
    values["key"] = (values.get("key") or "").strip() or rules.key_of(values.get("label") or "")
    made = CustomField(**_checked(values, CustomField(kind=FieldKind.TEXT, choices=[])))
    same = _of(made.subject)
    if made.key in {one.key for one in same}:
        raise invalid("key", "There is a field with this name for programs already; choose another.")
    if len(same) >= MOST_FIELDS:
        raise Conflict(
            _(
                "There are %(most)d fields already; take one that nobody uses out of use.",
                most=MOST_FIELDS,
            )
        )
    made.position = max((one.position for one in same), default=0) + 1
    session.add(made)
    session.flush()
    events.record("custom_field:added", made)
    return made


def update_custom_field(one: CustomField, values: Mapping[str, Any], *, by: int | None) -> CustomField:
    """Change how a field is called, shown and checked. Its kind has a verb of its own, `change_kind`."""
    for name in FIXED:
        if name in values and values[name] not in (getattr(one, name), None, ""):
            raise invalid(name, _FIXED_BECAUSE[name])
    kept = {name: value for name, value in values.items() if name not in FIXED}
    kept = _checked(kept, one)
    _check_choices_in_use(one, kept.get("choices", one.choices))
    assign(one, kept)
    session.flush()
    events.record("custom_field:updated", one)
    return one


def deactivate(one: CustomField, *, by: int | None) -> CustomField:
    """Take the field off every form and list; what was entered stays stored."""
    return _switch(one, is_active=False)


def reactivate(one: CustomField, *, by: int | None) -> CustomField:
    """Show the field again, with what was entered before."""
    return _switch(one, is_active=True)


def move_up(one: CustomField, *, by: int | None) -> CustomField:
    """One place towards the beginning of its forms."""
    return _move(one, -1)


def move_down(one: CustomField, *, by: int | None) -> CustomField:
    """One place towards the end of its forms."""
    return _move(one, 1)


def kind_change(one: CustomField, kind: FieldKind, choices: Iterable[str] = ()) -> KindChange:
    """What `change_kind` would do, without doing it. Raises `Conflict` where the kinds have nothing in common."""
    if not rules.may_become(one.kind, kind):
        raise Conflict("A field can't change into this kind; add a new field instead.")
    found = KindChange(kind, {})
    offered = list(choices)
    for row_id, value in _values(one):
        try:
            found.values[row_id] = rules.converted(value, kind, offered)
        except Unconvertible:
            found.lost[row_id] = rules.as_text(value)
    return found


def change_kind(
    one: CustomField, kind: FieldKind, *, choices: Iterable[str] = (), accepts_loss: bool = False, by: int | None
) -> KindChange:
    """Give the field another kind and convert every value. Values that can't go along are only dropped if accepted."""
    offered = list(choices)
    _check_choices(kind, offered)
    change = kind_change(one, kind, offered)
    if change.lost and not accepts_loss:
        raise Conflict(
            _("%(number)s values would be lost. Correct them first, or accept the loss.", number=len(change.lost))
        )
    _write(one, change)
    assign(one, {"kind": kind, "choices": offered if kind in CHOSEN else []})
    session.flush()
    events.record("custom_field:kind_changed", one)
    return change


def rename_role(name: str, new_name: str | None) -> None:
    """Keep in step with a role that got `new_name`, or is gone (None): what only it saw nobody sees then."""
    for one in session.scalars(select(CustomField).where(literal(name) == any_(CustomField.role_names))):
        renamed = [new_name if listed == name else listed for listed in one.role_names or ()]
        one.role_names = [listed for listed in renamed if listed is not None]
    session.flush()


def _switch(one: CustomField, *, is_active: bool) -> CustomField:
    if one.is_active == is_active:
        raise Conflict("It is so already.")
    one.is_active = is_active
    session.flush()
    events.record("custom_field:switched", one)
    return one


def _move(one: CustomField, step: int) -> CustomField:
    same = [other for other in _of(one.subject) if other.is_active]
    if not one.is_active:
        raise Conflict("This field is out of use and stands on no form. Take it into use first.")
    place = next(number for number, other in enumerate(same) if other.id == one.id)
    other = place + step
    if not 0 <= other < len(same):
        raise Conflict("It can't be moved any further.")
    same[place], same[other] = same[other], same[place]
    for number, moved in enumerate(same, 1):
        assign(moved, {"position": number})
    session.flush()
    events.record("custom_field:moved", one)
    return one


def _of(subject: str) -> list[CustomField]:
    query = select(CustomField).where(CustomField.subject == subject)
    return list(session.scalars(query.order_by(CustomField.position, CustomField.id).with_for_update()))


def _checked(values: dict[str, Any], one: CustomField) -> dict[str, Any]:
    problems = Problems()
    kind = values.get("kind") or one.kind
    if "key" in values and not rules.is_key(values["key"]):
        problems.add(
            "key", "Use lower-case letters, digits and underscores, beginning with a letter, not ending in _id."
        )
    if "choices" in values:
        values["choices"] = list(dict.fromkeys(part.strip() for part in values["choices"] or () if part.strip()))
        values["choices"] = values["choices"] if kind in CHOSEN else []
    if values.get("role_names") is not None:
        values["role_names"] = values["role_names"] or None
        known = set(session.scalars(select(Role.name)))
        for name in values["role_names"] or ():
            if name not in known:
                problems.add(
                    "role_names",
                    _(
                        "There is no role called %(name)s. Choose from: %(known)s.",
                        name=name,
                        known=", ".join(sorted(known)),
                    ),
                )
    if kind == FieldKind.FILE and values.get("is_required", one.is_required):
        problems.add("is_required", "A document can't be required: the record is there before its documents are.")
    if kind == FieldKind.FILE and values.get("role_names", one.role_names):
        problems.add("role_names", "Whoever sees the record sees its documents; leave the roles empty.")
    problems.refuse()
    _check_choices(kind, values.get("choices", one.choices) or [])
    return values


def _check_choices(kind: FieldKind, choices: list[str]) -> None:
    if kind in CHOSEN and not choices:
        raise invalid("choices", "Name what can be chosen, separated by commas.")
    if len(choices) > MOST_CHOICES or any(len(text) > LONGEST_CHOICE for text in choices):
        raise invalid(
            "choices",
            _(
                "Give at most %(most)d choices of at most %(longest)d characters.",
                most=MOST_CHOICES,
                longest=LONGEST_CHOICE,
            ),
        )


def _check_choices_in_use(one: CustomField, choices: list[str]) -> None:
    """A choice that somebody has can't vanish: the record could no longer be saved."""
    gone = set(one.choices) - set(choices)
    if one.kind not in CHOSEN or not gone:
        return
    query = select(func.count()).select_from(CustomValue.__table__)
    for text in sorted(gone):
        held = (CustomValue.subject == one.subject, CustomValue.field == one.key, CustomValue.value == text)
        number = session.scalar(query.where(*held)) or 0
        if number:
            raise invalid(
                "choices",
                _("%(number)s records have “%(what)s”. Change them before you take it away.", number=number, what=text),
            )


def _values(one: CustomField) -> list[tuple[UUID, Any]]:
    table = metadata.tables[one.subject]
    value = table.c.custom[one.key]
    query = select(table.c.id, value).where(
        table.c.organization_id == tenancy.current_organization_id(), table.c.custom.has_key(one.key)
    )
    return [(row_id, found) for row_id, found in session.execute(query.with_for_update()) if found is not None]


def _write(one: CustomField, change: KindChange) -> None:
    table = metadata.tables[one.subject]
    session.flush()
    for row_id in (*change.values, *change.lost):
        stored = session.scalar(select(table.c.custom).where(table.c.id == row_id)) or {}
        custom = {key: value for key, value in stored.items() if key != one.key}
        if row_id in change.values:
            custom[one.key] = change.values[row_id]
        values = {"custom": custom, "version": table.c.version + 1, "changed_on": clock.now()}
        values["changed_by_fk"] = tenancy.current().user_id
        session.execute(update(table).where(table.c.id == row_id).values(values))
    session.expire_all()


_FIXED_BECAUSE = {
    "subject": "A field stays where it was added; add another one there.",
    "key": "The name for programs stays for ever: what was entered is kept under it.",
    "kind": "Use “Change the kind”, which shows first what becomes of the values.",
}
