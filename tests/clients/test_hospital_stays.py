"""Stays in hospital: status and stay go together, whichever of the two somebody enters."""

from typing import Any

import pytest

from starline.clients import hospital, service
from starline.clients.consequences import consequences_of
from starline.clients.models import Client, Hospitalisation
from starline.clients.vocabulary import ClientStatus
from starline.core.errors import Conflict, Invalid
from tests.clients.factories import a_home, an_active_client
from tests.organizations.factories import a_client, a_user, days, today

pytestmark = pytest.mark.usefixtures("harbor")


def _stay(client: Client, **values: Any) -> Hospitalisation:
    return hospital.add_stay({"client_id": client.id, "reason": "Fell at home", **values}, by=None)


def test_an_admission_moves_the_client_and_coming_home_moves_them_back() -> None:
    client = an_active_client()
    stay = _stay(client, facility="Providence")
    assert (client.status, stay.is_running, stay.facility) == ("hospitalised", True, "Providence")
    hospital.update_stay(stay, {"discharged_on": today()}, by=None)
    assert (client.status, stay.discharged_on) == ("active", today())


def test_a_client_on_hold_comes_home_to_being_on_hold() -> None:
    client = an_active_client()
    service.change_status(client, to=ClientStatus.ON_HOLD, reason="Away", by=None)
    stay = _stay(client)
    hospital.update_stay(stay, {"discharged_on": today()}, by=None)
    assert client.status == "on_hold"


def test_changing_the_status_begins_and_ends_a_stay() -> None:
    client = an_active_client()
    service.change_status(client, to=ClientStatus.HOSPITALISED, reason="Stroke", by=None)
    stay = service.running_stay(client)
    assert stay is not None and stay.reason == "Stroke"
    service.change_status(client, to=ClientStatus.DECEASED, reason="Passed away", by=None)
    assert stay.discharged_on == today()
    assert service.running_stay(client) is None


def test_nobody_is_in_hospital_twice() -> None:
    client = an_active_client()
    _stay(client)
    with pytest.raises(Invalid, match="in hospital since"):
        _stay(client)


def test_a_stay_that_is_over_is_noted_without_moving_anybody() -> None:
    client = a_client()
    stay = _stay(client, admitted_on=days(-20), discharged_on=days(-12))
    assert client.status == "inquiry"
    assert not stay.is_running


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"admitted_on": days(-2), "discharged_on": days(-3)}, "discharged_on"),
        ({"discharged_on": days(4)}, "discharged_on"),
        ({"reason": "  "}, "reason"),
        ({}, "discharged_on"),
    ],
)
def test_a_stay_that_cannot_be_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _stay(a_client(), **values)
    assert field in refused.value.errors


def test_voiding_a_stay_takes_the_status_back_and_is_done_once() -> None:
    client = an_active_client()
    stay = _stay(client)
    hospital.void_stay(stay, by=None)
    assert (client.status, stay.void_reason) == ("active", hospital.VOIDED_WITHOUT_WORDS)
    with pytest.raises(Conflict):
        hospital.void_stay(stay, by=None)


def test_nobody_becomes_active_without_an_address() -> None:
    client = a_client()
    service.change_status(client, to=ClientStatus.ASSESSMENT, by=None)
    with pytest.raises(Invalid) as refused:
        service.change_status(client, to=ClientStatus.ACTIVE, by=None)
    assert "service address" in refused.value.errors["to_status"][0]
    a_home(client)
    service.change_status(client, to=ClientStatus.ACTIVE, by=None)
    assert client.start_of_care_on == today()


def test_the_consequences_of_a_discharge_are_told_and_come_true() -> None:
    client, aide = an_active_client(), a_user("josie")
    service.assign_to_care_team({"client_id": client.id, "user_id": aide.id, "role": "caregiver"}, by=None)
    _stay(client, facility="Providence")
    told = consequences_of(client, to=ClientStatus.DISCHARGED)
    assert [part for part in ("Providence", "Josie Reyes") if not any(part in one for one in told)] == []
    service.change_status(client, to=ClientStatus.DISCHARGED, reason="Moved", by=None)
    assert consequences_of(client, to=ClientStatus.DISCHARGED) == []
