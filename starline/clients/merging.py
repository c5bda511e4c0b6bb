"""Making one record of two, and taking it back for thirty days."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from starline.clients import matching, references
from starline.clients.identification import COLUMNS, NUMBERS, ending_of, keep_numbers
from starline.clients.models import Client, ClientMerge, Contact, Coverage, Hospitalisation, ServiceAddress
from starline.clients.references import set_directly, settles
from starline.clients.service import locked_client
from starline.clients.vocabulary import ClientStatus, CoveragePriority
from starline.core import clock, events
from starline.core.crypto import sealed_texts
from starline.core.db import metadata, session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.periods import Period
from starline.core.problems import invalid

UNDO = timedelta(days=30)
LEFT_OUT = frozenset(
    {
        *("id", "organization_id", "client_number", "status", "merged_into_id", "search_name", "search_first_name"),
        *COLUMNS,
        *("created_on", "created_by_fk", "changed_on", "changed_by_fk", "version"),
    }
)
"""Columns of a client that nobody chooses between."""

OWN_FIELDS = "custom"


def fields() -> list[str]:
    """The fields of a client that a merge may take over from the record that goes, in their order."""
    columns = [column.name for column in Client.__table__.c if column.name not in LEFT_OUT]
    return [_texts().get(name, name) for name in columns] + list(NUMBERS)


def suggestion(kept: Client, merged: Client) -> set[str]:
    """The fields to take over unless somebody chooses: those that only the record that goes knows."""
    empty: tuple[Any, ...] = (None, "", [], {}, "unknown")
    found = {name for name in fields() if getattr(kept, name) in empty and getattr(merged, name) not in empty}
    return found | ({OWN_FIELDS} if merged.custom.keys() - kept.custom.keys() else set())


def merge_clients(kept: Client, merged: Client, *, take: Iterable[str] | None = None, by: int | None) -> ClientMerge:
    """Let `kept` absorb `merged`: its rows move, the fields named in `take` (else the suggested) are taken over.

    Raises `Conflict` where one of the two is no record of its own any more.
    """
    kept, merged = _both_locked(kept, merged)
    chosen = suggestion(kept, merged) if take is None else set(take)
    unknown = chosen - set(fields())
    if unknown:
        raise invalid("take", _("These can't be taken over: %(names)s.", names=", ".join(sorted(unknown))))
    now = clock.now()
    merge = ClientMerge(
        kept_client_id=kept.id,
        merged_client_id=merged.id,
        merged_name=_("%(name)s, number %(number)s", name=str(merged), number=merged.client_number),
        merged_at=now,
        merged_by_id=by,
        undo_until=now + UNDO,
    )
    session.flush()
    merge.moved = _move_rows(kept.id, merged.id)
    merge.chosen = _take_over(kept, merged, chosen, merge)
    set_directly(metadata.tables["clients"], merged.id, {"merged_into_id": kept.id})
    session.add(merge)
    session.flush()
    _refresh(kept, merged)
    pair = matching.pair_of(kept.id, merged.id)
    if pair is not None:
        matching.decide_merged(pair, is_merged=True, by=by)
    events.record("client:merged", merge)
    return merge


def undo_merge(merge: ClientMerge, *, by: int | None) -> ClientMerge:
    """Give everything back as it was: each moved row, each field that nobody has changed since.

    What was added to the kept record meanwhile stays with it. Raises `Conflict` after thirty days.
    """
    if merge.undone_at is not None:
        raise Conflict("This merge was undone before.")
    if clock.now() >= merge.undo_until:
        raise Conflict("A merge can be undone for thirty days; this one is older.")
    kept, merged = locked_client(merge.kept_client_id), locked_client(merge.merged_client_id)
    if kept.merged_into_id is not None:
        raise Conflict("The kept record was merged into another one later. Undo that merge first.")
    for name, moved in merge.moved.items():
        references.put_back(metadata.tables[name.partition(".")[0]], moved["held"])
    _give_back(kept, merged, merge)
    set_directly(metadata.tables["clients"], merged.id, {"merged_into_id": None})
    merge.undone_at = clock.now()
    session.flush()
    _refresh(kept, merged)
    pair = matching.pair_of(kept.id, merged.id)
    if pair is not None:
        matching.decide_merged(pair, is_merged=False, by=by)
    events.record("client:merge_undone", merge)
    return merge


def survivor_of(client_id: UUID) -> UUID | None:
    """The record that stands for a merged one now; None for a record that stands for itself, or is unknown."""
    row = session.query(Client.merged_into_id).filter_by(id=client_id).one_or_none()
    found = row[0] if row else None
    return (survivor_of(found) or found) if found else None


def _both_locked(kept: Client, merged: Client) -> tuple[Client, Client]:
    if kept.id == merged.id:
        raise invalid("merged_client_id", "A record can't be merged into itself; choose the other one.")
    # In one order, so that two merges the other way round wait for each other instead of locking up.
    locked = {one: locked_client(one) for one in sorted((kept.id, merged.id))}
    kept, merged = locked[kept.id], locked[merged.id]
    if kept.merged_into_id or merged.merged_into_id:
        raise Conflict("One of the two was merged already. Open the record that it became.")
    return kept, merged


def _move_rows(kept: UUID, merged: UUID) -> dict[str, Any]:
    """By "table.column": what the moved rows `held` before, and the ids of rows that `stay`."""
    found = {}
    for reference in references.references():
        held, stay = references.move(reference, kept=kept, merged=merged)
        if held or stay:
            found[reference.name] = {"held": held, "stay": stay}
    return found


def _take_over(kept: Client, merged: Client, chosen: set[str], merge: ClientMerge) -> dict[str, Any]:
    """By field: what the kept record had (`before`) and has now (`after`). Numbers and texts are kept sealed."""
    told: dict[str, Any] = {}
    texts: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name in sorted(chosen.difference(NUMBERS)):
        before, after = getattr(kept, name), getattr(merged, name)
        if name == OWN_FIELDS:
            # Several in one column: what the kept record says of any of them holds.
            after = {**after, **before}
        if before != after:
            values[name] = after
            (texts if name in _texts().values() else told)[name] = {"before": _json(before), "after": _json(after)}
    merge.kept_texts = json.dumps(texts) if texts else None
    for name in chosen.intersection(NUMBERS):
        before, after = getattr(kept, name), getattr(merged, name)
        if before != after:
            setattr(merge, f"kept_{name}", before)
            told[name] = {"before": ending_of(before), "after": ending_of(after)}
            keep_numbers(kept, {name: after})
    for name, value in values.items():
        setattr(kept, name, value)
    session.flush()
    return told


def _give_back(kept: Client, merged: Client, merge: ClientMerge) -> None:
    """What was taken over goes, unless something else has been entered since; a number, where it is no longer equal."""
    for name, told in (merge.chosen | json.loads(merge.kept_texts or "{}")).items():
        if name in NUMBERS:
            if getattr(kept, f"{name}_hash") == getattr(merged, f"{name}_hash"):
                keep_numbers(kept, {name: getattr(merge, f"kept_{name}")})
        elif _json(getattr(kept, name)) == told["after"]:
            setattr(kept, name, _from_json(name, told["before"]))
    session.flush()


def _refresh(*clients: Client) -> None:
    """What was written past the session is read again, and found again."""
    session.expire_all()
    matching.keep_keys(clients)


@settles("service_addresses")
def _one_primary_address(kept: UUID, merged: UUID) -> dict[str, dict[str, Any]]:
    """The kept record's primary address stays the primary one."""
    if not session.query(ServiceAddress.id).filter_by(client_id=kept, is_primary=True).first():
        return {}
    return _change(ServiceAddress, merged, lambda one: {"is_primary": False} if one.is_primary else {})


@settles("contacts")
def _one_order_of_calling(kept: UUID, merged: UUID) -> dict[str, dict[str, Any]]:
    """The other record's contacts are called after the kept one's."""
    orders = [order for (order,) in session.query(Contact.emergency_order).filter_by(client_id=kept) if order]
    last = max(orders, default=0)

    def after(one: Contact) -> dict[str, Any]:
        if not one.emergency_order or not last:
            return {}
        place = one.emergency_order + last
        return {"emergency_order": place if place <= 20 else None}

    return _change(Contact, merged, after)


@settles("coverages")
def _one_payer_of_a_priority(kept: UUID, merged: UUID) -> dict[str, dict[str, Any]]:
    """A coverage that shares days with one of the same priority steps back to the next free priority."""
    taken = [
        (one.priority, Period(one.starts_on, one.ends_on)) for one in session.query(Coverage).filter_by(client_id=kept)
    ]

    def free(one: Coverage) -> dict[str, Any]:
        period = Period(one.starts_on, one.ends_on)
        busy = {priority for priority, other in taken if other.overlaps(period)}
        place = next((name for name in _from(one.priority) if name not in busy), one.priority)
        taken.append((place, period))
        return {} if place == one.priority else {"priority": place}

    return _change(Coverage, merged, free)


@settles("hospitalisations")
def _one_running_stay(kept: UUID, merged: UUID) -> dict[str, dict[str, Any]]:
    """A stay that runs on a record that isn't in hospital, or twice, ends where it began."""
    client = session.get_one(Client, kept)
    running = session.query(Hospitalisation.id).filter_by(client_id=kept, discharged_on=None, voided_at=None).first()
    if client.status == ClientStatus.HOSPITALISED and not running:
        return {}
    return _change(Hospitalisation, merged, lambda one: {"discharged_on": one.admitted_on} if one.is_running else {})


def _change(model: Any, client_id: UUID, wanted: Any) -> dict[str, dict[str, Any]]:
    """Change the client's rows as `wanted` says of each; what they held before, by id."""
    held = {}
    for one in session.query(model).filter_by(client_id=client_id).order_by(model.id).all():
        values = wanted(one)
        if values:
            held[str(one.id)] = {name: _json(getattr(one, name)) for name in values}
            set_directly(model.__table__, one.id, values)
    return held


def _from(priority: str) -> list[CoveragePriority]:
    ways = list(CoveragePriority)
    return ways[ways.index(CoveragePriority(priority)) :]


def _json(value: Any) -> Any:
    """A value of a column as JSON keeps it."""
    if isinstance(value, (date, UUID)):
        return str(value)
    return getattr(value, "value", value)


def _from_json(name: str, value: Any) -> Any:
    kind: Mapping[type, Any] = {date: date.fromisoformat, UUID: UUID}
    made = kind.get(Client.__table__.c[name].type.python_type) if name in Client.__table__.c else None
    return made(value) if made and value is not None else value


def _texts() -> dict[str, str]:
    """A client's sealed texts, by column."""
    return {part.attribute: part.name for part in sealed_texts(Client)}
