"""What stands in a copy instead of a real value: made from the row's id and a seed, so that it is always the same."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from starline.core import clock
from starline.lifecycle.classification import Kind

_FIRST_NAMES = "Ada Bruno Clara Dana Emil Flora Gus Hana Ivo June Karl Lena Milo Nora Otto Pia Quin Rosa Sami Tess"
_LAST_NAMES = "Ashby Birch Cole Dunn Elm Fern Grove Hale Iver Joyner Kerr Lark Marsh Nash Oakes Penn Quill Reed Stone"
_STREETS = "Alder Beech Cedar Dogwood Elder Fir Hawthorn Juniper Larch Maple Oak Pine Rowan Spruce Willow"
_CITIES = "Ashford Brookfield Clearwater Dunmore Eastvale Fairview Glenwood Hillcrest Lakeside Meadowbrook"
_WORDS = "masked words stand here in the copy for what somebody wrote in the real record of this agency"
FIRST_NAMES, LAST_NAMES = _FIRST_NAMES.split(), _LAST_NAMES.split()
STREETS, CITIES, WORDS = _STREETS.split(), _CITIES.split(), _WORDS.split()
ENDING_LENGTH, SEALED_DIGITS = 4, 9


@dataclass(frozen=True, slots=True)
class Masker:
    """Masks the values of one row. `row` names it: the same row, column and seed give the same mask."""

    seed: str
    row: str

    def mask(self, kind: Kind, column: str, value: str, longest: int | None) -> str:
        """The mask of a text, no longer than the column takes."""
        made = self._made(kind, column, value)
        return made if longest is None else made[:longest]

    def sealed(self, column: str) -> str:
        """The plain text to be sealed in an encrypted column: digits, as an SSN or a member number has."""
        return f"9{self._number(column) % 10 ** (SEALED_DIGITS - 1):0{SEALED_DIGITS - 1}}"

    def birth(self, column: str, value: str) -> str:
        """Another day of the same year, never in the future: the age stays within a year."""
        year = date.fromisoformat(value).year
        found = date(year, 1, 1) + timedelta(days=self._number(column) % 365)
        return str(min(found, clock.now().date()))

    def place(self, value: object) -> str:
        return str(round(Decimal(str(value)), 1))

    def _made(self, kind: Kind, column: str, value: str) -> str:
        number = self._number(column)
        match kind:
            case Kind.FIRST:
                return FIRST_NAMES[number % len(FIRST_NAMES)]
            case Kind.LAST:
                return LAST_NAMES[number % len(LAST_NAMES)]
            case Kind.FULL:
                return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number // 97 % len(LAST_NAMES)]}"
            case Kind.AGENCY:
                return f"Agency {number % 16**8:08x}"
            case Kind.PHONE:
                return f"555-{number % 900 + 100}-{number // 900 % 10_000:04}"
            case Kind.EMAIL:
                # One address for each row, whatever its column: some are unique, and sign-in names follow the address.
                return f"person-{self._number('e-mail') % 16**12:012x}@example.com"
            case Kind.STREET:
                return f"{number % 900 + 100} {STREETS[number // 900 % len(STREETS)]} St"
            case Kind.CITY:
                return CITIES[number % len(CITIES)]
            case Kind.ZIP:
                return value[:3] + "00" if len(value) >= 5 else "00000"
            case Kind.CODE:
                return "".join(self._alike(character, f"{column}.{place}") for place, character in enumerate(value))
            case Kind.REFERENCE:
                is_id = value.isdigit() or (len(value) == 36 and value.count("-") == 4)
                return value if is_id else self._words("reference")
            case _:
                return self._words(value)

    def _words(self, value: str) -> str:
        """About as many words as there were."""
        count = max(1, len(value.split()))
        return " ".join((WORDS * (count // len(WORDS) + 1))[:count])

    def _alike(self, character: str, place: str) -> str:
        number = self._number(place)
        if character.isdigit():
            return str(number % 10)
        return chr((65 if character.isupper() else 97) + number % 26) if character.isalpha() else character

    def _number(self, column: str) -> int:
        digest = hmac.new(self.seed.encode(), f"{self.row}|{column}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big")
