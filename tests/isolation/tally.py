"""What the walks of a run have done in all, told at its end, whichever worker did it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

FACTS = "isolation"


class Tally:
    """Counts for the summary. A test reports through `add`; numbers of one name are summed over tests and workers."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def add(self, *, routes: set[str] | None = None, notes: Iterable[str] = (), **counts: int) -> None:
        """`routes` are counted once, however many walks took them; `notes` are told as they are."""
        facts = {"routes": sorted(routes or ()), "counts": counts, "notes": list(notes)}
        self.node.user_properties.append((FACTS, facts))


class Summary:
    """The plugin that adds up what the reports of all tests bring along."""

    def __init__(self) -> None:
        self.routes: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "teardown":
            return
        for name, facts in report.user_properties if report.when == "call" else ():
            if name == FACTS:
                self.routes |= set(facts["routes"])
                self.counts.update(facts["counts"])
                self.notes += facts["notes"]

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.counts:
            return
        terminalreporter.section("isolation walk")
        methods = Counter(route.partition(" ")[0] for route in self.routes)
        by_method = ", ".join(f"{number} {method}" for method, number in sorted(methods.items()))
        counts = {"routes": len(self.routes), "vacuous": 0, "leaks": 0, **self.counts}
        for name, number in counts.items():
            more = f" ({by_method})" if name == "routes" and by_method else ""
            terminalreporter.write_line(f"{name.replace('_', ' '):32}{number:>8}{more}")
        for note in self.notes:
            terminalreporter.write_line(note)
