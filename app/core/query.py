"""From the parameters of a list request to one statement that PostgreSQL answers with finished JSON.

The statement's text depends only on the request's shape (columns, filters, order, scope, paging), so it is built once
per shape and kept; values travel as parameters. The read's audit row is written by the same statement, and a page is
only given out while the permissions it was asked under are still the newest.
"""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.core.fields import MASK, Field, Kind, Look, label_expression, plain_label
from app.core.own_values import own_comparison, stored_value, typed_value
from app.core.resource import Resource
from starline.core.search import is_searched
from starline.core.statements import PLACEHOLDER, Statement

COUNT_CAP = 10_000
"""Rows counted at most when `count` is `capped`: an exact count of a large table costs more than the page."""

OPERATORS = {
    "eq": "=",
    "ne": "≠",
    "sw": "starts with",
    "gt": ">",
    "ge": "≥",
    "lt": "<",
    "le": "≤",
    "in": "one of",
    "null": "is empty",
}

_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a list request but its values."""

    columns: tuple[str, ...]
    filters: tuple[tuple[str, str], ...] = ()
    order: tuple[str, ...] = ()
    search: bool = False
    count: str = "capped"
    scope: str = "all"
    by_id: bool = False
    after: bool = False
    chosen: bool = False
    """Only rows whose ids are given, `%(ids)s`."""
    in_branch: bool = False
    """Of what the scope leaves only the rows of one branch, `%(shown_branch_id)s`."""


class ScopeParameters:
    """Stands for the viewer while a statement is built: its attributes are the statement's parameters."""

    user_id = sa.bindparam("viewer_user_id", type_=sa.Integer)
    branch_id = sa.bindparam("viewer_branch_id", type_=sa.Uuid)
    readable = sa.bindparam("viewer_readable", type_=postgresql.ARRAY(sa.Text))

    def __init__(self, scope: str) -> None:
        self.scope = scope


class BranchParameters(ScopeParameters):
    """Stands for somebody who sees the branch that a list is narrowed to."""

    branch_id = sa.bindparam("shown_branch_id", type_=sa.Uuid)

    def __init__(self) -> None:
        super().__init__("branch")


@lru_cache(maxsize=4096)
def statement(resource: Resource, shape: Shape) -> Statement:
    """The whole SQL for `shape`, with psycopg2 placeholders.

    Answers one row: (newest version, JSON or null, number of rows). Rows are guarded by `%(version)s`.
    """
    constants: dict[str, Any] = {}
    page, condition = _page(resource, shape, constants)
    count = {
        "none": "NULL::bigint",
        "exact": f"(SELECT count(*) FROM {_matching(resource, condition, constants)})",
        "capped": f"(SELECT count(*) FROM {_matching(resource, condition, constants, COUNT_CAP + 1)})",
    }[shape.count]
    document = "(SELECT one.row FROM page AS one)" if shape.by_id else _LIST_DOCUMENT.format(count=count)
    table_name, is_client = resource.model.__tablename__, resource.client_columns == ("id",)
    clients = _CLIENTS if is_client else _each_once(len(resource.client_columns))
    return Statement(audited(table_name, page, document, clients=clients, ids=not is_client), constants)


def audited(subject: str, page: str, document: str, *, clients: str, ids: bool = True, more: str = "") -> str:
    """SQL that reads `page` (id, client, …), records the reading of it as one of `subject`, and answers `document`.

    `page` and `document` may ask for `newest`, which holds the version at which permissions stand. `more`: further
    parts of the WITH list, which may read from `page`. `clients`: the expression over `page` for those it tells of.
    """
    return (
        "WITH newest AS (SELECT value FROM organization_versions WHERE organization_id = %(organization_id)s),\n"
        f"page AS MATERIALIZED ({page}),\n{more}"
        "audit AS (INSERT INTO audit_events (action, subject, subject_id, client_ids, changes)"
        f" SELECT 'read', '{subject}', CASE WHEN count(*) = 1 THEN min(page.id::text) END,"
        f" {clients}, {_ALL_IDS if ids else 'NULL'}"
        " FROM page HAVING (SELECT value FROM newest) = %(version)s)\n"
        f"SELECT (SELECT value FROM newest), {document}::text, (SELECT count(*) FROM page)"
    )


_CLIENTS = "array_agg(page.client)"
_DISTINCT_CLIENTS = "array_agg(DISTINCT page.client) FILTER (WHERE page.client IS NOT NULL)"

_ALL_IDS = "CASE WHEN count(*) <> 1 THEN jsonb_build_object('ids', coalesce(jsonb_agg(page.id), '[]'::jsonb)) END"
"""Which rows were read, where the clients alone don't tell."""

_LIST_DOCUMENT = (
    "(SELECT json_build_object('count', {count}, 'ids', coalesce(json_agg(page.id), '[]'::json),"
    " 'result', coalesce(json_agg(page.row), '[]'::json)) FROM page)"
)


def _each_once(columns: int) -> str:
    """Those named by so many columns of the page, without repetitions."""
    if columns < 2:
        return _DISTINCT_CLIENTS
    every = " || ".join(f"array_agg(page.client{number or ''})" for number in range(columns))
    return f"(SELECT array_agg(DISTINCT one) FROM unnest({every}) AS one WHERE one IS NOT NULL)"


@lru_cache(maxsize=512)
def row_statement(resource: Resource, columns: tuple[str, ...]) -> Statement:
    """One row by `%(id)s` as JSON text, regardless of scope: for the transaction that has just written it."""
    table = resource.model.__table__
    source, selected = _selected(resource, columns)
    condition = sa.and_(
        table.c.organization_id == sa.bindparam("organization_id", type_=sa.Uuid),
        table.c.id == sa.bindparam("id", type_=table.c.id.type),
    )
    shown = ", ".join(f'r."{name}"' for name in _json_names(resource, columns))
    constants: dict[str, Any] = {}
    inner = compiled(sa.select(*selected).select_from(source).where(condition), constants)
    return Statement(f"SELECT (SELECT row_to_json(j) FROM (SELECT {shown}) AS j)::text FROM ({inner}) AS r", constants)


@lru_cache(maxsize=512)
def count_statement(resource: Resource, shape: Shape) -> Statement:
    """How many rows `shape` matches, within the viewer's scope."""
    constants: dict[str, Any] = {}
    condition = sa.and_(*_conditions(resource, shape))
    return Statement(f"SELECT count(*) FROM {_matching(resource, condition, constants)}", constants)


@lru_cache(maxsize=512)
def counts_statement(asked: tuple[tuple[Resource, Shape], ...]) -> Statement:
    """Several counts at once, as an array; the parameters of the n-th are called `cN_…`."""
    counts: list[str] = []
    constants: dict[str, Any] = {}
    for number, (resource, shape) in enumerate(asked):
        one = count_statement(resource, shape)
        counts.append("(" + PLACEHOLDER.sub(rf"%(c{number}_\1)s", one.text) + ")")
        constants |= {f"c{number}_{name}": value for name, value in one.constants.items()}
    return Statement(f"SELECT ARRAY[{', '.join(counts)}]::bigint[]", constants)


def _page(resource: Resource, shape: Shape, constants: dict[str, Any]) -> tuple[str, Any]:
    """The SQL of the page's rows (id, client, row as JSON), and the condition they were chosen by."""
    table = resource.model.__table__
    source, selected = _selected(resource, shape.columns)
    condition = sa.and_(*_conditions(resource, shape))
    inner = sa.select(*selected).select_from(source).where(condition)
    inner = inner.where(sa.text("(SELECT value FROM newest) = :version").bindparams(sa.bindparam("version")))
    if shape.after:
        inner = inner.where(table.c.id < sa.bindparam("after", type_=table.c.id.type))
    inner = inner.order_by(*_ordering(resource, shape))
    if not shape.by_id:
        inner = inner.limit(sa.bindparam("page_size", type_=sa.Integer))
        if not shape.after:
            inner = inner.offset(sa.bindparam("offset", type_=sa.Integer))
    named = [f'r."{name}"' for name in resource.client_columns] or ["NULL::uuid"]
    clients = ", ".join(f"{name} AS client{number or ''}" for number, name in enumerate(named))
    hidden = compiled(inner, constants)
    shown = ", ".join(f'r."{name}"' for name in _json_names(resource, shape.columns))
    row = f"(SELECT row_to_json(j) FROM (SELECT {shown}) AS j)"
    return f"SELECT r.id, {clients}, {row} AS row FROM ({hidden}) AS r", condition


def _json_names(resource: Resource, columns: tuple[str, ...]) -> list[str]:
    names = ["id"]
    for name in columns:
        one = resource.fields.get(name)
        names += [one.key, one.name] if one is not None and one.kind is Kind.RELATION else [name]
    return list(dict.fromkeys(names))


def _selected(resource: Resource, columns: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """The tables to read and the expressions to select, each under its JSON name."""
    table = resource.model.__table__
    source, selected = table, {"id": table.c.id}
    selected |= {name: table.c[name] for name in resource.client_columns}
    for name in columns:
        one = resource.fields.get(name)
        if one is None:
            selected[name] = table.c[name]
        elif one.kind is Kind.RELATION:
            other = one.target.__table__.alias(f"{name}_")
            key = typed_value(one, table) if one.is_own else one.column
            same = sa.and_(
                other.c.organization_id == table.c.organization_id,
                other.c.id == key,
            )
            if one.look is Look.FILE:
                same = sa.and_(same, other.c.trashed_at.is_(None))
            source = source.outerjoin(other, same)
            selected[one.key] = key.label(one.key) if one.is_own else key
            # Only a resource of clients records whose names it shows.
            names_client = resource.client_column is None and "client" in getattr(one.target, "found_by", ())
            selected[name] = (plain_label if names_client else label_expression)(one.target, other).label(name)
        else:
            selected[name] = (stored_value(one, table) if one.is_own else _expression(one)).label(name)
    return source, list(selected.values())


def _expression(one: Field) -> Any:
    if one.kind is Kind.SECRET:
        return sa.case((one.column.is_(None), None), else_=sa.literal_column(f"'{MASK}'"))
    if one.is_sealed:
        return sa.func.encode(one.column, sa.literal_column("'hex'"))  # `reading` opens it
    if one.kind is Kind.DECIMAL:
        return sa.cast(one.column, sa.Text)  # exact: a JSON number would pass through a float
    return one.column


def _conditions(resource: Resource, shape: Shape) -> list[Any]:
    table = resource.model.__table__
    conditions = [table.c.organization_id == sa.bindparam("organization_id", type_=sa.Uuid)]
    scope = resource.model.visible_to(ScopeParameters(shape.scope)) if hasattr(resource.model, "visible_to") else None
    if scope is not None:
        conditions.append(scope)
    if shape.in_branch:
        conditions.append(resource.model.visible_to(BranchParameters()))
    if shape.by_id:
        conditions.append(table.c.id == sa.bindparam("id", type_=table.c.id.type))
    if shape.chosen:
        conditions.append(table.c.id == sa.func.any(sa.bindparam("ids", type_=postgresql.ARRAY(table.c.id.type))))
    for position, (name, operator) in enumerate(shape.filters):
        one, parameter = resource.filter_fields[name], f"filter_{position}"
        compare = _comparison if not one.is_own else partial(own_comparison, table)
        conditions.append(compare(one, operator, parameter))
    if shape.search:
        matching = [_starts_with(table.c[name], "search") for name in resource.search.split()]
        if is_searched(resource.model):
            matching.append(table.c.id == sa.func.any(sa.bindparam("found", type_=postgresql.ARRAY(table.c.id.type))))
        conditions.append(sa.or_(*matching))
    return conditions


def _comparison(one: Field, operator: str, parameter: str) -> Any:
    column = one.column
    if operator == "null":
        return column.is_(None) == sa.bindparam(parameter, type_=sa.Boolean)
    if operator == "sw":
        return _starts_with(column, parameter)
    if operator == "in":
        return column == sa.func.any(sa.bindparam(parameter, type_=postgresql.ARRAY(column.type)))
    value = sa.bindparam(parameter, type_=column.type)
    return {
        "eq": column == value,
        "ne": column.is_distinct_from(value),
        "gt": column > value,
        "ge": column >= value,
        "lt": column < value,
        "le": column <= value,
    }[operator]


def _starts_with(column: Any, parameter: str) -> Any:
    """A prefix match as a range under the C collation: `LIKE` can't use an index under row-level security."""
    low = sa.bindparam(parameter, type_=sa.Text)
    high = sa.bindparam(f"{parameter}_end", type_=sa.Text)
    text = sa.collate(column, "C")
    return sa.and_(text >= low, text < high)


def _ordering(resource: Resource, shape: Shape) -> list[Any]:
    table = resource.model.__table__
    terms = []
    for term in shape.order:
        name = term.lstrip("-")
        one = resource.fields.get(name)
        is_relation = one is not None and one.kind is Kind.RELATION
        if one is not None and is_relation:
            column = _order_of_named(name, one.target)
        else:
            column = typed_value(one, table) if one is not None and one.is_own else table.c[name]
        is_last = term.startswith("-") and (is_relation or getattr(column, "nullable", True))
        terms.append(column.desc().nulls_last() if is_last else column.desc() if term.startswith("-") else column.asc())
    if "id" in {term.lstrip("-") for term in shape.order}:
        return terms
    descending = not terms or shape.order[0].startswith("-")
    return [*terms, table.c.id.desc() if descending else table.c.id.asc()]


def _order_of_named(name: str, target: Any) -> Any:
    """What rows that name one of `target` are sorted by: the name as it is shown, if it is made of its own columns.

    Naming each row by other tables would read those for every row there is, before a page of them is chosen: there a
    plain column stands in for it.
    """
    if not hasattr(target, "named_in"):
        return sa.column(name)
    other = target.__table__.alias(f"{name}_")
    return other.c[target.__sorted__] if hasattr(target, "__sorted__") else plain_label(target, other)


def _matching(resource: Resource, condition: Any, constants: dict[str, Any], limit: int | None = None) -> str:
    table = resource.model.__table__
    inner: Any = sa.select(sa.literal_column("1")).select_from(table).where(condition)
    return f"({compiled(inner, constants)}{f' LIMIT {limit}' if limit else ''}) AS matching"


def compiled(select: Any, constants: dict[str, Any]) -> str:
    """The SQL text; constants that a scope brings along (a status, today) are added to `constants`."""
    compiled = select.compile(dialect=_DIALECT)
    constants |= {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled)
