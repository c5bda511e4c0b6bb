"""Fictional people and places, the same ones for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from app.platform.demo import names
from starline.core.official_numbers import luhn_remainder

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    sex: str


class Fiction:
    """A source of invented facts. `today` anchors every date; one `Random` decides the rest."""

    def __init__(self, seed: int, today: date, area_codes: Sequence[str]) -> None:
        self.random = Random(seed)  # nosec B311 # the same story every time is the point
        self.today = today
        self.area_codes = area_codes
        self._taken: set[tuple[str, str]] = set()

    def pick(self, things: Sequence[Thing]) -> Thing:
        return self.random.choice(things)

    def some(self, things: Sequence[Thing], most: int) -> list[Thing]:
        """From none to `most` different things."""
        return self.random.sample(list(things), self.random.randint(0, most))

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def maybe(self, percent: int, things: Sequence[Thing]) -> Thing | None:
        return self.pick(things) if self.chance(percent) else None

    def person(self, last_name: str | None = None) -> Person:
        """Somebody whose full name nobody else in this agency has."""
        while True:
            sex = self.pick(("female", "female", "male"))
            first = self.pick(names.FEMALE if sex == "female" else names.MALE)
            last = last_name or self.pick(names.LAST)
            if (first, last) not in self._taken:
                self._taken.add((first, last))
                return Person(first, last, sex)

    def phone(self) -> str:
        """A number from the range that is kept for fiction."""
        return f"({self.pick(self.area_codes)}) 555-01{self.random.randrange(100):02d}"

    def days_ago(self, least: int, most: int) -> date:
        return self.today - timedelta(days=self.random.randint(least, most))

    def born(self, youngest: int, oldest: int) -> date:
        return self.days_ago(youngest * 365 + 40, oldest * 365)

    def address(self, branch: str) -> dict[str, Any]:
        city, postal_code, latitude, longitude = self.pick(names.PLACES[branch])
        number, street = self.random.randint(100, 9899), self.pick(names.STREETS)
        return {
            "line1": f"{number} {street}",
            "line2": f"Apt {self.random.randint(1, 40)}" if self.chance(25) else None,
            "city": city,
            "state": "ID" if branch == "Boise" else "OR",
            "postal_code": postal_code,
            "latitude": self._near(latitude, 0.018),
            "longitude": self._near(longitude, 0.025),
        }

    def languages(self) -> list[str]:
        return list(dict.fromkeys(["English", self.pick(names.LANGUAGES)]))

    def ssn(self) -> str:
        """Nine digits that the authorities never give out (areas from 900 on)."""
        return f"9{self.random.randrange(10**8):08d}"

    def npi(self) -> str:
        """A number with the right check digit from the end of the range, where none is given out."""
        body = f"199999{self.random.randrange(1000):03d}"
        return next(body + str(last) for last in range(10) if luhn_remainder(f"80840{body}{last}") == 0)

    def _near(self, middle: float, spread: float) -> Decimal:
        return Decimal(f"{middle + self.random.uniform(-spread, spread):.6f}")
