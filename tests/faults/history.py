"""What the clients were told, and whether the database keeps those words: the record of a run and its judge."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from threading import Lock

LONGEST_ANSWER_SECONDS = 20.0
"""A request that takes longer hangs: the person has gone."""

EXPECTED_REFUSALS = frozenset({409, 503})
"""In progress, and not available right now; whoever is told so asks again with the same key."""


@dataclass(slots=True)
class Injection:
    """One fault; seconds from it (or from its end, where it lasts) to the first success of a request begun since."""

    saved_seconds: float | None = None
    effect_seconds: float | None = None


@dataclass(slots=True)
class History:
    """Everything the load was answered. Safe to write from several threads."""

    saved: dict[str, str] = field(default_factory=dict)
    """The record's id by the key of each acknowledged write."""
    unknown: set[str] = field(default_factory=set)
    """Keys whose last request was not answered before the run ended: there or not, but never twice."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    """Requests whose connection broke or was refused."""
    slowest_seconds: float = 0.0
    injections: list[Injection] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def answered(self, status: int, seconds: float) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slowest_seconds = max(self.slowest_seconds, seconds)

    def cut(self, seconds: float) -> None:
        with self.lock:
            self.broken += 1
            self.slowest_seconds = max(self.slowest_seconds, seconds)

    def acknowledge(self, key: str, record: str) -> None:
        with self.lock:
            before = self.saved.setdefault(key, record)
            if before != record:
                self.contradictions.append(f"{key} was acknowledged as {before} and as {record}")


@dataclass(frozen=True, slots=True)
class Found:
    """What is there at the end: the ids of records by key, and how often each record's effect and mail happened."""

    records: dict[str, list[str]]
    effects: dict[str, int]
    mails: dict[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    lost: list[str]
    doubled: list[str]
    other: list[str]

    @property
    def problems(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.other]


def judge(history: History, found: Found) -> Verdict:
    """Every acknowledged write is there once with one effect and one mail; nothing is there twice or unasked."""
    lost, doubled = [], []
    for key, record in history.saved.items():
        if record not in found.records.get(key, []):
            lost.append(f"{key} was acknowledged as {record} and is not there")
    asked = history.saved.keys() | history.unknown
    for key, records in found.records.items():
        if len(records) > 1:
            doubled.append(f"{key} was done {len(records)} times")
        for record in records:
            lost += [f"{record}: no {word}" for word, of in _effects(found) if of.get(record, 0) == 0]
    for word, of in _effects(found):
        doubled += [f"{record}: {count} {word}s" for record, count in of.items() if count > 1]
    present = {record for records in found.records.values() for record in records}
    other = [f"{key} was never asked for" for key in found.records.keys() - asked]
    other += [f"{record}: {word} without a record" for word, of in _effects(found) for record in of.keys() - present]
    return Verdict(lost, doubled, other + history.contradictions + _service_problems(history))


def _effects(found: Found) -> list[tuple[str, dict[str, int]]]:
    return [("effect", found.effects), ("mail", found.mails)]


def _service_problems(history: History) -> list[str]:
    wrong = {status: count for status, count in history.statuses.items() if _is_wrong(status)}
    problems = [f"{count} requests were answered {status}" for status, count in wrong.items()]
    if history.slowest_seconds > LONGEST_ANSWER_SECONDS:
        problems.append(f"a request hung for {history.slowest_seconds:.0f} seconds")
    unhealed = sum(one.saved_seconds is None or one.effect_seconds is None for one in history.injections)
    if unhealed:
        problems.append(f"{unhealed} of {len(history.injections)} faults did not heal by themselves")
    if not history.saved:
        problems.append("nothing was acknowledged, so nothing was proved")
    return problems


def _is_wrong(status: int) -> bool:
    return not 200 <= status < 300 and status not in EXPECTED_REFUSALS


def table_row(fault: str, history: History, verdict: Verdict) -> str:
    """A line of the table of recovery times."""
    saved = [one.saved_seconds for one in history.injections if one.saved_seconds is not None]
    effects = [one.effect_seconds for one in history.injections if one.effect_seconds is not None]
    cells = [fault, len(history.injections), len(history.saved), len(verdict.lost), len(verdict.doubled)]
    cells += [history.statuses[503], history.broken, _seconds(saved), _seconds(effects)]
    return "| " + " | ".join(map(str, cells)) + " |"


TABLE_HEAD = (
    "| fault | injected | acknowledged | lost | doubled | 503s | broken | saves again, p50 / max s |"
    " effects again, p50 / max s |\n|---|---|---|---|---|---|---|---|---|"
)


def _seconds(values: list[float]) -> str:
    return f"{median(values):.1f} / {max(values):.1f}" if values else "-"
