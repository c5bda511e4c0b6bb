"""Clients and what belongs to them, by their verbs."""

from datetime import date
from typing import Any

from starline.clients import addresses, incidents, referrals, service
from starline.clients.models import Client, Incident, Referral, ServiceAddress
from starline.clients.vocabulary import ClientStatus
from starline.core import clock
from tests.organizations.factories import a_client, branch_id

HOME = {"line1": "12 Elm St", "city": "Portland", "state": "OR", "postal_code": "97201"}


def a_home(client: Client, **values: Any) -> ServiceAddress:
    return addresses.add_service_address({"client_id": client.id, **HOME, **values}, by=None)


def an_active_client(**values: Any) -> Client:
    client = a_client(**values)
    a_home(client)
    for status in (ClientStatus.ASSESSMENT, ClientStatus.ACTIVE):
        service.change_status(client, to=status, by=None)
    return client


def a_referral(by: int | None = None, **values: Any) -> Referral:
    given = {"first_name": "Lena", "last_name": "Quist", "phone": "503-555-0144", "branch_id": branch_id()}
    return referrals.take_referral({**given, **values}, by=by)


def an_incident(client: Client, by: int | None = None, **values: Any) -> Incident:
    given = {
        "client_id": client.id,
        "kind": "fall",
        "severity": "minor",
        "occurred_at": clock.now(),
        "place": "Bathroom",
        "description": "Slipped on the mat.",
    }
    return incidents.report_incident({**given, **values}, by=by)


BORN = date(1941, 5, 2)
