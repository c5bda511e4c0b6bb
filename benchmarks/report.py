"""The table: medians over the rounds that nobody disturbed, and how many times as fast the first contender is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from scenarios import TITLES

BUSY = 0.10
DISTURBED = "  Every round was disturbed by other processes: don't quote these ratios."


@dataclass(frozen=True)
class Measure:
    """One contender in one scenario in one round. Times in milliseconds, CPU in milliseconds per request."""

    scenario: str
    contender: str
    round: int
    per_second: float
    p50: float
    p95: float
    server_cpu: float
    database_cpu: float
    client_cpu: float
    foreign: float
    failed: int
    failures: list[str]

    @property
    def cpu(self) -> float:
        return self.server_cpu + self.database_cpu


HEAD = (
    f"{'':<18}{'req/s':>9}{'(min-max)/n':>16}{'p50 ms':>9}{'p95 ms':>9}"
    f"{'server':>9}{'postgres':>10}{'CPU ms':>9}{'others':>8}{'failed':>8}"
)


def table(measures: list[Measure], first: str) -> str:
    """The whole result as text; ratios compare with the contender named `first`."""
    parts = []
    for scenario, title in TITLES.items():
        found, is_quiet = _comparable([measure for measure in measures if measure.scenario == scenario])
        if found:
            warning = [] if is_quiet else [DISTURBED]
            parts.append("\n".join([title, HEAD, *_lines(found), *_ratios(found, first), *warning]))
    return "\n\n".join(parts)


def _comparable(measures: list[Measure]) -> tuple[list[Measure], bool]:
    """The whole rounds in which no contender was disturbed, and True; all rounds and False where there are none.

    A round counts for all or for none: one contender's quiet round against another's disturbed one proves nothing.
    """
    disturbed = {one.round for one in measures if one.foreign > BUSY}
    quiet = [one for one in measures if one.round not in disturbed]
    return (quiet, True) if quiet else (measures, False)


def _lines(measures: list[Measure]) -> list[str]:
    failed = {name: sum(one.failed for one in measures if one.contender == name) for name in _names(measures)}
    return [_line(name, _of(measures, name), failed[name]) for name in _names(measures)]


def _line(name: str, rounds: list[Measure], failed: int) -> str:
    rates = [one.per_second for one in rounds]
    spread = f"({min(rates):.0f}-{max(rates):.0f})/{len(rounds)}"
    foreign = median(one.foreign for one in rounds)
    rate = f"  {name:<16}{_mid(rounds, 'per_second'):>9.1f}{spread:>16}"
    times = f"{_mid(rounds, 'p50'):>9.2f}{_mid(rounds, 'p95'):>9.2f}"
    cpu = f"{_mid(rounds, 'server_cpu'):>9.3f}{_mid(rounds, 'database_cpu'):>10.3f}{_mid(rounds, 'cpu'):>9.3f}"
    return f"{rate}{times}{cpu}{foreign:>7.0%}{'!' if foreign > BUSY else ' '}{failed:>8}"


def _ratios(measures: list[Measure], first: str) -> list[str]:
    names = _names(measures)
    if first not in names or len(names) < 2:
        return []
    mine = _of(measures, first)
    lines = []
    for name in names:
        if name != first:
            theirs = _of(measures, name)
            speed = _mid(mine, "per_second") / _mid(theirs, "per_second")
            cpu = _mid(mine, "cpu") / _mid(theirs, "cpu")
            lines.append(f"  {first} : {name:<16} {speed:6.2f} x the requests per second, {cpu:6.2f} x the CPU")
    return lines


def complaints(measures: list[Measure]) -> list[str]:
    """Failed answers and disturbed rounds, as sentences."""
    found = []
    for one in measures:
        where = f"{one.scenario}, {one.contender}, round {one.round}"
        if one.failed:
            found.append(f"{where}: {one.failed} answers failed: {'; '.join(one.failures) or 'during the warm-up'}")
        if one.foreign > BUSY:
            found.append(f"{where}: other processes used {one.foreign:.0%} of the machine.")
    return found


def _names(measures: list[Measure]) -> list[str]:
    return list(dict.fromkeys(one.contender for one in measures))


def _of(measures: list[Measure], name: str) -> list[Measure]:
    return [one for one in measures if one.contender == name]


def _mid(measures: list[Measure], what: str) -> float:
    return median(getattr(one, what) for one in measures)
