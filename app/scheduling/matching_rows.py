"""Ready values of a ranking: what the pages of a match and of a call-out draw, and what programs are answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.display import Display, choice_label
from app.core.profile import current_profile
from app.core.security import required_viewer
from starline.core import audit
from starline.core.language import gettext as _
from starline.scheduling.matching import Match
from starline.scheduling.models import Visit
from starline.scheduling.rules.conflicts import hours_of
from starline.scheduling.rules.matching import Candidate, Prospect
from starline.staff.models import StaffMember

GAP = 0.6
"""Between two parts of a bar, in hundredths of its length."""


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of a candidate: a piece of the bar, and a line that says why."""

    name: str
    label: str
    points: int
    most: int
    sentence: str
    begins: float

    @property
    def width(self) -> float:
        return max(self.points - GAP, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate as the pages show them."""

    id: str
    name: str
    points: int
    parts: tuple[Part, ...]
    hours: str
    hours_share: int
    is_over: bool
    way: str
    last_visit: str
    warnings: tuple[str, ...]


def there(visit: Visit) -> Display:
    """How days and hours are written on the clocks where the visit takes place."""
    return replace(current_profile(), time_zone=visit.time_zone).display


def when(visit: Visit) -> str:
    """Day and hours: 12/01/2026 9:00 AM – 11:00 AM."""
    return there(visit).span(visit.starts_at, visit.ends_at)


def rows_of(found: Match) -> list[Row]:
    """The candidates in order."""
    return [_row(one, found) for one in found.candidates]


def answer_of(found: Match) -> dict[str, Any]:
    """The whole ranking for programs."""
    return {
        "id": str(found.visit.id),
        "against": [{"rule": one.rule, "effect": one.effect, "sentence": one.sentence} for one in found.against],
        "result": [_candidate(one) for one in found.candidates],
        "ineligible": [
            {
                **_prospect(one.prospect),
                "reasons": [{"sentence": sentence, "remedy": remedy} for sentence, remedy in one.reasons],
            }
            for one in found.barred
        ],
    }


def note_seen(matches: Sequence[Match]) -> None:
    """Audit who was shown: the people ranked, and those told of as not eligible."""
    shown = {one.prospect.id for found in matches for one in (*found.candidates, *found.barred)}
    audit.record_read("staff_members", sorted(shown), [])


def within_scope() -> Any:
    """The staff members whom the viewer may see, as a condition; None for all."""
    return StaffMember.visible_to(required_viewer())


def _row(one: Candidate, found: Match) -> Row:
    prospect, most = one.prospect, found.limits.weekly_minutes
    last = prospect.last_visit_on
    facts = {"hours": hours_of(prospect.week_minutes), "most": hours_of(most)}
    return Row(
        id=str(prospect.id),
        name=prospect.name,
        points=one.points,
        parts=_parts(one),
        hours=_("%(hours)s of %(most)s h", **facts),
        hours_share=min(round(prospect.week_minutes * 100 / most), 100),
        is_over=prospect.week_minutes > most,
        way="–" if prospect.miles is None else _("%(miles)s mi", miles=f"{prospect.miles:.1f}"),
        last_visit=current_profile().display.date(last) if last else _("Never"),
        warnings=tuple(finding.sentence for finding in prospect.warnings),
    )


def _parts(one: Candidate) -> tuple[Part, ...]:
    parts, begins = [], 0.0
    for factor in one.factors:
        name = factor.factor.value
        parts.append(Part(name, choice_label(factor.factor), factor.points, factor.most, factor.sentence, begins))
        begins += factor.points
    return tuple(parts)


def _candidate(one: Candidate) -> dict[str, Any]:
    factors = [
        {"factor": part.factor, "points": part.points, "most": part.most, "sentence": part.sentence}
        for part in one.factors
    ]
    warnings = [finding.sentence for finding in one.prospect.warnings]
    return {**_prospect(one.prospect), "points": one.points, "factors": factors, "warnings": warnings}


def _prospect(one: Prospect) -> dict[str, Any]:
    return {
        "staff_member_id": str(one.id),
        "name": one.name,
        "week_minutes": one.week_minutes,
        "kilometres": None if one.kilometres is None else round(one.kilometres, 1),
        "last_visit_on": one.last_visit_on.isoformat() if one.last_visit_on else None,
    }
