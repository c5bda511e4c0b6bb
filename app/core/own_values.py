"""The SQL of the agency's own fields: how a value is read from a row's `custom`, and how a filter finds it.

Under row-level security no operator of JSON can use an index, because none is leakproof. A filter therefore looks into
`custom_values`, where a trigger repeats every value as text and number, keyed by organisation.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.core.fields import Field, Kind
from starline.organizations.custom_fields import CustomValue

_values = CustomValue.__table__


def stored_value(one: Field, table: Any) -> Any:
    """The value as JSON has it."""
    return sa.func.jsonb_object_field(table.c.custom, _path(one))


def typed_value(one: Field, table: Any) -> Any:
    """The value to sort or join by."""
    text = sa.func.jsonb_object_field_text(table.c.custom, _path(one))
    if one.kind is Kind.RELATION:
        return sa.cast(text, one.column.type)
    return sa.cast(text, sa.Numeric()) if one.kind is Kind.DECIMAL else text


def own_comparison(table: Any, one: Field, operator: str, parameter: str) -> Any:
    """The rows of `table` whose value compares with `parameter` as asked."""
    held = sa.select(_values.c.row_id).where(
        _values.c.organization_id == sa.bindparam("organization_id", type_=sa.Uuid),
        _values.c.subject == sa.bindparam("own_subject", table.name, type_=sa.Text),
        _values.c.field == _path(one),
    )
    if operator == "null":
        return table.c.id.in_(held) != sa.bindparam(parameter, type_=sa.Boolean)
    if operator == "ne":
        return table.c.id.not_in(held.where(_compared(one, "eq", parameter)))
    return table.c.id.in_(held.where(_compared(one, operator, parameter)))


def _compared(one: Field, operator: str, parameter: str) -> Any:
    is_number = one.kind is Kind.DECIMAL
    column = _values.c.number if is_number else _values.c.value
    if operator == "in":
        return column == sa.func.any(sa.bindparam(parameter, type_=postgresql.ARRAY(column.type)))
    value = sa.bindparam(parameter, type_=column.type)
    if operator == "sw":
        return sa.and_(column >= value, column < sa.bindparam(f"{parameter}_end", type_=column.type))
    return {
        "eq": column == value,
        "gt": column > value,
        "ge": column >= value,
        "lt": column < value,
        "le": column <= value,
    }[operator]


def _path(one: Field) -> Any:
    """The value's name, a constant of the statement; the same wherever the statement needs it."""
    return sa.cast(sa.bindparam(f"own_{one.path}", one.path, type_=sa.Text), sa.Text)
