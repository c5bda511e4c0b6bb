"""Looking up what was typed: by the tokens as they are, and where that finds little, with typos.

One statement for each table of records, entered by the index on tokens; the record scope is part of it, so that a
common name never hides the few records that somebody may see.
"""

import operator
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from starline.core import clock, tenancy
from starline.core.db import session
from starline.core.search.asking import BEGINNING, TYPO, Alternative, Term, terms_of
from starline.core.search.models import SearchToken, search_spellings
from starline.core.search.words import LONG, distance, distance_of_beginning, spellings, typos_in

CANDIDATES, CANDIDATES_OF_ONE_TERM = 5_000, 500
"""Rows looked at for one alternative of the leading term. Where it is the only one, they are all as good."""

MOST_WORDS = 40
"""Words that a mistyped one is taken for at most, the nearest first."""

NARROW = frozenset({"assigned", "own"})
"""Record scopes of a few records: these are found first, and their tokens compared."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record by its id, with the asked columns. The lower the cost, the better it fits."""

    id: UUID
    cost: int
    row: Any


def find(
    models: Iterable[Any], text: str, *, viewer: Any, limit: int, columns: dict[Any, list[Any]] | None = None
) -> dict[Any, list[Found]]:
    """The records of each model that fit `text`, best first, as far as the viewer's record scope reaches.

    `columns` adds expressions of the model's table to each row. Mistyped words are looked for where what was typed
    finds fewer than `limit` records and none whose names begin with all of it; they come after it.
    """
    models, terms = list(models), terms_of(text, clock.today())
    if not terms:
        return {model: [] for model in models}
    shown = columns or {}
    found = {model: _find(model, terms, viewer, limit, shown.get(model, [])) for model in models}
    if any(_is_meant(terms, rows) for rows in found.values()):
        return found
    lacking = [model for model, rows in found.items() if len(rows) < limit]
    if lacking and any(term.word for term in terms):
        forgiving = _with_typos(terms)
        if forgiving != terms:
            found |= {model: _find(model, forgiving, viewer, limit, shown.get(model, [])) for model in lacking}
    return found


def _is_meant(terms: list[Term], rows: list[Found]) -> bool:
    """Whether somebody's names are, or begin with, all of two typed words or more: then nothing was mistyped."""
    return len(terms) > 1 and bool(rows) and rows[0].cost <= BEGINNING * len(terms)


def find_ids(model: Any, text: str, *, viewer: Any, limit: int) -> list[UUID]:
    """The ids of the records that fit `text`; with typos only where nothing fits as it was typed."""
    terms = terms_of(text, clock.today())
    found = _find(model, terms, viewer, limit, []) if terms else []
    if terms and not found:
        found = _find(model, _with_typos(terms), viewer, limit, [])
    return [one.id for one in found]


def _with_typos(terms: list[Term]) -> list[Term]:
    """The terms with the organisation's words that each may have been meant as."""
    letters = sorted({spelling for term in terms if term.word for spelling in spellings(term.word)})
    query = sa.select(search_spellings.c.word).distinct()
    query = query.where(
        search_spellings.c.organization_id == tenancy.current_organization_id(),
        search_spellings.c.spelling == sa.func.any(sa.bindparam("spellings", letters, type_=ARRAY(sa.Text))),
    )
    known = session.scalars(query).all()
    return [replace(term, alternatives=(*term.alternatives, *_meant(term.word, known))) for term in terms]


def _meant(typed: str, known: Iterable[str]) -> list[Alternative]:
    if not typed:
        return []
    near = []
    for word in known:
        if word == typed or word.startswith(typed):
            continue
        typos = distance(typed, word)
        if typos <= max(typos_in(typed), typos_in(word)):
            near.append((TYPO * typos + (word[0] != typed[0]), word))
        elif len(typed) >= LONG and (typos := distance_of_beginning(typed, word)) <= typos_in(typed):
            near.append((TYPO * typos + 2, word))
    return [Alternative(word, word, cost) for cost, word in sorted(near)[:MOST_WORDS]]


def _find(model: Any, terms: list[Term], viewer: Any, limit: int, columns: list[Any]) -> list[Found]:
    asked = [(number, one) for number, term in enumerate(terms) for one in term.alternatives]
    given = {
        "terms": [number for number, _one in asked],
        "lows": [one.low for _number, one in asked],
        "highs": [one.high for _number, one in asked],
        "costs": [one.cost for _number, one in asked],
        "others": len(terms) - 1,
        "candidates": CANDIDATES if len(terms) > 1 else CANDIDATES_OF_ONE_TERM,
        "most": limit,
        "organization": tenancy.current_organization_id(),
    }
    rows = session.execute(_statement(model, viewer, columns), given).all()
    return [Found(row[0], row[1], row) for row in rows]


def _statement(model: Any, viewer: Any, columns: list[Any]) -> Any:
    """Candidates by the leading term; those that fit every other term too; the cheapest of them."""
    table, token = model.__table__, SearchToken.__table__
    scope = model.visible_to(viewer)
    lead = (_lead_among(model, scope) if viewer.scope in NARROW else _lead(model, scope)).cte("lead")
    asked = _asked()
    best = sa.select(asked.c.term, sa.func.min(asked.c.cost).label("cost"))
    best = best.select_from(token).join(asked, _fits(token, asked)).where(asked.c.term > 0)
    best = best.where(token.c.organization_id == _ORGANIZATION, token.c.record_id == lead.c.record_id)
    best = best.group_by(asked.c.term).correlate(lead)
    one = best.subquery("one")
    rest = sa.select(sa.func.count().label("number"), sa.func.coalesce(sa.func.sum(one.c.cost), 0).label("cost"))
    others = rest.select_from(one).lateral("others")
    cost = (lead.c.cost + others.c.cost).label("cost")
    query = sa.select(table.c.id, cost, *columns).select_from(lead).join(others, sa.true())
    query = query.join(table, sa.and_(table.c.organization_id == _ORGANIZATION, table.c.id == lead.c.record_id))
    query = query.where(others.c.number == sa.bindparam("others", type_=sa.Integer))
    if scope is not None:
        query = query.where(scope)
    names = [table.c[name] for name in reversed(model.__label__)]
    return query.order_by(cost, *names, table.c.id).limit(sa.bindparam("most", type_=sa.Integer))


def _lead(model: Any, scope: Any) -> Any:
    """The rows that the leading term finds, in the order of the index, as many as are looked at."""
    table, token, asked = model.__table__, SearchToken.__table__, _asked()
    inner = sa.select(token.c.record_id).where(
        token.c.organization_id == _ORGANIZATION, token.c.subject == table.name, _fits(token, asked)
    )
    if scope is not None:
        same = sa.and_(table.c.organization_id == token.c.organization_id, table.c.id == token.c.record_id)
        inner = inner.join(table, same).where(scope)
    hit = inner.limit(sa.bindparam("candidates", type_=sa.Integer)).lateral("hit")
    query = sa.select(hit.c.record_id, sa.func.min(asked.c.cost).label("cost")).select_from(asked).join(hit, sa.true())
    return query.where(asked.c.term == 0).group_by(hit.c.record_id)


def _lead_among(model: Any, scope: Any) -> Any:
    """The same where the viewer sees a few records only: theirs first, then what these are called."""
    table, token, asked = model.__table__, SearchToken.__table__, _asked()
    seen = [sa.select(table.c.id).where(table.c.organization_id == _ORGANIZATION, one) for one in _reasons(scope)]
    mine = sa.union(*seen).cte("mine")
    query = sa.select(token.c.record_id, sa.func.min(asked.c.cost).label("cost")).select_from(mine)
    query = query.join(token, sa.and_(token.c.organization_id == _ORGANIZATION, token.c.record_id == mine.c.id))
    query = query.join(asked, _fits(token, asked)).where(asked.c.term == 0)
    return query.group_by(token.c.record_id)


def _reasons(scope: Any) -> list[Any]:
    """Each reason to see a record by itself: an OR of them would read the table from end to end."""
    parts = [getattr(part, "element", part) for part in getattr(scope, "clauses", [scope])]
    if getattr(scope, "operator", None) is operator.or_:
        return parts
    either = next((part for part in parts if getattr(part, "operator", None) is operator.or_), None)
    if either is None:
        return [scope]
    return [sa.and_(one, *(part for part in parts if part is not either)) for one in either.clauses]


_ORGANIZATION = sa.bindparam("organization", type_=sa.Uuid)


def _asked() -> Any:
    """The alternatives as rows."""
    arrays = [
        sa.bindparam(name, type_=ARRAY(kind))
        for name, kind in (("terms", sa.Integer), ("lows", sa.Text), ("highs", sa.Text), ("costs", sa.Integer))
    ]
    columns = (sa.column("term", sa.Integer), sa.column("low", sa.Text), sa.column("high", sa.Text))
    return sa.func.unnest(*arrays).table_valued(*columns, sa.column("cost", sa.Integer)).render_derived()


def _fits(token: Any, asked: Any) -> Any:
    """A range, which an index can be entered by under row-level security."""
    return sa.and_(token.c.token >= asked.c.low, token.c.token <= asked.c.high)


__all__ = ["Found", "find", "find_ids"]
