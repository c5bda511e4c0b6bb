"""How long the palette takes among 100,000 clients of one organisation.

    .venv/bin/python benchmarks/palette.py [--times 400] [--goal 100]

Whole requests to `/palette` with a browser's session, as `benchmarks/search.py` makes them to the search: wall clock,
with the database. What is typed grows from nothing to whole names; pages and deeds are asked for, too. Ends with status
1 where the 95th percentile of a kind is above the goal.
"""

from __future__ import annotations

from typing import Any

import search
from search import AGENCY, BASE, SIGNED_IN, Client, Kinds

from starline.core import db, tenancy

KINDS: Kinds = {
    "nothing": (lambda one, chance: "", 0.0),
    "one letter": (lambda one, chance: one[1][:1], 0.0),
    "two letters": (lambda one, chance: one[1][:2], 0.0),
    "half of a name": (lambda one, chance: one[1][: max(2, len(one[1]) // 2)], 0.0),
    "beginnings": (lambda one, chance: f"{one[0][:3]} {one[1][:4]}", 0.0),
    "whole name": (lambda one, chance: f"{one[0]} {one[1]}", 1.0),
    "a typo in the last name": (lambda one, chance: f"{one[0]} {search._typo(one[1], chance)}", 0.5),
    "a page": (lambda one, chance: chance.choice(("credentials", "visits", "clinets")), 0.0),
    "what to do": (lambda one, chance: chance.choice(("new client", "dark", "add staff")), 0.0),
    "nobody": (lambda one, chance: f"{one[0]} xqzwvkj", 0.0),
}


class Palette(search.Bench):
    """Browsers in which the same people are signed in."""

    def __init__(self, known: list[Client], postmaster: int) -> None:
        super().__init__(known, postmaster)
        application = self.client.application
        self.browsers = {role: application.test_client() for role in SIGNED_IN}
        with tenancy.acting(AGENCY.id, request_id="benchmark", reason="benchmark"), db.transaction():
            kept = {role: str(search.signed_in(name, "web").id) for role, name in SIGNED_IN.items()}
        for role, browser in self.browsers.items():
            with browser.session_transaction(base_url=BASE) as cookie:
                cookie["session_id"] = kept[role]

    def ask(self, role: str, typed: str) -> Any:
        return self.browsers[role].get("/palette", query_string={"q": typed}, base_url=BASE)

    def labels(self, answer: Any) -> set[str]:
        return {item["label"] for group in answer["groups"] for item in group["items"]}


if __name__ == "__main__":
    raise SystemExit(search.run(Palette, KINDS, __doc__))
