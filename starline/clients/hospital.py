"""Stays in hospital: while one runs, the client's status is hospitalised; coming home moves it back."""

from collections.abc import Mapping
from typing import Any

from starline.clients.models import Client, Hospitalisation
from starline.clients.service import change_status, locked_client, running_stay
from starline.clients.vocabulary import ClientStatus
from starline.core import clock, events, tenancy
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today

IN_CARE = (ClientStatus.ACTIVE, ClientStatus.ON_HOLD)
VOIDED_WITHOUT_WORDS = "Entered by mistake"


def add_stay(values: Mapping[str, Any], *, by: int | None) -> Hospitalisation:
    """Note an admission, which moves the client to hospitalised; or, with the day of return, a stay that is over."""
    client = locked_client(values["client_id"])
    values = {**values, "admitted_on": values.get("admitted_on") or today(client.branch_id)}
    _check(values)
    if values.get("discharged_on"):
        stay = Hospitalisation(**values)
        session.add(stay)
    else:
        stay = _admit(client, values, by=by)
    session.flush()
    events.record("hospitalisation:added", stay)
    return stay


def update_stay(stay: Hospitalisation, values: Mapping[str, Any], *, by: int | None) -> Hospitalisation:
    """Change a stay. The day of return ends it and moves the client back to what they were before."""
    client = locked_client(stay.client_id)
    if values.get("client_id", stay.client_id) != stay.client_id:
        raise invalid("client_id", "A stay belongs to its client; void it and add one to the other client.")
    if stay.discharged_on and "discharged_on" in values and values["discharged_on"] is None:
        raise invalid("discharged_on", "This stay is over. Add a new one if the client went back to hospital.")
    _check(proposed(stay, values))
    ends_on = values.get("discharged_on") if stay.is_running else None
    assign(stay, {name: value for name, value in values.items() if name != "discharged_on" or not ends_on})
    if ends_on:
        _come_home(client, stay, on=ends_on, by=by)
    session.flush()
    events.record("hospitalisation:updated", stay)
    return stay


def void_stay(stay: Hospitalisation, *, by: int | None, reason: str | None = None) -> Hospitalisation:
    """Take a stay back that never was; a client who is in hospital by it alone returns to the status before."""
    client = locked_client(stay.client_id)
    if stay.voided_at is not None:
        raise Conflict("This stay was voided before.")
    was_running = stay.is_running
    stay.voided_at = clock.now()
    stay.void_reason = reason or tenancy.current().reason or VOIDED_WITHOUT_WORDS
    session.flush()
    if was_running and client.status == ClientStatus.HOSPITALISED:
        back = ClientStatus(stay.status_before or ClientStatus.ACTIVE)
        change_status(client, to=back, reason=stay.void_reason, by=by)
    events.record("hospitalisation:voided", stay)
    return stay


def _admit(client: Client, values: Mapping[str, Any], *, by: int | None) -> Hospitalisation:
    running = running_stay(client)
    if running is not None:
        sentence = _("The client is in hospital since %(day)s: change that stay instead.", day=running.admitted_on)
        raise invalid("admitted_on", sentence)
    if client.status not in IN_CARE:
        sentence = "Only a client in care is admitted. Give the day of return to note a stay that is over."
        raise invalid("discharged_on", sentence)
    change_status(client, to=ClientStatus.HOSPITALISED, on=values["admitted_on"], reason=values["reason"], by=by)
    stay = running_stay(client)
    assert stay is not None, "moving to hospitalised begins a stay"
    assign(stay, values)
    return stay


def _come_home(client: Client, stay: Hospitalisation, *, on: Any, by: int | None) -> None:
    if client.status == ClientStatus.HOSPITALISED:
        back = ClientStatus(stay.status_before or ClientStatus.ACTIVE)
        change_status(client, to=back, on=on, reason=_("Home from hospital"), by=by)
    stay.discharged_on = on


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    ends_on = values.get("discharged_on")
    if not (values.get("reason") or "").strip():
        problems.add("reason", "Say why the client went to hospital.")
    if ends_on and ends_on < values["admitted_on"]:
        problems.add("discharged_on", "Nobody comes home before they were admitted; check the two days.")
    if ends_on and ends_on > clock.today():
        problems.add("discharged_on", "Leave this empty until the client is home.")
    problems.refuse()
