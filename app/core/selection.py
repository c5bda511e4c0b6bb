"""The rows that somebody has ticked, or all that a list's filters match: read once, changed in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from flask import request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import lists
from app.core.bulk_verbs import MOST_SELECTED
from app.core.display import Display
from app.core.fields import Field
from app.core.parameters import ListRequest
from app.core.person_names import NAME, called, joined
from app.core.profile import current_profile
from app.core.reading import read_page
from app.core.resource import Resource
from app.core.security import required_viewer
from starline.core.db import session
from starline.core.errors import DomainError, Invalid, Stale, Unauthenticated, Unavailable
from starline.core.language import gettext as _


@dataclass(frozen=True)
class Selection:
    """The rows as the list shows them, each with its version where it was named with one."""

    fields: list[Field]
    records: list[dict[str, Any]]
    display: Display

    def name_of(self, record: dict[str, Any]) -> str:
        """What stands first in the row, and second where that is one of many; a person's name stands for itself."""
        if joined(self.fields)[0] is NAME:
            return called(record)
        return " ".join(self.display.text(one, record.get(one.name)) for one in self.fields[:2]).strip()


@dataclass(frozen=True)
class Chosen:
    """A row that is about to be changed, and the version of it that was seen."""

    row: Any
    version: int | None


def read_selection(resource: Resource) -> Selection:
    """The rows that the request names by `ids`, or with `all` those that its filters match. The reading is audited.

    Raises `Invalid` where they are too many to be changed at once.
    """
    given = lists.arguments(resource)
    asked = lists.asked_of(resource, given, MOST_SELECTED)
    fields = lists.shown_fields(resource, asked)
    asked.parameters |= {"page_size": MOST_SELECTED, "offset": 0}
    seen: dict[str, int | None] = {}
    if "all" not in request.form:
        seen = _named(resource)
        _by_ids(asked, list(seen))
    columns = tuple(dict.fromkeys([*asked.shape.columns, *resource.marks]))
    asked.shape = replace(asked.shape, columns=columns)
    found = orjson.loads(read_page(resource, asked)[0])
    if max(found["count"], len(seen)) > MOST_SELECTED:
        sentence = _("At most %(most)d records can be changed at once. Narrow the list first.", most=MOST_SELECTED)
        raise Invalid(sentence, errors={"ids": [sentence]})
    for record in found["result"]:
        record["version"] = seen.get(str(record["id"])) or record.get("version")
    return Selection(fields, found["result"], current_profile().display)


def chosen_rows(resource: Resource, selection: Selection) -> list[Chosen]:
    """The rows, locked in one order, so that two people with the same ones wait for each other."""
    seen = {str(record["id"]): record["version"] for record in selection.records}
    rows = locked_rows(resource, list(seen))
    return [Chosen(row, seen[str(row.id)]) for row in rows]


def apply(rows: Sequence[Chosen], change: Callable[[Chosen], None]) -> list[tuple[Chosen, Exception]]:
    """Change every row, or none: the answer is the rows that refused, with their reasons."""
    refused: list[tuple[Chosen, Exception]] = []
    whole = session.begin_nested()
    for chosen in rows:
        try:
            with session.begin_nested():
                _check_version(chosen)
                change(chosen)
                session.flush()
        except (Unauthenticated, Unavailable):
            raise
        except (DomainError, IntegrityError) as problem:
            refused.append((chosen, problem))
    if refused:
        whole.rollback()
    else:
        whole.commit()
    return refused


def _check_version(chosen: Chosen) -> None:
    if chosen.version is not None and getattr(chosen.row, "version", None) != chosen.version:
        raise Stale(_("Somebody else saved this record in the meantime."))


def _named(resource: Resource) -> dict[str, int | None]:
    """The ids that were ticked, each with the version that a question has named (`id.version`)."""
    seen: dict[str, int | None] = {}
    for text in request.form.getlist("ids")[: MOST_SELECTED + 1]:
        name, _dot, version = text.partition(".")
        key = resource.key_of(name)
        if key is not None:
            seen[str(key)] = int(version) if version.isdecimal() and len(version) < 10 else None
    return seen


def _by_ids(asked: ListRequest, ids: list[str]) -> None:
    """Let the request ask for these rows, whatever its filters say."""
    asked.shape = replace(asked.shape, filters=(), search=False, after=False, chosen=True)
    asked.parameters["ids"] = "{" + ",".join(ids) + "}"


def locked_rows(resource: Resource, ids: list[str]) -> list[Any]:
    """The rows within the viewer's scope, by their ids."""
    model, viewer = resource.model, required_viewer()
    keys = [resource.key_of(one) for one in ids]
    query = select(model).where(model.id.in_(keys), model.organization_id == viewer.organization_id)
    scope = model.visible_to(viewer) if hasattr(model, "visible_to") else None
    if scope is not None:
        query = query.where(scope)
    return list(session.scalars(query.order_by(model.id).with_for_update(of=model.__table__)))
