"""Where care is given. A client with addresses has exactly one primary."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.clients.models import ServiceAddress
from starline.clients.service import locked_client
from starline.core import events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.postal import check_address, tidied
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed

GEOFENCE_METRES = range(10, 5001)


def add_service_address(values: Mapping[str, Any], *, by: int | None) -> ServiceAddress:
    """Add a place of care; the first one becomes the primary address."""
    client = locked_client(values["client_id"])
    values = _checked(values, values)
    is_primary = bool(values.get("is_primary")) or not _addresses_of(client.id)
    if is_primary:
        _demote_others(client.id)
    address = ServiceAddress(**{**_without_door_code(values), "is_primary": is_primary})
    session.add(address)
    _keep_door_code(address, values)
    session.flush()
    events.record("service_address:added", address)
    return address


def update_service_address(address: ServiceAddress, values: Mapping[str, Any], *, by: int | None) -> ServiceAddress:
    """Change a place of care. Making it primary takes that from the address that was."""
    locked_client(address.client_id)
    values = _checked(values, proposed(address, values))
    if values.get("client_id", address.client_id) != address.client_id:
        raise invalid("client_id", "An address stays with its client; add a new one to the other client.")
    if address.is_primary and not values.get("is_primary", True):
        raise invalid("is_primary", "One address is always the primary one: make another address primary instead.")
    if values.get("is_primary") and not address.is_primary:
        _demote_others(address.client_id)
    assign(address, _without_door_code(values))
    _keep_door_code(address, values)
    session.flush()
    events.record("service_address:updated", address)
    return address


def remove_service_address(address: ServiceAddress, *, by: int | None) -> None:
    """Remove a place where no care was given yet; the database keeps one that visits refer to."""
    locked_client(address.client_id)
    if address.is_primary and len(_addresses_of(address.client_id)) > 1:
        raise Conflict("This is the client's primary address. Make another address primary first.")
    events.record("service_address:removed", address)
    session.delete(address)
    session.flush()


def _checked(values: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """`values` tidied, after a look at the `whole` address. Raises `Invalid`."""
    problems = Problems()
    check_address(tidied(dict(whole)), problems)
    geofence = whole.get("geofence_metres")
    if geofence is not None and geofence not in GEOFENCE_METRES:
        problems.add(
            "geofence_metres", "The geofence is between 10 and 5000 metres; leave it empty for the agency's own."
        )
    problems.refuse()
    return tidied(dict(values))


def _addresses_of(client_id: UUID) -> list[ServiceAddress]:
    found: list[ServiceAddress] = session.query(ServiceAddress).filter_by(client_id=client_id).all()
    return found


def _demote_others(client_id: UUID) -> None:
    for address in _addresses_of(client_id):
        address.is_primary = False
    # The database allows one primary address at any moment, also between two statements.
    session.flush()


def _without_door_code(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "door_code"}


def _keep_door_code(address: ServiceAddress, values: Mapping[str, Any]) -> None:
    if "door_code" in values:
        address.door_code = values["door_code"]
