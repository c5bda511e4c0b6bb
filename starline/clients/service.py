"""Verbs on the client: take in, change, move from status to status, decide who is on the care team."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from starline.clients import matching, rules
from starline.clients.identification import checked_numbers, keep_numbers, without_numbers
from starline.clients.models import CareTeamMember, Client, ClientStatusChange, Hospitalisation, ServiceAddress
from starline.clients.vocabulary import ClientStatus
from starline.core import batches, clock, events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.periods import Period
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today


def create_client(values: Mapping[str, Any], *, by: int | None) -> Client:
    """Take in a client; `values` by column name. The history starts with the status given, inquiry unless said."""
    values = _checked(values, Client())
    client = Client(**{"status": ClientStatus.INQUIRY, **without_numbers(values)})
    session.add(client)
    keep_numbers(client, values)
    _write_history(client, None, on=today(client.branch_id), reason=None)
    matching.keep_up(client)
    events.record("client:created", client)
    return client


def update_client(client: Client, values: Mapping[str, Any], *, by: int | None) -> Client:
    """Change what is known of a client. The status moves by `change_status` only."""
    if values.get("status", client.status) != client.status:
        raise invalid("status", "Change the status with its date and reason, under status history.")
    values, before = _checked(values, client), matching.identity_of(client)
    assign(client, without_numbers(values))
    keep_numbers(client, values)
    session.flush()
    if matching.identity_of(client) != before:
        matching.keep_up(client)
    events.record("client:updated", client)
    return client


def add_status_change(values: Mapping[str, Any], *, by: int | None) -> ClientStatusChange:
    """`change_status` by plain values: client_id, to_status, changed_status_on (today unless given), reason."""
    return change_status(
        locked_client(values["client_id"]),
        to=ClientStatus(values["to_status"]),
        on=values.get("changed_status_on"),
        reason=values.get("reason"),
        by=by,
    )


def change_status(
    client: Client, *, to: ClientStatus, on: date | None = None, reason: str | None = None, by: int | None
) -> ClientStatusChange:
    """Move the client to `to` as of the day `on`, and keep the step in the history.

    Becoming active the first time sets the start of care; going to hospital begins a stay, and whatever follows ends
    it; a discharge or death ends the care team that day.
    """
    client = locked_client(client.id)
    on = on or today(client.branch_id)
    _check_step(client, to, on, reason)
    present, client.status = client.status, to
    if to is ClientStatus.ACTIVE and client.start_of_care_on is None:
        client.start_of_care_on = on
    if to in rules.ENDED:
        _end_care_team(client, on)
    _follow_hospital(client, present, on=on, reason=reason)
    change = _write_history(client, present, on=on, reason=reason)
    events.record("client:status_changed", client)
    return change


def assign_to_care_team(values: Mapping[str, Any], *, by: int | None) -> CareTeamMember:
    """Put a person on a client's care team, which lets a caregiver see the client."""
    client = locked_client(values["client_id"])
    values = {"starts_on": today(client.branch_id), **values}
    _check_assignment(values, except_for=None)
    member = CareTeamMember(**values)
    session.add(member)
    session.flush()
    events.record("care_team_member:assigned", member)
    return member


def update_assignment(member: CareTeamMember, values: Mapping[str, Any], *, by: int | None) -> CareTeamMember:
    """Change the role or the dates; an end date in the past takes the person off the care team."""
    locked_client(member.client_id)
    _check_assignment(proposed(member, values), except_for=member.id)
    assign(member, values)
    session.flush()
    events.record("care_team_member:updated", member)
    return member


def running_stay(client: Client) -> Hospitalisation | None:
    """The stay in hospital that has no end yet."""
    query = session.query(Hospitalisation).filter_by(client_id=client.id, discharged_on=None, voided_at=None)
    found: Hospitalisation | None = query.one_or_none()
    return found


def locked_client(client_id: UUID) -> Client:
    """The client, held until the transaction ends: what is counted over a client's rows is checked one at a time."""
    client = session.get(Client, client_id, with_for_update=True, populate_existing=True)
    if client is None:
        raise invalid("client_id", "Choose a client from the list.")
    return client


def _checked(values: Mapping[str, Any], client: Client) -> dict[str, Any]:
    """`values` with numbers in their official spelling. Raises `Invalid` with everything that is wrong."""
    checked, problems = dict(values), Problems()
    day = clock.today()
    born = values.get("birth_date", client.birth_date)
    if born and born > day:
        problems.add("birth_date", "The birth date lies in the future; check the year.")
    if born and rules.age(born, day) > rules.OLDEST_AGE:
        problems.add("birth_date", _("Nobody is older than %(age)d; check the year.", age=rules.OLDEST_AGE))
    start = values.get("start_of_care_on", client.start_of_care_on)
    if born and start and start < born:
        problems.add("start_of_care_on", "Care can't start before the client was born.")
    checked |= checked_numbers(values, problems)
    problems.refuse()
    return checked


def _write_history(client: Client, present: ClientStatus | None, *, on: date, reason: str | None) -> ClientStatusChange:
    change = ClientStatusChange(
        client_id=client.id, from_status=present, to_status=client.status, changed_status_on=on, reason=reason
    )
    session.add(change)
    batches.write()
    return change


def _check_step(client: Client, to: ClientStatus, on: date, reason: str | None) -> None:
    problems = Problems()
    if not rules.may_step(client.status, to):
        possible = ", ".join(sorted(step.replace("_", " ") for step in rules.STEPS[client.status]))
        named = client.status.replace("_", " ")
        problems.add(
            "to_status", _("From %(named)s a client can only move to: %(possible)s.", named=named, possible=possible)
        )
    elif rules.needs_reason(client.status, to) and not (reason or "").strip():
        problems.add("reason", "Give a reason; it stays in the client's history.")
    if on > today(client.branch_id):
        problems.add("changed_status_on", "The status changes on the day it happens; this day is in the future.")
    if to is ClientStatus.ACTIVE and not session.query(ServiceAddress.id).filter_by(client_id=client.id).first():
        problems.add("to_status", "Add a service address first: an active client is cared for somewhere.")
    last = _last_change_on(client)
    if last and on < last:
        problems.add(
            "changed_status_on", _("The status last changed on %(last)s; choose that day or a later one.", last=last)
        )
    problems.refuse()


def _last_change_on(client: Client) -> date | None:
    newest = session.query(ClientStatusChange.changed_status_on).filter_by(client_id=client.id)
    found: date | None = newest.order_by(ClientStatusChange.changed_status_on.desc()).limit(1).scalar()
    return found


def _follow_hospital(client: Client, present: ClientStatus, *, on: date, reason: str | None) -> None:
    """A status of hospitalised and a running stay go together."""
    running = running_stay(client)
    if client.status == ClientStatus.HOSPITALISED:
        if running is None:
            began = {"client_id": client.id, "admitted_on": on, "status_before": present}
            session.add(Hospitalisation(**began, reason=reason or ""))
    elif running is not None:
        running.discharged_on = max(on, running.admitted_on)
    session.flush()


def _end_care_team(client: Client, on: date) -> None:
    """Nobody keeps seeing a client who has left; an assignment that had not begun is dropped."""
    for member in session.query(CareTeamMember).filter_by(client_id=client.id):
        if member.starts_on > on:
            session.delete(member)
        elif member.ends_on is None or member.ends_on > on:
            member.ends_on = on


def _check_assignment(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    period = Period(values["starts_on"], values.get("ends_on"))
    if period.ends_on and period.ends_on < period.starts_on:
        raise invalid("ends_on", "The assignment can't end before it starts.")
    same = session.query(CareTeamMember).filter_by(client_id=values["client_id"], user_id=values["user_id"])
    others = [Period(one.starts_on, one.ends_on) for one in same if one.id != except_for]
    found = period.first_overlap(others)
    if found:
        raise Conflict(
            _("This person is on the care team already, %(found)s. Change that assignment instead.", found=found)
        )
