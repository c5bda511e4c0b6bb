"""What a postal address in the United States must look like."""

import re
from collections.abc import Mapping
from typing import Any

from starline.core.problems import Problems

STATES = frozenset(
    [
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "DC",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
        "AS",
        "GU",
        "MP",
        "PR",
        "VI",
    ]
)
_ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with the state in capitals."""
    return {**values, "state": values["state"].strip().upper()} if values.get("state") else values


def check_address(values: Mapping[str, Any], problems: Problems) -> None:
    """Note what is wrong with `state`, `postal_code` and the coordinates; each may be absent."""
    if values.get("state") and values["state"] not in STATES:
        problems.add("state", "Give the state as its two letters, for example OR.")
    if values.get("postal_code") and not _ZIP.fullmatch(values["postal_code"]):
        problems.add("postal_code", "Give the ZIP code as five digits or ZIP+4, for example 97214 or 97214-3301.")
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if (latitude is None) != (longitude is None):
        problems.add("longitude" if longitude is None else "latitude", "Give both coordinates or neither.")
    if latitude is not None and not -90 <= latitude <= 90:
        problems.add("latitude", "A latitude lies between -90 and 90.")
    if longitude is not None and not -180 <= longitude <= 180:
        problems.add("longitude", "A longitude lies between -180 and 180.")
