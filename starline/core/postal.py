"""What a postal address in the United States must look like."""

import re
from collections.abc import Mapping
from typing import Any

from starline.core.problems import Problems

STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}
"""Names of the states and territories by their two letters."""

ZIP = r"[0-9]{5}(-[0-9]{4})?"
WRONG_ZIP = "Give the ZIP code as five digits or ZIP+4, for example 97214 or 97214-3301."


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with the state in capitals."""
    return {**values, "state": values["state"].strip().upper()} if values.get("state") else values


def check_address(values: Mapping[str, Any], problems: Problems) -> None:
    """Note what is wrong with `state`, `postal_code` and the coordinates; each may be absent."""
    if values.get("state") and values["state"] not in STATES:
        problems.add("state", "Give the state as its two letters, for example OR.")
    if values.get("postal_code") and not re.fullmatch(ZIP, values["postal_code"]):
        problems.add("postal_code", WRONG_ZIP)
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if (latitude is None) != (longitude is None):
        problems.add("longitude" if longitude is None else "latitude", "Give both coordinates or neither.")
    if latitude is not None and not -90 <= latitude <= 90:
        problems.add("latitude", "A latitude lies between -90 and 90.")
    if longitude is not None and not -180 <= longitude <= 180:
        problems.add("longitude", "A longitude lies between -180 and 180.")
