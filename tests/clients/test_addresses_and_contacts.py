"""Places of care and people to call."""

from decimal import Decimal
from typing import Any

import pytest

from starline.clients import addresses, contacts
from starline.clients.models import Contact, ServiceAddress
from starline.core.errors import Conflict, Invalid
from tests.organizations.factories import a_client, a_user

pytestmark = pytest.mark.usefixtures("harbor")

HOME = {"line1": "4100 SE Larkspur St", "city": "Portland", "state": "or", "postal_code": "97214"}
SON = {"first_name": "Caleb", "last_name": "Abernathy", "relationship": "son", "phone": "(503) 555-0134"}


def _address(client: Any, **values: Any) -> ServiceAddress:
    return addresses.add_service_address({"client_id": client.id, **HOME, **values}, by=None)


def _contact(client: Any, **values: Any) -> Contact:
    return contacts.add_contact({"client_id": client.id, **SON, **values}, by=None)


def test_the_first_address_becomes_the_primary_one() -> None:
    client = a_client()
    first, second = _address(client), _address(client, label="Daughter's house")
    assert (first.is_primary, second.is_primary, first.state) == (True, False, "OR")


def test_a_new_primary_address_takes_over() -> None:
    client = a_client()
    first = _address(client)
    second = _address(client, is_primary=True)
    assert (first.is_primary, second.is_primary) == (False, True)
    addresses.update_service_address(first, {"is_primary": True}, by=None)
    assert (first.is_primary, second.is_primary) == (True, False)


def test_there_is_always_a_primary_address(session: Any) -> None:
    client = a_client()
    first = _address(client)
    with pytest.raises(Invalid):
        addresses.update_service_address(first, {"is_primary": False}, by=None)
    second = _address(client)
    with pytest.raises(Conflict):
        addresses.remove_service_address(first, by=None)
    addresses.remove_service_address(second, by=None)
    assert session.query(ServiceAddress).filter_by(client_id=client.id).one().id == first.id


def test_a_door_code_is_sealed() -> None:
    address = _address(a_client(), door_code="4711#")
    assert address.door_code == "4711#"
    assert b"4711" not in address.door_code_encrypted


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"state": "XX"}, "state"),
        ({"postal_code": "9721"}, "postal_code"),
        ({"latitude": Decimal("45.5")}, "longitude"),
        ({"latitude": Decimal("95"), "longitude": Decimal("0")}, "latitude"),
        ({"geofence_metres": 5}, "geofence_metres"),
    ],
)
def test_an_address_that_cannot_be_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _address(a_client(), **values)
    assert list(refused.value.errors) == [field]


def test_two_people_are_not_called_first() -> None:
    client = a_client()
    first = _contact(client, emergency_order=1)
    with pytest.raises(Invalid) as refused:
        _contact(client, first_name="Dana", emergency_order=1)
    assert refused.value.errors["emergency_order"] == ["Caleb Abernathy is number 1 already; choose another place."]
    contacts.update_contact(first, {"emergency_order": 2}, by=None)
    assert _contact(client, first_name="Dana", emergency_order=1).emergency_order == 1


def test_somebody_to_call_has_a_telephone() -> None:
    with pytest.raises(Invalid) as refused:
        _contact(a_client(), phone=None, emergency_order=1)
    assert "phone" in refused.value.errors


def test_who_pays_the_bills_can_be_reached() -> None:
    with pytest.raises(Invalid):
        _contact(a_client(), phone=None, is_guarantor=True)


def test_a_removed_contact_loses_the_portal(session: Any) -> None:
    client, user = a_client(), a_user("caleb", "Family")
    contact = _contact(client, user_id=user.id)
    contacts.remove_contact(contact, by=None)
    assert session.query(Contact).filter_by(user_id=user.id).count() == 0
