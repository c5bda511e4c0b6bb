"""What a new client's record says, and what is refused with which sentence."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from starline.clients import service
from starline.clients.models import Client, ClientStatusChange
from starline.core.crypto import index_of
from starline.core.errors import Invalid
from tests.organizations.factories import SUMMIT, a_client, acting_for, days, today

pytestmark = pytest.mark.usefixtures("harbor")


def test_a_new_client_is_an_inquiry_with_the_next_number_and_a_history(session: Any) -> None:
    first, second = a_client(), a_client(first_name="Harold")
    assert (second.client_number, second.status) == (first.client_number + 1, "inquiry")
    history = session.query(ClientStatusChange).filter_by(client_id=first.id).one()
    assert (history.from_status, history.to_status, history.changed_status_on) == (None, "inquiry", today())


def test_each_agency_counts_its_own_clients() -> None:
    a_client()
    with acting_for(SUMMIT, "summit"):
        assert a_client().client_number == 1


def test_an_ssn_is_stored_sealed_and_read_back(session: Any) -> None:
    client = a_client(ssn="212-54-8890")
    stored = session.execute(text("SELECT ssn_encrypted FROM clients WHERE id = :id"), {"id": client.id}).scalar()
    assert b"212548890" not in bytes(stored)
    assert (client.ssn, client.ssn_last4) == ("212548890", "8890")
    assert client.ssn_hash == index_of("212548890")
    service.update_client(client, {"ssn": None}, by=None)
    assert (client.ssn, client.ssn_last4, client.ssn_hash) == (None, None, None)


def test_insurance_ids_are_stored_sealed_and_known_by_an_index(session: Any) -> None:
    client = a_client(medicaid_id="ab-774-1209", medicare_id="1EG4-TE5-MK73")
    row = session.execute(text("SELECT clients::text FROM clients WHERE id = :id"), {"id": client.id}).scalar()
    assert not any(word in row for word in ("774-1209", "7741209", "1EG4TE5MK73", b"774-1209".hex()))
    assert (client.medicaid_id, client.medicaid_id_last4) == ("ab-774-1209", "1209")
    assert (client.medicare_id, client.medicare_id_last4) == ("1EG4TE5MK73", "MK73")
    assert client.medicaid_id_hash == a_client(medicaid_id="AB7741209").medicaid_id_hash
    service.update_client(client, {"medicaid_id": ""}, by=None)
    assert (client.medicaid_id, client.medicaid_id_last4, client.medicaid_id_hash) == (None, None, None)
    assert client.medicare_id == "1EG4TE5MK73"


def test_the_trail_tells_that_an_insurance_id_changed_and_not_which(session: Any) -> None:
    client = a_client(medicaid_id="AB7741209")
    service.update_client(client, {"medicaid_id": "AB7741210"}, by=None)
    told = session.execute(text("SELECT changes::text FROM audit_events WHERE subject = 'clients'")).scalars().all()
    assert any("medicaid_id_encrypted" in one for one in told)
    assert not any("AB77412" in one for one in told)


def test_search_names_are_lower_case_and_start_with_what_people_type(session: Any) -> None:
    client = a_client(first_name="Ruth", last_name="McAllister", preferred_name="Ruthie")
    session.refresh(client)
    assert (client.search_name, client.search_first_name) == ("mcallister ruth", "ruthie mcallister")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"birth_date": date(2090, 1, 1)}, "birth_date"),
        ({"birth_date": date(1890, 1, 1)}, "birth_date"),
        ({"start_of_care_on": date(1900, 1, 1)}, "start_of_care_on"),
        ({"ssn": "123-45-678"}, "ssn"),
        ({"ssn": "000-12-3456"}, "ssn"),
        ({"medicare_id": "SSSS-SSS-SS00"}, "medicare_id"),
        ({"medicaid_id": "A" * 21}, "medicaid_id"),
    ],
)
def test_impossible_facts_are_refused_at_their_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_client(**values)
    assert list(refused.value.errors) == [field]


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        a_client(birth_date=date(2090, 1, 1), ssn="1", medicare_id="2")
    assert set(refused.value.errors) == {"birth_date", "ssn", "medicare_id"}


def test_a_medicare_id_is_kept_without_hyphens() -> None:
    assert a_client(medicare_id="1eg4-te5-mk73").medicare_id == "1EG4TE5MK73"


def test_an_update_changes_what_it_names_and_nothing_else() -> None:
    client = a_client(phone="(503) 555-0101")
    service.update_client(client, {"preferred_name": "Ruthie"}, by=None)
    assert (client.preferred_name, client.phone, client.version) == ("Ruthie", "(503) 555-0101", 2)


def test_the_status_is_not_changed_in_passing() -> None:
    client = a_client()
    with pytest.raises(Invalid) as refused:
        service.update_client(client, {"status": "active"}, by=None)
    assert "status" in refused.value.errors


def test_a_birthday_after_the_start_of_care_is_refused_on_update_too() -> None:
    client = a_client(start_of_care_on=days(-10))
    with pytest.raises(Invalid):
        service.update_client(client, {"birth_date": days(-5)}, by=None)


def test_summit_sees_no_client_of_harbor(session: Any) -> None:
    a_client()
    with acting_for(SUMMIT, "summit"):
        assert session.query(Client).count() == 0
