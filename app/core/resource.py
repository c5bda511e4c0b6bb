"""A resource: one declaration from which the screens, the REST endpoints and their documentation are made.

    class Allergies(Resource, model=Allergy, menu="Care", icon="alert-triangle"):
        table = "client substance severity noted_on"
        filters = "client substance severity"
        form = {"Allergy": "client substance severity noted_on"}

becomes one FAB `ModelView` and one FAB `ModelRestApi` under one permission name (`Allergies`). Every column list is
explicit: what is not named is neither shown, nor filtered, nor written. `view` or `api` puts an ordinary FAB class in
the place of the generated one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from app.core.fields import Field, Kind, Look, describe
from starline.core.identifiers import parse_uuid

READ, ADD, EDIT, DELETE, EXPORT = (
    "can_read",
    "can_add",
    "can_edit",
    "can_delete",
    "can_export",
)
ACTIONS = (READ, ADD, EDIT, DELETE, EXPORT)
MOST_IN_BULK = 200
"""Records that one request may create at most."""

SIMPLE = frozenset(
    {Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TIME, Kind.CHOICE, Kind.BOOLEAN}
)
"""What fits into a cell of a list to be changed there."""

ALIKE = frozenset({Kind.BOOLEAN, Kind.CHOICE, Kind.DATE, Kind.RELATION})
"""What many records can sensibly have in common; nobody gives them all one name or number."""


@dataclass(frozen=True)
class Count:
    """A figure of the first page: the list that it counts, as in `waits`, and where it stands.

    A smaller `place` is nearer to the head; what a person works on comes before what they may look at. `of`: the
    resource whose editors work on it, where it isn't its own.
    """

    query: str
    place: int = 50
    of: str = ""


@dataclass(frozen=True)
class Work:
    """How the rows of a wait are named one by one on the first page, and where each is settled.

    `says` and `under` are sentences with `%(field)s` of the row, `verb` the word on the button that leads to `url`.
    `order` puts the most urgent row first, and the smallest `place` the most urgent kind.
    """

    says: str
    under: str
    verb: str
    place: int
    order: str
    url: str = "/{resource}/show/{id}"
    tone: str = "warn"


@dataclass(frozen=True)
class Chart:
    """Rows counted by a closed list, or by the `months` (from this one) of a date, split by a closed list.

    `series` names the values of the split that are drawn, each with its tone. `query` narrows the rows as a list's
    address does, by equality.
    """

    by: str
    split: str = ""
    series: Mapping[str, str] = field(default_factory=dict)
    months: range = range(0)
    query: str = ""
    place: int = 50
    """Smaller is nearer to the head of the first page."""


@dataclass(frozen=True)
class Week:
    """Rows counted by the days of this week; `by` is a date. `series`: label → (tone, the list of a day's rows)."""

    by: str
    series: Mapping[str, tuple[str, str]]
    place: int = 50


registry: dict[str, "Resource"] = {}
"""Every declared resource by class name, in the order of declaration."""


class Resource:
    """Base of the declarations. Class attributes are words separated by spaces, in the order to show them."""

    model: ClassVar[Any]
    menu: ClassVar[str | None] = None
    icon: ClassVar[str] = "circle"
    name: ClassVar[str] = ""
    """The last part of its addresses; the table's name unless given."""
    title: ClassVar[str] = ""
    table: ClassVar[str] = ""
    filters: ClassVar[str] = ""
    search: ClassVar[str] = ""
    """Text columns that `search=` looks at by prefix; each needs an index under the C collation."""
    hint: ClassVar[str] = ""
    """What stands beside its name where a record was found by the search."""
    order: ClassVar[str] = "-id"
    form: ClassVar[Mapping[str, str]] = {}
    show: ClassVar[Mapping[str, str] | None] = None
    related: ClassVar[str] = ""
    pills: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    actions: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    """Verbs on one row, `verb(row, *, by)`, for whoever may edit it: a button each, and an address each for programs.
    The model's `possible_actions` says which of them the row's state allows; without it, all."""
    links: ClassVar[Mapping[str, str]] = {}
    """Further pages of one row, by the words of their button: "What it may do" → "/roles/{id}/permissions"."""
    waits: ClassVar[Mapping[str, str]] = {}
    """What waits for those who may edit: a sentence, and the list it counts ("status=requested"). `{today}` and
    `{in_30_days}` stand for dates, `{now}` and `{24_hours_ago}` for instants."""
    work: ClassVar[Mapping[str, Work]] = {}
    """Of what waits, the kinds whose rows the first page names one by one, by their sentence."""
    figures: ClassVar[Mapping[str, Count]] = {}
    """Figures of the first page for those who may read, by their label."""
    trends: ClassVar[Mapping[str, Chart]] = {}
    """Of figures that are of a time: what is counted week by week beside them."""
    charts: ClassVar[Mapping[str, Chart | Week]] = {}
    """Charts of the first page, by their title."""
    takes_along: ClassVar[str] = ""
    """Tables whose rows its own `delete` verb deletes too, though the database alone would refuse."""
    shown_once: ClassVar[str] = ""
    """An attribute of a new row that its maker sees in the answer and nobody ever again: a secret that isn't stored."""
    needs_key: ClassVar[bool] = False
    """Whether programs send an `Idempotency-Key` with each new row and each action: a visit planned twice is driven to
    twice."""
    feature: ClassVar[str | None] = None
    read_only: ClassVar[bool] = False
    without: ClassVar[str] = ""
    """Of add, edit, delete: those that this resource does not offer."""
    create: ClassVar[Callable[..., Any] | None] = None
    update: ClassVar[Callable[..., Any] | None] = None
    delete: ClassVar[Callable[..., Any] | None] = None
    view: ClassVar[Any] = None
    api: ClassVar[Any] = None
    takes_imports: ClassVar[bool] = False
    """Whether its list offers to bring a spreadsheet in; `app.imports.targets` says how its columns are read."""
    form_template: ClassVar[str] = "resource/form.html"
    own: ClassVar[Mapping[str, Field]] = {}
    """The agency's own fields, by name; only what `own_fields.tailored` makes has any."""
    extra: ClassVar[str] = ""
    """Columns that the list offers and doesn't show unless asked."""

    def __init_subclass__(
        cls,
        model: Any = None,
        menu: str | None = None,
        icon: str = "circle",
        **options: Any,
    ) -> None:
        super().__init_subclass__(**options)
        if model is None:
            return
        cls.model, cls.menu, cls.icon = model, menu, icon
        cls.name = cls.name or model.__tablename__
        cls.title = cls.title or cls.name.replace("_", " ").capitalize()
        registry[cls.__name__] = cls()

    @property
    def singular(self) -> str:
        """What one row is, by its class: "Service address"."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.model.__name__)
        return words[:1] + words[1:].lower()

    @property
    def permission(self) -> str:
        """The name its permissions are given on: one for screens and REST."""
        return type(self).__name__

    @property
    def methods(self) -> frozenset[str]:
        """Which of add, edit and delete it offers."""
        offered = frozenset() if self.read_only else frozenset({"add", "edit", "delete"})
        return offered - set(self.without.split())

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field that is shown, filtered or written, by its name."""
        names = [
            *self.table.split(),
            *self.extra.split(),
            *self.filters.split(),
            *self.hint.split(),
            *self.form_names,
            *self.shown_names,
        ]
        return {name: self.own.get(name) or describe(self.model, name) for name in dict.fromkeys(names)}

    @cached_property
    def secrets(self) -> dict[str, Field]:
        """The encrypted fields, shown masked and revealed one at a time."""
        return {name: one for name, one in self.fields.items() if one.kind is Kind.SECRET}

    @cached_property
    def form_names(self) -> list[str]:
        return [name for names in self.form.values() for name in names.split()]

    @cached_property
    def shown_names(self) -> list[str]:
        return [name for names in (self.show or self.form).values() for name in names.split()]

    @cached_property
    def table_fields(self) -> list[Field]:
        return [self.fields[name] for name in dict.fromkeys([*self.table.split(), *self.extra.split()])]

    @cached_property
    def hint_fields(self) -> list[Field]:
        return [self.fields[name] for name in self.hint.split()]

    @cached_property
    def form_fields(self) -> list[Field]:
        return [self.fields[name] for name in self.form_names]

    @cached_property
    def cells(self) -> list[Field]:
        """The columns that can be changed where they stand in the list: simple values that its form has too."""
        if "edit" not in self.methods:
            return []
        return [one for one in self.table_fields if one.kind in SIMPLE and one.name in self.form_names]

    @cached_property
    def bulk_fields(self) -> list[Field]:
        """The fields that many rows can be given the same value of at once."""
        alike = [one for one in self.form_fields if one.kind in ALIKE and one.look is not Look.FILE]
        return alike if "edit" in self.methods else []

    @cached_property
    def filter_fields(self) -> dict[str, Field]:
        """Filterable fields by name and, for relations, by key too. A secret never answers a filter."""
        fields = [self.fields[name] for name in self.filters.split()]
        return {alias: one for one in fields if one.kind is not Kind.SECRET for alias in (one.name, one.key)}

    @cached_property
    def order_fields(self) -> dict[str, Field]:
        return {one.name: one for one in self.table_fields if one.is_sortable}

    @cached_property
    def is_numbered(self) -> bool:
        """Whether its rows are identified by whole numbers (FAB's tables), not by UUIDs."""
        return bool(self.model.__table__.c.id.type.python_type is int)

    def key_of(self, text: str) -> UUID | int | None:
        """The row's key that `text` spells, or None: a malformed identifier means "not found"."""
        if self.is_numbered:
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
        return parse_uuid(text)

    @cached_property
    def voids(self) -> bool:
        """Whether a row taken away stays on record, marked, instead of being deleted."""
        return "voided_at" in self.model.__table__.c

    @property
    def removal(self) -> str:
        """The word on the button that takes a row away."""
        return "Void" if self.voids else "Delete"

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """Of the columns that tell one state of a row from the next, those it has."""
        return tuple(name for name in ("version", "changed_on") if name in self.model.__table__.c)

    @cached_property
    def client_column(self) -> str | None:
        """The column naming the client its rows tell of, which the audit of reads keeps."""
        if self.model.__tablename__ == "clients":
            return "id"
        return "client_id" if "client_id" in self.model.__table__.c else None

    @cached_property
    def client_columns(self) -> tuple[str, ...]:
        """All that name a client, as two do of a pair that may be one person; whom a client is merged into they are."""
        if self.client_column == "id":
            return ("id",)
        return tuple(one.name for one in self.model.__table__.c if one.info.get("belongs_to") == "clients")

    @cached_property
    def children(self) -> list["Resource"]:
        """The resources whose lists stand on this one's detail page."""
        by_name = {one.name: one for one in registry.values()}
        return [by_name[name] for name in self.related.split()]

    def parent_key(self, parent: "Resource") -> str:
        """The column by which its rows belong to a row of `parent`."""
        table = parent.model.__tablename__
        return next(str(one.name) for one in self.model.__table__.c if one.info.get("belongs_to") == table)


def label_of_action(name: str) -> str:
    """The word on the button of the action `name`."""
    return name.replace("_", " ").capitalize()


def resource_of(model: Any) -> Resource | None:
    """The resource declared over `model`, if there is one."""
    return next((one for one in registry.values() if one.model is model), None)
