"""Moving a client from status to status: dated, explained, kept, and with what follows from it."""

from typing import Any

import pytest

from starline.clients import service
from starline.clients.models import CareTeamMember, ClientStatusChange
from starline.clients.vocabulary import ClientStatus
from starline.core import events
from starline.core.errors import Invalid
from tests.clients.factories import a_home
from tests.organizations.factories import a_client, a_user, days, today

pytestmark = pytest.mark.usefixtures("harbor")


def _move(client: Any, *steps: str, **more: Any) -> None:
    for step in steps:
        service.change_status(client, to=ClientStatus(step), by=None, **more)


def test_becoming_active_sets_the_start_of_care_once() -> None:
    client = a_client()
    a_home(client)
    _move(client, "assessment", "active")
    assert client.start_of_care_on == today()
    _move(client, "on_hold", "active", reason="Away for the holidays")
    assert client.start_of_care_on == today()


def test_every_step_is_kept_with_its_reason(session: Any) -> None:
    client = a_client()
    a_home(client)
    _move(client, "assessment", "active")
    _move(client, "hospitalised", reason="Fell at home")
    steps = (
        session.query(ClientStatusChange).filter_by(client_id=client.id).order_by(ClientStatusChange.created_on).all()
    )
    assert [(step.from_status, step.to_status) for step in steps][-1] == ("active", "hospitalised")
    assert steps[-1].reason == "Fell at home"
    assert len(steps) == 4


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"to_status": "active"}, "to_status"),
        ({"to_status": "discharged"}, "reason"),
        ({"to_status": "discharged", "reason": "   "}, "reason"),
        ({"to_status": "assessment", "changed_status_on": days(2)}, "changed_status_on"),
        ({"to_status": "assessment", "changed_status_on": days(-400)}, "changed_status_on"),
    ],
)
def test_a_step_that_cannot_be_is_refused(values: dict[str, Any], field: str) -> None:
    client = a_client()
    with pytest.raises(Invalid) as refused:
        service.add_status_change({"client_id": client.id, **values}, by=None)
    assert list(refused.value.errors) == [field]
    assert client.status == "inquiry"


def test_the_sentence_names_the_steps_that_are_possible() -> None:
    with pytest.raises(Invalid) as refused:
        _move(a_client(), "on_hold", reason="x")
    assert refused.value.errors["to_status"] == [
        "From inquiry a client can only move to: assessment, deceased, discharged."
    ]


def test_a_discharge_ends_the_care_team_that_day(session: Any) -> None:
    client, aide, nurse = a_client(), a_user("josie"), a_user("paula", "Nurse")
    given = {"client_id": client.id, "role": "caregiver"}
    here = service.assign_to_care_team({**given, "user_id": aide.id, "starts_on": days(-20)}, by=None)
    service.assign_to_care_team({**given, "user_id": nurse.id, "starts_on": days(5)}, by=None)
    _move(client, "discharged", reason="Moved to her daughter")
    session.flush()
    assert here.ends_on == today()
    assert session.query(CareTeamMember).filter_by(client_id=client.id).count() == 1


def test_a_discharged_client_comes_back_with_a_reason() -> None:
    client = a_client()
    a_home(client)
    _move(client, "discharged", reason="Chose another agency")
    with pytest.raises(Invalid):
        _move(client, "active")
    _move(client, "active", reason="Came back to us")
    assert client.status == "active"


def test_a_change_is_told_to_those_above(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    monkeypatch.setitem(events._subscribers, "client:status_changed", [heard.append])
    client = a_client()
    _move(client, "assessment")
    assert heard == [client]
