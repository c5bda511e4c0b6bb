"""What sealed texts said before and after each change: the trail names the column, the words lie sealed beside it.

Kept is what a text said before; what it said after is what it said before the next change, or what it says now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from starline.core import crypto, tenancy
from starline.core.audit.models import WRITES, AuditEvent, AuditText
from starline.core.db import Model, session

Former = Mapping[tuple[str, str], Sequence[AuditText]]
"""The texts before each change, oldest first, by the row's id and the column."""


def told(events: Iterable[AuditEvent]) -> dict[int, dict[str, Any]]:
    """By the event's id its `changes`, in which sealed texts stand in words under their own names.

    A text that was only sealed anew is left out.
    """
    found = {one.id: dict(one.changes or {}) for one in events}
    by_table = defaultdict(list)
    for one in events:
        if one.action in WRITES and any(name in found[one.id] for name in _texts_of(one.subject)):
            by_table[one.subject].append(one)
    for subject, some in by_table.items():
        keys = {str(one.subject_id) for one in some}
        former, present = _former(subject, keys), _present(subject, keys)
        for one in some:
            found[one.id] = _in_words(one, former, present)
    return found


def _in_words(event: AuditEvent, former: Former, present: Mapping[tuple[str, str], str | None]) -> dict[str, Any]:
    texts, words = _texts_of(event.subject), {}
    for name, pair in (event.changes or {}).items():
        if name not in texts:
            words[name] = pair
            continue
        place = (str(event.subject_id), name)
        before = next((one for one in former.get(place, ()) if one.event_id == event.id), None)
        if before is None and event.action != "insert":
            continue
        after = next((one for one in former.get(place, ()) if one.event_id > event.id), None)
        now = after.text if after is not None else present.get(place)
        words[texts[name]] = [before.text if before else None, None if event.action == "delete" else now]
    return words


def _former(subject: str, keys: set[str]) -> Former:
    query = select(AuditText).where(
        AuditText.organization_id == tenancy.current_organization_id(),
        AuditText.subject == subject,
        AuditText.subject_id.in_(keys),
    )
    found = defaultdict(list)
    for one in session.scalars(query.order_by(AuditText.event_id)):
        found[one.subject_id, one.field].append(one)
    return found


def _present(subject: str, keys: set[str]) -> dict[tuple[str, str], str | None]:
    """What the texts say now, by the row's id and the column."""
    table, texts = Model.metadata.tables[subject], _texts_of(subject)
    query = select(table.c.id, *(table.c[name] for name in texts)).where(
        table.c.organization_id == tenancy.current_organization_id(), table.c.id.in_(keys)
    )
    return {
        (str(key), name): None if value is None else crypto.decrypt(value, table=subject, column=name, row_id=key)
        for key, *values in session.execute(query)
        for name, value in zip(texts, values, strict=True)
    }


@lru_cache
def _texts_of(subject: str) -> dict[str, str]:
    """The sealed texts of a table, by column."""
    models = [one.class_ for one in Model.registry.mappers if one.class_.__tablename__ == subject]
    return {part.attribute: part.name for model in models for part in crypto.sealed_texts(model)}
