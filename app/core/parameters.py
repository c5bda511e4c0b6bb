"""Reading a list request: plain parameters (`last_name.sw=Ha`), or FAB's rison in `q`. Both give one `ListRequest`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import prison
from werkzeug.datastructures import MultiDict

from app.core import own_fields
from app.core.fields import Field, Kind
from app.core.query import OPERATORS, Shape
from app.core.resource import Resource
from app.core.security import required_viewer
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.core.search import find_ids, is_searched

PAGE_SIZE, LARGEST_PAGE = 20, 200
LARGEST_OFFSET = 100_000
MOST_FOUND = 500
"""Records that a list's search takes over from the search over everything."""

PLAIN = frozenset(
    {
        "search",
        "order",
        "page",
        "page_size",
        "columns",
        "cursor",
        "count",
        "q",
        "_flashes",
    }
)
RISON_OPERATORS = {
    "equal": "eq",
    "rel_o_m": "eq",
    **{operator: operator for operator in OPERATORS},
}
"""FAB's names of operators, and ours."""


@dataclass(slots=True)
class ListRequest:
    """What was asked for, checked: its shape, its parameters, and what a screen needs to repeat it."""

    shape: Shape
    parameters: dict[str, Any]
    page: int = 1
    page_size: int = PAGE_SIZE
    search: str = ""
    chips: list[tuple[Field, str, str]] = field(default_factory=list)


def read_list_request(
    resource: Resource,
    arguments: MultiDict[str, str],
    *,
    scope: str,
    page_size: int = PAGE_SIZE,
) -> ListRequest:
    """The request that `arguments` spell. Raises `Invalid` naming every parameter that is wrong."""
    return _Reader(resource, scope, page_size).read(arguments)


class _Reader:
    def __init__(self, resource: Resource, scope: str, page_size: int) -> None:
        self.resource, self.scope, self.page_size = resource, scope, page_size
        self.errors: dict[str, list[str]] = {}
        self.filters: list[tuple[str, str]] = []
        self.parameters: dict[str, Any] = {}
        self.chips: list[tuple[Field, str, str]] = []

    def read(self, arguments: MultiDict[str, str]) -> ListRequest:
        plain, filters = self._merged(arguments)
        for name, operator, value in filters:
            self._filter(name, operator, value)
        search = str(plain.get("search", "")).strip()[:100]
        page = self._whole(plain, "page", 1, 1, LARGEST_OFFSET)
        page_size = self._whole(plain, "page_size", self.page_size, 1, LARGEST_PAGE)
        cursor = self._cursor(plain)
        shape = Shape(
            columns=self._columns(plain),
            filters=tuple(self.filters),
            order=("-id",) if cursor else self._order(plain),
            search=bool(search and self.resource.search),
            count=self._count(plain),
            scope=self.scope,
            after=cursor is not None,
        )
        if (page - 1) * page_size > LARGEST_OFFSET:
            self.errors["page"] = [_("Pages this deep are read with cursor= instead: pass the last id you have.")]
        if self.errors:
            own_fields.check(self.resource)
            raise Invalid(
                _("The list can't be read as asked."),
                errors=self.errors,
                code="invalid_parameters",
            )
        self.parameters |= {
            "page_size": page_size,
            "offset": (page - 1) * page_size,
            "after": cursor,
        }
        self.parameters |= dict(zip(("search", "search_end"), prefix_range(search.lower()), strict=True))
        if shape.search and is_searched(self.resource.model):
            self.parameters["found"] = _array(self._found(search))
        return ListRequest(shape, self.parameters, page, page_size, search, self.chips)

    def _found(self, search: str) -> list[UUID]:
        """What the search over all records finds too: other words, numbers, telephones, birthdays, typos."""
        return find_ids(self.resource.model, search, viewer=required_viewer(), limit=MOST_FOUND)

    def _merged(self, arguments: MultiDict[str, str]) -> tuple[dict[str, Any], list[tuple[str, str, Any]]]:
        """Plain parameters and filters, whichever way they were written."""
        plain: dict[str, Any] = {name: value for name, value in arguments.items() if name in PLAIN}
        filters: list[tuple[str, str, Any]] = []
        for name in arguments:
            values = [value for value in arguments.getlist(name) if value != "" and name not in PLAIN]
            column, _dot, operator = name.partition(".")
            # A form sends the values of one list one by one.
            values = [",".join(values)] if operator == "in" and values else values
            filters += [(column, operator or "eq", value) for value in values]
        if "q" in plain:
            self._merge_rison(plain.pop("q"), plain, filters)
        return plain, filters

    def _merge_rison(self, text: str, plain: dict[str, Any], filters: list[tuple[str, str, Any]]) -> None:
        try:
            asked = prison.loads(text)
            if not isinstance(asked, dict):
                raise ValueError
            if "page" in asked:
                plain["page"] = int(asked["page"]) + 1  # FAB counts pages from 0
            if "order_column" in asked:
                descending = asked.get("order_direction", "asc") == "desc"
                plain["order"] = ("-" if descending else "") + str(asked["order_column"])
            if "columns" in asked:
                plain["columns"] = ",".join(map(str, asked["columns"]))
            plain |= {name: asked[name] for name in ("page_size", "search", "count") if name in asked}
            for one in asked.get("filters", []):
                operator = RISON_OPERATORS.get(str(one["opr"]), str(one["opr"]))
                filters.append((str(one["col"]), operator, one["value"]))
        except Exception:
            # prison raises a dozen kinds of exception; all of them mean the same to the caller.
            self.errors["q"] = [_("q must be rison, like (page:0,page_size:20).")]

    def _filter(self, name: str, operator: str, value: Any) -> None:
        one = self.resource.filter_fields.get(name)
        if one is None:
            known = ", ".join(dict.fromkeys(field.name for field in self.resource.filter_fields.values()))
            self.errors[name] = [
                _(
                    "There is no filter called this. Filters are: %(known)s.",
                    known=known or "-",
                )
            ]
            return
        if operator not in allowed_operators(one):
            allowed = ", ".join(allowed_operators(one))
            self.errors[name] = [_("This filter knows the operators %(allowed)s.", allowed=allowed)]
            return
        parameter = f"filter_{len(self.filters)}"
        try:
            self.parameters |= self._values(one, operator, parameter, value)
        except ValueError as problem:
            self.errors.setdefault(name, []).append(str(problem))
            return
        self.filters.append((one.name, operator))
        self.chips.append((one, operator, ",".join(map(str, value)) if isinstance(value, list) else str(value)))

    def _values(self, one: Field, operator: str, parameter: str, value: Any) -> dict[str, Any]:
        if operator == "null":
            return {parameter: str(value).lower() in ("1", "true", "yes")}
        if operator == "in":
            parts = value if isinstance(value, list) else str(value).split(",")
            return {parameter: _array(_comparable(one, part) for part in parts)}
        if operator == "sw":
            return dict(
                zip(
                    (parameter, f"{parameter}_end"),
                    prefix_range(str(value)),
                    strict=True,
                )
            )
        if str(value).strip() == "":
            raise ValueError(_("%(label)s needs a value to compare with.", label=_(one.label)))
        return {parameter: _comparable(one, value)}

    def _columns(self, plain: dict[str, Any]) -> tuple[str, ...]:
        known = {one.name: one.name for one in self.resource.table_fields}
        known |= {one.key: one.name for one in self.resource.table_fields}
        if not plain.get("columns"):
            return (
                *dict.fromkeys(self.resource.table.split()),
                *(mark for mark in self.resource.marks if mark == "changed_on"),
            )
        asked = [name for name in str(plain["columns"]).split(",") if name != "id"]
        unknown = [name for name in asked if name not in known and name not in self.resource.marks]
        if unknown:
            self.errors["columns"] = [_("There is no column %(names)s here.", names=", ".join(unknown))]
            return ()
        return tuple(dict.fromkeys(known.get(name, name) for name in asked))

    def _order(self, plain: dict[str, Any]) -> tuple[str, ...]:
        terms = str(plain.get("order") or self.resource.order.replace(" ", ",")).split(",")
        known = {
            *self.resource.order_fields,
            "id",
            "changed_on",
            *self.resource.order.replace("-", "").split(),
        }
        unknown = [term for term in terms if term.lstrip("-") not in known]
        if unknown:
            self.errors["order"] = [_("The list can't be sorted by %(names)s.", names=", ".join(unknown))]
            return ()
        return tuple(terms)

    def _count(self, plain: dict[str, Any]) -> str:
        asked = str(plain.get("count", "capped")).lower()
        mode = {"false": "none", "true": "capped"}.get(asked, asked)
        if mode not in ("exact", "capped", "none"):
            self.errors["count"] = [_("count is exact, capped or none.")]
            return "capped"
        return mode

    def _cursor(self, plain: dict[str, Any]) -> Any:
        if "cursor" not in plain:
            return None
        cursor = self.resource.key_of(str(plain["cursor"]))
        if cursor is None:
            self.errors["cursor"] = [_("cursor is the last id of the page before.")]
        return _plain(cursor)

    def _whole(self, plain: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
        if name not in plain:
            return default
        text = str(plain[name])
        if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
            return int(text)
        self.errors[name] = [
            _(
                "%(name)s is a whole number from %(low)d to %(high)d.",
                name=name,
                low=low,
                high=high,
            )
        ]
        return default


def allowed_operators(one: Field) -> tuple[str, ...]:
    """The operators that make sense for the field, the most natural first."""
    if one.is_sealed:
        return ("null",)
    if one.kind in (Kind.TEXT, Kind.EMAIL, Kind.PHONE):
        return ("sw", "eq", "ne", "in", "null")
    if one.kind in (Kind.CHOICE, Kind.RELATION, Kind.UUID):
        return ("eq", "ne", "in", "null")
    if one.kind is Kind.MULTI:
        return ("eq", "ne", "null")
    if one.kind is Kind.BOOLEAN:
        return ("eq", "null")
    if one.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.INSTANT, Kind.TIME):
        return ("eq", "ge", "le", "gt", "lt", "ne", "in", "null")
    return ("null",)


def prefix_range(prefix: str) -> tuple[str, str]:
    """The half-open range of texts that start with `prefix`, in code point order."""
    prefix = prefix.replace("\x00", "")
    return prefix, prefix + "\U0010ffff"


def _array(values: Iterable[Any]) -> str:
    """A PostgreSQL array literal, which takes the type of what it is compared with."""
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values if value is not None)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def _comparable(one: Field, value: Any) -> Any:
    """What the statement compares with; of an own field the text that its value is repeated as."""
    found = _plain(one.read_term(value))
    if not one.is_own:
        return found
    return str(found).lower() if isinstance(found, bool) else str(found)


def _plain(value: Any) -> Any:
    """A value as psycopg2 takes it without further adapters."""
    return str(value) if type(value).__name__ == "UUID" else value
