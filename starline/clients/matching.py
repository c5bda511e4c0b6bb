"""Finding records of one person: by keys under an index when somebody is entered, and over all of them each night."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert

from starline.clients.identification import INSURANCE_IDS
from starline.clients.likeness import Likeness, Particulars, compare, could_be_one, digits, keys_of
from starline.clients.models import Client, Coverage, DuplicatePair, MatchKey
from starline.clients.vocabulary import PairDecision
from starline.core import batches, clock, events, tenancy
from starline.core.crypto import index_of
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.identifiers import uuid7

MOST_SHOWN = 5
LARGEST_BLOCK = 200
"""A key that more records share (the phone of a residence) finds nothing worth a person's time."""

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Match:
    """A client that may be the same person."""

    client: Client
    likeness: Likeness


def possible_duplicates(
    values: Mapping[str, Any], *, viewer: Any = None, except_for: UUID | None = None
) -> list[Match]:
    """The clients that `values` (by column name) may describe already, the likeliest first, as far as viewer sees."""
    return _matches(_particulars(values), except_for=except_for, viewer=viewer)


def keep_up(client: Client) -> None:
    """Keep the client's keys and the pairs it forms. Part of every verb that says who a client is."""
    batches.owe(_keep_up_all, client)


def keep_keys(clients: Iterable[Client]) -> None:
    """Write the keys of these clients anew."""
    session.flush()  # a statement of text writes nothing that waits
    for some in _groups(clients):
        standing = _whole_identities(one for one in some if one.merged_into_id is None)
        wanted = [(client_id, key) for client_id, one in standing.items() for key in keys_of(one)]
        values = {
            "organization_id": tenancy.current_organization_id(),
            "about": [str(one.id) for one in some],
            "ids": [str(uuid7()) for _key in wanted],
            "clients": [str(client_id) for client_id, _key in wanted],
            "keys": [key for _client_id, key in wanted],
            "now": clock.now(),
            "by": tenancy.current().user_id,
        }
        session.execute(_KEEP_KEYS, values)


# One statement, because it is part of every intake; what stands there already stays as it is.
_KEEP_KEYS = sql(
    'WITH wanted AS (SELECT given.id, given.client_id, given.key COLLATE "C" AS key FROM'
    " unnest(CAST(:ids AS uuid[]), CAST(:clients AS uuid[]), CAST(:keys AS text[])) AS given(id, client_id, key)),"
    " gone AS (DELETE FROM match_keys known WHERE known.organization_id = :organization_id"
    " AND known.client_id = ANY(CAST(:about AS uuid[]))"
    " AND (known.client_id, known.key) NOT IN (SELECT client_id, key FROM wanted))"
    " INSERT INTO match_keys"
    " (organization_id, id, client_id, key, created_on, changed_on, created_by_fk, changed_by_fk, version)"
    " SELECT :organization_id, id, client_id, key, :now, :now, :by, :by, 1 FROM wanted"
    " ON CONFLICT (organization_id, key, client_id) DO NOTHING"
)


def has_pairs(client: Client) -> bool:
    """Whether the client was found to be like anybody."""
    query = select(DuplicatePair.id).where(
        or_(DuplicatePair.first_client_id == client.id, DuplicatePair.second_client_id == client.id)
    )
    return session.scalars(query.limit(1)).first() is not None


@events.subscribe("import:undone_rows")
def follow_undone_rows(records: list[Any]) -> None:
    """Clients who are again as they were before an import changed them are known by what they were known by."""
    changed = {one.id: one for one in records if isinstance(one, Client)}
    changed |= {one.client_id: one.client for one in records if isinstance(one, Coverage)}
    keep_keys(changed.values())


def identity_of(client: Client) -> Particulars:
    """What a client is compared by, but for its coverages: unchanged, the keys and pairs stay as they are."""
    return _particulars({name: getattr(client, name) for name in COMPARED})


def not_a_duplicate(pair: DuplicatePair, *, by: int | None) -> DuplicatePair:
    """Remember that these are two people; nobody is asked again."""
    if pair.decision != PairDecision.OPEN:
        raise Conflict("Somebody has decided about these two already.")
    return _decide(pair, PairDecision.NOT_DUPLICATE, by=by)


def look_again(pair: DuplicatePair, *, by: int | None) -> DuplicatePair:
    """Take the decision back that these are two people."""
    if pair.decision != PairDecision.NOT_DUPLICATE:
        raise Conflict("Nobody has decided that these are two people.")
    return _decide(pair, PairDecision.OPEN, by=by)


def decide_merged(pair: DuplicatePair, *, is_merged: bool, by: int | None) -> DuplicatePair:
    """What a merge and its undoing make of the pair."""
    return _decide(pair, PairDecision.MERGED if is_merged else PairDecision.OPEN, by=by)


def pair_of(one: UUID, other: UUID) -> DuplicatePair | None:
    """The pair that the two form, if they were ever found alike."""
    first, second = sorted((one, other))
    query = session.query(DuplicatePair).filter_by(first_client_id=first, second_client_id=second)
    found: DuplicatePair | None = query.one_or_none()
    return found


def sweep() -> int:
    """Compare all clients that share a key and note the pairs; how many are new. Each night, and after an import.

    Keys that are missing (rows that came in bulk) are written first.
    """
    without = select(Client).where(
        Client.merged_into_id.is_(None),
        ~select(MatchKey.id).where(MatchKey.client_id == Client.id).exists(),
    )
    keep_keys(session.scalars(without.execution_options(yield_per=AT_ONCE)))
    found = 0
    for some in _groups(_candidates()):
        known = _identities({*sum(map(tuple, some), ())})
        for first, second in some:
            if first in known and second in known:  # neither was merged meanwhile
                likeness = compare(known[first], known[second])
                found += likeness.is_possible and _note_pair(first, second, likeness)
    return found


def _keep_up_all(clients: list[Client]) -> None:
    keep_keys(clients)
    for some in _groups(clients):
        for first, second, likeness in _pairs_of(some):
            _note_pair(first, second, likeness)


# Bounded like `_matches`, so that a crowded key costs the same whoever enters a client.
_SHARING = sql(
    "SELECT given.id, shared.client_id FROM unnest(CAST(:ids AS uuid[])) AS given(id), LATERAL ("
    " SELECT DISTINCT other.client_id FROM match_keys mine"
    " JOIN match_keys other ON other.key = mine.key AND other.client_id <> mine.client_id"
    " WHERE mine.client_id = given.id LIMIT :largest) AS shared"
)


def _pairs_of(clients: list[Client]) -> Iterator[tuple[UUID, UUID, Likeness]]:
    """The likeliest pairs that each of these forms with any other."""
    ids = [str(one.id) for one in clients]
    sharing: dict[UUID, list[UUID]] = {}
    for client_id, other_id in session.execute(_SHARING, {"ids": ids, "largest": LARGEST_BLOCK}):
        sharing.setdefault(client_id, []).append(other_id)
    if not sharing:
        return
    known, own = _identities({one for others in sharing.values() for one in others}), _whole_identities(clients)
    for client in clients:
        me = own[client.id]
        near = [(one, known[one]) for one in sharing.get(client.id, ()) if one in known]
        found = [(one, compare(me, other)) for one, other in near if could_be_one(me, other)]
        likely = [(one, likeness) for one, likeness in found if likeness.is_possible]
        for other_id, likeness in sorted(likely, key=lambda pair: -pair[1].score)[:MOST_SHOWN]:
            yield client.id, other_id, likeness


def _identities(ids: set[UUID]) -> dict[UUID, Particulars]:
    """What these clients are compared by; merged records are left out."""
    columns = [getattr(Client, name) for name in COMPARED]
    found: dict[UUID, Particulars] = {}
    for some in _groups(ids):
        query = select(Client.id, *columns).where(Client.id.in_(some), Client.merged_into_id.is_(None))
        for client_id, *values in session.execute(query):
            found[client_id] = _particulars(dict(zip(COMPARED, values, strict=True)))
    return _with_member_ids(found)


def _whole_identities(clients: Iterable[Client]) -> dict[UUID, Particulars]:
    """What these clients are compared by, with their coverages."""
    return _with_member_ids({one.id: identity_of(one) for one in clients})


def _with_member_ids(known: dict[UUID, Particulars]) -> dict[UUID, Particulars]:
    found: dict[UUID, set[str]] = {}
    for some in _groups(known):
        query = select(Coverage.client_id, Coverage.member_id_hash).where(Coverage.client_id.in_(some))
        for client_id, index in session.execute(query):
            if index:
                found.setdefault(client_id, set()).add(index)
    return known | {one: replace(known[one], member_ids=frozenset(indices)) for one, indices in found.items()}


# The group of a key is bounded before its pairs are formed; what was noted once isn't compared again.
_CANDIDATES = sql(
    "WITH shared AS (SELECT key FROM match_keys GROUP BY key HAVING count(*) BETWEEN 2 AND :largest)"
    " SELECT DISTINCT one.client_id, other.client_id FROM shared"
    " JOIN match_keys one ON one.key = shared.key"
    " JOIN match_keys other ON other.key = shared.key AND other.client_id > one.client_id"
    " WHERE NOT EXISTS (SELECT FROM duplicate_pairs known WHERE known.first_client_id = one.client_id"
    " AND known.second_client_id = other.client_id)"
)


def _groups(things: Iterable[Any]) -> Iterator[list[Any]]:
    """So many at a time that a statement about them stays of a size."""
    rest = iter(things)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _candidates() -> Iterator[tuple[UUID, UUID]]:
    yield from session.execute(_CANDIDATES, {"largest": LARGEST_BLOCK}).all()


def _matches(one: Particulars, *, except_for: UUID | None, viewer: Any) -> list[Match]:
    keys = keys_of(one)
    if not keys:
        return []
    rows = select(MatchKey.client_id).where(MatchKey.key.in_(keys))
    # Merged records have no keys; one more than the limit, so that a crowded key can't hide the rest for long.
    query = select(Client).where(Client.id.in_(rows), Client.merged_into_id.is_(None)).limit(LARGEST_BLOCK)
    scope = Client.visible_to(viewer) if viewer is not None else None
    if scope is not None:
        query = query.where(scope)
    others = list(session.scalars(query))
    known = _whole_identities(others)
    found = [Match(other, compare(one, known[other.id])) for other in others]
    likely = [match for match in found if match.likeness.is_possible and match.client.id != except_for]
    return sorted(likely, key=lambda match: -match.likeness.score)[:MOST_SHOWN]


def _note_pair(one: UUID, other: UUID, likeness: Likeness) -> bool:
    """Keep the pair unless it is known; whether it is new."""
    first, second = sorted((one, other))
    now, by = clock.now(), tenancy.current().user_id
    values = {
        "id": uuid7(),
        "organization_id": tenancy.current_organization_id(),
        "first_client_id": first,
        "second_client_id": second,
        "score": likeness.score,
        "reasons": list(likeness.reasons),
        "decision": PairDecision.OPEN,
        "created_on": now,
        "changed_on": now,
        "created_by_fk": by,
        "changed_by_fk": by,
        "version": 1,
    }
    # Two people may enter the same person at the same moment.
    statement = insert(DuplicatePair.__table__).values(values).on_conflict_do_nothing()
    return session.execute(statement.returning(DuplicatePair.__table__.c.id)).first() is not None


def _decide(pair: DuplicatePair, decision: PairDecision, *, by: int | None) -> DuplicatePair:
    is_open = decision is PairDecision.OPEN
    pair.decision = decision
    pair.decided_at, pair.decided_by_id = (None, None) if is_open else (clock.now(), by)
    session.flush()
    events.record(f"duplicate_pair:{decision.value}", pair)
    return pair


def _particulars(values: Mapping[str, Any]) -> Particulars:
    phones = (digits(values.get(name)) for name in ("phone", "mobile_phone"))
    indices = (values.get(f"{name}_hash") or index_of(values.get(name)) for name in INSURANCE_IDS)
    return Particulars(
        first_name=values.get("first_name") or "",
        last_name=values.get("last_name") or "",
        preferred_name=values.get("preferred_name"),
        birth_date=values.get("birth_date"),
        phones=frozenset(filter(None, phones)),
        ssn_last4=(values["ssn"][-4:] if values.get("ssn") else values.get("ssn_last4")),
        ssn_index=values.get("ssn_hash") or index_of(values.get("ssn")),
        official_ids=frozenset(filter(None, indices)),
    )


COMPARED = (
    *("first_name", "last_name", "preferred_name", "birth_date", "phone", "mobile_phone"),
    *("ssn_last4", "ssn_hash", "medicaid_id_hash", "medicare_id_hash"),
)
