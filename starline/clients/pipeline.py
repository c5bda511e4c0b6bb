"""Pure rules of intake: which stage may follow which, what a stage asks for, and the figures of conversion."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from starline.clients.vocabulary import ReferralStage
from starline.core.language import N_

Stage = ReferralStage
OPEN = (Stage.NEW, Stage.CONTACTED, Stage.ASSESSMENT_SCHEDULED, Stage.ASSESSED)
"""In the order of the work."""

WAYS_TO_REACH = ("phone", "contact_phone", "email")
BY_CONVERSION = N_("A referral is won by making the client: use “Make a client” on the referral.")


def may_move(present: Stage, to: Stage) -> bool:
    """Among open stages freely, back too; a lost one may be opened again; a won one has become a client."""
    return present is not Stage.WON and to is not present and to is not Stage.WON


def targets_of(present: Stage) -> tuple[Stage, ...]:
    """The stages a card may be dragged to. Won leads to the form that makes the client."""
    if present is Stage.WON:
        return ()
    return tuple(stage for stage in Stage if stage is not present and (stage is not Stage.WON or present in OPEN))


def missing_for(to: Stage, values: Mapping[str, Any], *, now: datetime) -> dict[str, str]:
    """What `to` asks for and `values` lacks: a sentence by field."""
    found = {}
    if not any(values.get(name) for name in WAYS_TO_REACH):
        found["phone"] = N_("Give a phone number or an e-mail, of the person or of whoever calls for them.")
    at = values.get("assessment_at")
    if to in (Stage.ASSESSMENT_SCHEDULED, Stage.ASSESSED) and at is None:
        found["assessment_at"] = N_("Give the day and time of the assessment.")
    elif to is Stage.ASSESSED and at is not None and at > now:
        found["assessment_at"] = N_("The assessment lies in the future; move the referral once it has taken place.")
    if to is Stage.LOST and not values.get("lost_reason"):
        found["lost_reason"] = N_("Say why it was lost; the figures are counted by it.")
    if to is not Stage.LOST and values.get("lost_reason"):
        found["lost_reason"] = N_(
            "Only a lost referral has a reason for it; choose the stage Lost, or leave this empty."
        )
    return found


@dataclass(frozen=True, slots=True)
class Course:
    """What the figures need to know of one referral. `reached`: every stage it has been in."""

    source: str
    stage: Stage
    reached: frozenset[Stage]
    received_on: date
    lost_reason: str | None = None
    started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    name: str
    count: int
    of: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.count / self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Figures:
    """`funnel`: how many got at least so far. `rates`: of those decided, how many were won, by source."""

    count: int
    won: Share
    funnel: tuple[Share, ...]
    sources: tuple[Share, ...]
    losses: tuple[Share, ...]
    days_to_start: int | None
    """The median of days from the call to the start of care."""


def figures_of(courses: Iterable[Course]) -> Figures:
    """The figures of conversion over these referrals."""
    rows = list(courses)
    ended = [one for one in rows if one.stage in (Stage.WON, Stage.LOST)]
    won = [one for one in rows if one.stage is Stage.WON]
    lost = Counter(one.lost_reason or "other" for one in rows if one.stage is Stage.LOST)
    by_source = Counter(one.source for one in rows)
    waits = [(one.started_on - one.received_on).days for one in won if one.started_on]
    return Figures(
        count=len(rows),
        won=Share("won", len(won), len(ended)),
        funnel=tuple(Share(stage, _got_to(stage, rows), len(rows)) for stage in (*OPEN, Stage.WON)),
        sources=tuple(
            Share(source, sum(one.source == source for one in won), count) for source, count in by_source.most_common()
        ),
        losses=tuple(Share(reason, count, lost.total()) for reason, count in lost.most_common()),
        days_to_start=round(median(waits)) if waits else None,
    )


def _got_to(stage: Stage, rows: list[Course]) -> int:
    """A stage that was skipped counts as reached by whoever got further."""
    ways = (*OPEN, Stage.WON)
    further = frozenset(ways[ways.index(stage) :])
    return sum(bool(one.reached & further) for one in rows)
