"""The rows that somebody has ticked, or all that a list's filters match: read once, changed in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
from flask import request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import lists
from app.core.bulk_verbs import MOST_SELECTED
from app.core.display import Display
from app.core.errors import explain
from app.core.fields import Field
from app.core.own_fields import expanded
from app.core.parameters import ListRequest
from app.core.profile import current_profile
from app.core.reading import read_page
from app.core.resource import Resource
from app.core.security import required_viewer
from app.core.writing import update_row
from starline.core import audit, clock
from starline.core.db import session
from starline.core.errors import Conflict, DomainError, Invalid, NotFound, Stale, Unauthenticated, Unavailable

UNDO_FOR = timedelta(hours=1)
"""How long after a change its maker can take it back with one click."""


@dataclass(frozen=True)
class Selection:
    """The rows as the list shows them, each with its version where it was named with one."""

    fields: list[Field]
    records: list[dict[str, Any]]
    display: Display

    def name_of(self, record: dict[str, Any]) -> str:
        """What stands first in the row, and second where that is one of many (a last name)."""
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
    rows = _locked(resource, list(seen))
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


def undo(resource: Resource, request_id: str) -> int:
    """Set back what the viewer's own request `request_id` changed, as the trail tells it; how many rows.

    Raises `Conflict` where a row has been changed since, `NotFound` where there is nothing to set back.
    """
    events = audit.changes_of_request(
        resource.model.__tablename__,
        request_id,
        by=required_viewer().user_id,
        since=clock.now() - UNDO_FOR,
    )
    former = {str(event.subject_id): event.changes or {} for event in events}
    rows = _locked(resource, list(former)) if former else []
    if not rows:
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
    return len(rows)


def _set_back(resource: Resource, row: Any, changes: dict[str, Any]) -> None:
    fields = {one.key: one for one in resource.bulk_fields}
    values = {}
    for name, (old, new) in expanded(resource, changes).items():
        one = fields.get(name)
        if one is None:
            continue
        if one.of(row) != (None if new is None else one.read(new)):
            raise Stale(_("Somebody has changed it since."))
        values[name] = old
    update_row(resource, row, values, version=None)


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


def _locked(resource: Resource, ids: list[str]) -> list[Any]:
    """The rows within the viewer's scope, by their ids."""
    model, viewer = resource.model, required_viewer()
    keys = [resource.key_of(one) for one in ids]
    query = select(model).where(model.id.in_(keys), model.organization_id == viewer.organization_id)
    scope = model.visible_to(viewer) if hasattr(model, "visible_to") else None
    if scope is not None:
        query = query.where(scope)
    return list(session.scalars(query.order_by(model.id).with_for_update(of=model.__table__)))
