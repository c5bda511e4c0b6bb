"""Valid rows of any declared resource, made through REST from the descriptions of its fields.

A row begins with what is required. Where a rule of the domain wants more, the refusal names the fields, and the factory
fills those in: so a new entity needs no line here unless one of its fields has a format of its own (`FORMATS`).
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from app.core.fields import Field, Kind
from app.core.resource import Resource, resource_of
from starline.core import clock

ATTEMPTS = 6
FIRST_DAY = date(2024, 1, 1)
FIRST_BIRTHDAY = date(1930, 2, 3)
NEXT_DAYS = 60
"""Periods begin so many days from now: one that is over can't be called off."""
FORMATS: dict[str, Any] = {
    "hired_on": "2020-01-06",
    "latitude": "39.961200",
    "longitude": "-82.998800",
    "medicare_id": "1EG4-TE5-MK73",
    "npi": "1234567893",
    "list_name": "clients",
    "postal_code": "43215",
    "query": "status=active",
    "ends_at": f"{FIRST_DAY.isoformat()}T12:00:00+00:00",
    "pay_factor": "1.50",
    "reminder_days": ["30"],
    "rule": "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "ssn": "123-45-6789",
    "state": "OH",
    "time_zone": "America/New_York",
    "to_status": "assessment",
    "events": ["visit_series:split"],
    "url": "https://93.184.215.14/hook",
    "scopes": ["clients:read"],
    "validity_months": 12,
    "visibility": "family",
}
RISKY = frozenset({"status", "on_date", "terminated_on", "valid_from", "valid_until", "start_of_care_on"})
"""Fields that a full row leaves empty unless a rule asks for them: they contradict others."""

Send = Callable[[str, dict[str, Any]], Any]
"""POSTs JSON to a path as somebody who may do everything; answers the response."""


class Factory:
    """Makes rows as the person behind `send`; parents are shared until a rule wants new ones."""

    def __init__(self, send: Send, user_id: int) -> None:
        self.send, self.user_id = send, user_id
        self.roots: dict[str, Any] = {}
        """Parents by table that stay, where the others are made anew."""
        self.parents: dict[str, Any] = {}
        self.last_number = 0

    def make(self, resource: Resource, *, full: bool = False, **given: Any) -> dict[str, Any]:
        """The record of a new row; `given` values by key are kept. `full` fills the optional fields too."""
        return self._taken(resource, full, given)[0]

    def accepted(self, resource: Resource) -> dict[str, Any]:
        """Values that nobody has sent yet and that the resource will take, with parents of their own."""
        _row, values = self._taken(resource, False, {})
        self.renew_parents()
        number, fields = self._next(), {one.key: one for one in resource.form_fields}
        renewed = (Kind.TEXT, Kind.EMAIL, Kind.RELATION)
        return {
            key: self.value(fields[key], number) if fields[key].kind in renewed else value
            for key, value in values.items()
        }

    def _next(self) -> int:
        self.last_number += 1
        return self.last_number

    def _taken(self, resource: Resource, full: bool, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """A new row and the values that made it."""
        values = self.values(resource, full=full, **given)
        for attempt in range(ATTEMPTS):
            answer = self.send(f"/api/v1/{resource.name}/", values)
            if answer.status_code == 201:
                return answer.json["result"], values
            if answer.status_code == 409 or attempt >= 2:
                self.renew_parents()
                values = self.values(resource, full=full and attempt < 4, **given)
            self._mend(resource, values, answer.json["errors"], given)
        raise AssertionError(f"{resource.permission}: no valid row found: {answer.get_data(as_text=True)}, {values}")

    def values(self, resource: Resource, *, full: bool = False, **given: Any) -> dict[str, Any]:
        """Values for a new row, by key, as JSON takes them."""
        values = dict(given)
        number = self._next()
        for one in resource.form_fields:
            wanted = one.required or (full and one.key not in RISKY and one.kind not in (Kind.RELATION, Kind.BOOLEAN))
            if one.key not in values and (wanted or one.key == "ends_on"):
                values[one.key] = self.value(one, number)
        return values

    def value(self, one: Field, number: int) -> Any:
        """A valid value of the field; differs with `number` where the kind allows."""
        if one.key in FORMATS:
            return FORMATS[one.key]
        if one.kind is Kind.RELATION:
            return self.parent(one)
        if one.choices:
            return one.choices[number % len(one.choices)] if one.key == "weekday" else one.choices[0]
        return {
            Kind.TEXT: f"Word {number}"[: one.max_length or 40],
            Kind.LONG_TEXT: f"A sentence, number {number}.",
            Kind.EMAIL: f"person{number}@family.example",
            Kind.PHONE: f"503-555-01{number % 100:02}",
            Kind.INTEGER: number % 20 + 1,
            Kind.DECIMAL: f"{number % 90 + 10}.50",
            Kind.BOOLEAN: False,
            Kind.DATE: self._day(one, number).isoformat(),
            Kind.INSTANT: f"{FIRST_DAY.isoformat()}T08:00:00+00:00",
            Kind.TIME: "17:00" if one.key.startswith("ends") else "08:00",
            Kind.TAGS: [f"word{number}"],
            Kind.OBJECT: {},
            Kind.SECRET: f"S{number:05}",
        }[one.kind]

    def _day(self, one: Field, number: int) -> date:
        """A day in the past, or for the two ends of a period the same two days in the future.

        Nobody is born on another's day: each new client would be compared with all before.
        """
        if one.key == "birth_date":
            return FIRST_BIRTHDAY + timedelta(days=number)
        if one.key not in ("starts_on", "ends_on"):
            return FIRST_DAY + timedelta(days=number)
        return clock.today() + timedelta(days=NEXT_DAYS + 2 * number + (one.key == "ends_on"))

    def parent(self, one: Field) -> Any:
        """The id of a row that the field may refer to."""
        if one.target.__tablename__ == "ab_user":
            return self.user_id
        if one.target.__tablename__ not in self.parents:
            resource = resource_of(one.target)
            assert resource is not None, f"{one.target} has no resource, so no row of it can be made"
            self.parents[one.target.__tablename__] = self.make(resource)["id"]
        return self.parents[one.target.__tablename__]

    def renew_parents(self) -> None:
        """From here on rows belong to new parents, apart from the roots."""
        self.parents = dict(self.roots)

    def _mend(self, resource: Resource, values: dict[str, Any], errors: dict[str, Any], given: dict[str, Any]) -> None:
        """Fill in the fields that a refusal names, or leave out those that it doesn't want."""
        fields = {one.key: one for one in resource.form_fields}
        for name in errors.keys() & fields.keys() - given.keys():
            one = fields[name]
            if name in values and not one.required:
                del values[name]
            elif one.kind is Kind.DATE:
                values[name] = clock.today().isoformat()
            else:
                values[name] = self.value(one, self._next())
