"""The ready values of a list: what `resource/list.html` draws, all of it told by the address of the page."""

from math import ceil
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import request
from werkzeug.datastructures import MultiDict

from app.core import branches
from app.core.access import may
from app.core.bulk_verbs import bulk_of, verbs_of
from app.core.display import Display, in_sentence
from app.core.fields import Field
from app.core.filters import chips, filters
from app.core.parameters import ListRequest, read_list_request
from app.core.person_names import NAME, called, is_sorted_by, joined, ordering
from app.core.profile import current_profile
from app.core.query import COUNT_CAP
from app.core.reading import read_page
from app.core.resource import Resource
from app.core.saved_views import tabs
from app.core.security import required_viewer
from starline.core.language import gettext as _
from starline.core.language import ngettext

PAGE_SIZE = 25
PAGE_SIZES = (25, 50, 100)
DENSITIES = {"compact": "Compact", "normal": "Normal", "roomy": "Roomy"}
DENSITY = "normal"
OF_SCREENS = frozenset({"density", "format", "offer", "view"})
"""Parameters of an address that the reading of rows knows nothing of."""

PASSING = frozenset({"page", "cursor", "format", "offer"})
"""Parameters that a link to another state of the list leaves behind."""

Pairs = list[tuple[str, str]]


def list_page(resource: Resource) -> dict[str, Any]:
    """Everything that `resource/list.html` draws."""
    given = arguments(resource)
    asked = asked_of(resource, given)
    found = orjson.loads(read_page(resource, asked)[0])
    kept = kept_pairs(resource, given)
    may_add = "add" in resource.methods and may("can_add", resource)
    shown, count = len(found["result"]), found["count"]
    fields = shown_fields(resource, asked)
    return {
        "title": _(resource.title),
        "resource": resource.name,
        "count_label": _counted(count),
        "columns": _columns(resource, fields, asked, kept),
        "rows": rows(resource, fields, found["result"], current_profile().display),
        "chips": chips(resource, asked, kept),
        "filters": filters(resource, asked, kept, offered=given.get("offer", "")),
        "offered": given.get("offer"),
        "search": asked.search,
        "can_search": bool(resource.search),
        "search_url": f"/{resource.name}/list/",
        "clear_url": with_pairs([(name, value) for name, value in kept if name in ("columns", "density", "page_size")]),
        "kept": kept,
        "new_url": f"/{resource.name}/add" if may_add else None,
        "import_url": _import_url(resource) if may_add else None,
        "exports": _exports(resource, kept),
        **of_rows(resource),
        "bulk": bulk_of(resource, kept, count),
        "display": _display(resource, fields, asked, kept),
        "density": density(given),
        "is_filtered": bool(asked.chips or asked.search),
        "branch": branches.shown_branch() if asked.shape.in_branch else None,
        "empty": _empty(resource, may_add),
        "views": tabs(resource.name, kept, address=f"/{resource.name}/list/"),
        **_paging(asked, shown, count, kept),
    }


def arguments(resource: Resource, given: MultiDict[str, str] | None = None) -> MultiDict[str, str]:
    """The address's parameters; columns that a form has sent one by one stand in one."""
    found: MultiDict[str, str] = MultiDict((request.args if given is None else given).items(multi=True))
    named = [name for text in found.poplist("columns") for name in text.split(",") if name]
    if named and named != resource.table.split():
        found["columns"] = ",".join(dict.fromkeys(named))
    return found


def asked_of(resource: Resource, given: MultiDict[str, str], page_size: int = PAGE_SIZE) -> ListRequest:
    """The reading that the parameters of a screen ask for."""
    plain = MultiDict([pair for pair in given.items(multi=True) if pair[0] not in OF_SCREENS])
    asked = read_list_request(resource, plain, scope=required_viewer().scope, page_size=page_size)
    return branches.narrowed(resource, asked)


def kept_pairs(resource: Resource, given: MultiDict[str, str]) -> Pairs:
    """What of the address tells this list from another, without the page."""
    return [(name, value) for name, value in given.items(multi=True) if name not in PASSING and value != ""]


def shown_fields(resource: Resource, asked: ListRequest) -> list[Field]:
    """The columns that were asked for, in their order."""
    return [resource.fields[name] for name in asked.shape.columns if name not in resource.marks]


def density(given: MultiDict[str, str]) -> str:
    """How close the rows stand: by the address, else as this browser was told last."""
    told = (given.get("density", ""), request.cookies.get("density", ""))
    return next((name for name in told if name in DENSITIES), DENSITY)


def of_rows(resource: Resource) -> dict[str, Any]:
    """What the rows of a table have in common."""
    return {"delete_label": _(resource.removal), "base_url": f"/{resource.name}", "ticks": bool(verbs_of(resource))}


def rows(
    resource: Resource, fields: list[Field], records: list[dict[str, Any]], display: Display
) -> list[dict[str, Any]]:
    """The rows of a table, each cell as a person reads it; of a number also what it is, for a card without headings."""
    drawn = joined(fields)
    captions = [str(_(one.label)) if one.is_numeric else None for one in drawn]
    if NAME in drawn:
        records = [{**record, NAME.name: called(record)} for record in records]
    can_edit, can_delete = (
        method in resource.methods and may(f"can_{method}", resource) for method in ("edit", "delete")
    )
    return [
        {
            "id": record["id"],
            "url": f"/{resource.name}/show/{record['id']}",
            "can_edit": can_edit,
            "can_delete": can_delete,
            "edit_url": f"/{resource.name}/edit/{record['id']}",
            "delete_url": f"/{resource.name}/delete/{record['id']}",
            "cells": [
                {**display.cell(resource, one, record), "caption": caption}
                for one, caption in zip(drawn, captions, strict=True)
            ],
        }
        for record in records
    ]


def with_pairs(kept: Pairs, **more: Any) -> str:
    """The address of this list with `more` in place of what it has of these; None takes away."""
    pairs = [(name, value) for name, value in kept if name not in more]
    pairs += [(name, value) for name, value in more.items() if value is not None]
    return "?" + urlencode(pairs)


def _columns(resource: Resource, fields: list[Field], asked: ListRequest, kept: Pairs) -> list[dict[str, Any]]:
    sorted_by = asked.shape.order[0] if asked.shape.order else ""
    cells = resource.cells if may("can_edit", resource) else []
    columns = []
    for one in joined(fields):
        sorted_ = "" if not is_sorted_by(one, sorted_by) else "desc" if sorted_by.startswith("-") else "asc"
        order = ordering(one, descending=sorted_ == "asc")
        columns.append(
            {
                "name": one.name,
                "label": _(one.label),
                "sort_url": with_pairs(kept, order=order) if one.is_sortable else None,
                "sorted": sorted_,
                "numeric": one.is_numeric,
                "cell": one.name if one in cells else None,
            }
        )
    return columns


def _display(resource: Resource, fields: list[Field], asked: ListRequest, kept: Pairs) -> dict[str, Any]:
    """What the form "Display" offers: columns in their order, the shown ones first, and how they stand."""
    shown = joined(fields)
    hidden = [one for one in joined(resource.table_fields) if one not in shown]
    sizes = sorted({*PAGE_SIZES, asked.page_size})
    return {
        "columns": [{"name": one.name, "label": _(one.label), "shown": one in shown} for one in [*shown, *hidden]],
        "densities": [(name, _(label)) for name, label in DENSITIES.items()],
        "page_sizes": [(size, size == asked.page_size) for size in sizes],
        "kept": [pair for pair in kept if pair[0] not in ("columns", "density", "page_size")],
        "is_changed": any(name == "columns" for name, _value in kept),
    }


def _paging(asked: ListRequest, shown: int, count: int, kept: Pairs) -> dict[str, Any]:
    """Where in the list the page stands, and the addresses of the others."""
    first, last = (asked.page - 1) * asked.page_size, max(ceil(min(count, COUNT_CAP) / asked.page_size), 1)
    near = {1, last, *range(asked.page - 1, asked.page + 2)} if last > 1 else set()
    numbers = sorted(number for number in near if 1 <= number <= last)
    return {
        "prev_url": with_pairs(kept, page=asked.page - 1) if asked.page > 1 else None,
        "next_url": with_pairs(kept, page=asked.page + 1) if first + shown < count else None,
        "numbers": [
            {
                "number": number,
                "url": with_pairs(kept, page=number),
                "is_current": number == asked.page,
                "has_gap": position > 0 and number > numbers[position - 1] + 1,
            }
            for position, number in enumerate(numbers)
        ],
        "position_label": _position(first, shown, count),
    }


def _counted(count: int) -> str:
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def _position(first: int, shown: int, count: int) -> str:
    if not shown:
        return str(_("No records"))
    total = _("more than %(cap)s", cap=f"{COUNT_CAP:,}") if count > COUNT_CAP else f"{count:,}"
    if shown == count:
        return str(ngettext("%(num)s record", "%(num)s records", count))
    shown_rows = {"first": f"{first + 1:,}", "last": f"{first + shown:,}", "total": total}
    return str(_("%(first)s-%(last)s of %(total)s", **shown_rows))


def _empty(resource: Resource, may_add: bool) -> dict[str, Any]:
    return {
        "title": _("No %(title)s yet", title=in_sentence(_(resource.title))),
        "sentence": _("They appear here as soon as someone adds the first one."),
        "action_label": _("Add the first one") if may_add else None,
        "action_url": f"/{resource.name}/add" if may_add else None,
    }


def _import_url(resource: Resource) -> str | None:
    """Where a spreadsheet becomes rows of this list, for whoever may bring one in."""
    is_offered = resource.takes_imports and ("can_add", "Imports") in required_viewer().permissions
    return f"/import/?list={resource.permission}" if is_offered else None


def _exports(resource: Resource, kept: Pairs) -> list[dict[str, str]]:
    """The list as a file, in each format, for whoever may take it along."""
    if not may("can_export", resource):
        return []
    pairs = [pair for pair in kept if pair[0] not in ("density", "page_size", "view")]
    formats = {"csv": _("CSV"), "xlsx": _("Excel workbook")}
    return [
        {"label": label, "url": f"/{resource.name}/download{with_pairs(pairs, format=name)}"}
        for name, label in formats.items()
    ]
