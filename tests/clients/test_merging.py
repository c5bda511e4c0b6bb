"""Two records become one and, for thirty days, two again: every related row as it was before."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from starline.clients import addresses, contacts, coverages, hospital, matching, merging, notes, references, service
from starline.clients.identification import NUMBERS
from starline.clients.models import Client, ClientMerge, Contact, Coverage, DuplicatePair, ServiceAddress
from starline.core import clock
from starline.core.crypto import encrypted_parts, sealed_texts
from starline.core.db import metadata
from starline.core.errors import Conflict, DomainError, Invalid
from tests.clients.factories import a_home, a_referral, an_active_client, an_incident
from tests.organizations.factories import a_client, a_user, days, today

pytestmark = pytest.mark.usefixtures("harbor")

OF_THE_MERGE = {"client_merges", "duplicate_pairs", "match_keys"}
WHO_AND_WHEN = {"changed_on", "changed_by_fk", "version"} | {one.attribute for one in encrypted_parts(Client)}
"""Of the two clients alone: what is encrypted is sealed anew each time, and a client tells when it was last written."""


def _rows(session: Any, *clients: Client) -> dict[str, list[dict[str, Any]]]:
    """All that belongs to the clients, and they themselves, column by column."""
    session.flush()
    ids = [one.id for one in clients]
    found = {}
    for reference in references.references():
        column = reference.table.c[reference.column]
        query = select(reference.table).where(column.in_(ids)).order_by(reference.table.c.id)
        found[reference.name] = [dict(row) for row in session.execute(query).mappings()]
    table = metadata.tables["clients"]
    query = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    found["clients"] = [
        {name: value for name, value in row.items() if name not in WHO_AND_WHEN}
        | _texts(session.get(Client, row["id"]))
        for row in session.execute(query).mappings().all()
    ]
    return found


def _texts(client: Client) -> dict[str, str | None]:
    return {one.name: getattr(client, one.name) for one in sealed_texts(Client)}


def test_every_table_that_names_a_client_is_known() -> None:
    named = {reference.name for reference in references.references()}
    assert {"contacts.client_id", "incidents.client_id", "referrals.client_id", "clients.merged_into_id"} <= named
    of_clients = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name == "clients"
    }
    assert {name.partition(".")[0] for name in named} == of_clients - references.OWN


def test_all_rows_move_and_the_record_leads_to_the_survivor(session: Any) -> None:
    kept, gone = an_active_client(), a_client(first_name="Ruthie", ssn="123-45-6789")
    an_incident(gone)
    contacts.add_contact({"client_id": gone.id, "first_name": "A", "last_name": "B", "relationship": "friend"}, by=None)
    merging.merge_clients(kept, gone, by=None)
    rows = _rows(session, gone)
    assert {name for name, found in rows.items() if found} == {"clients"}
    assert merging.survivor_of(gone.id) == kept.id
    assert merging.survivor_of(kept.id) is None
    assert kept.ssn == "123456789", "what only the other record knows is taken over"
    assert matching.possible_duplicates(
        {"first_name": "Ruthie", "last_name": "Abernathy", "birth_date": gone.birth_date}
    )


def test_what_can_be_but_once_steps_back(session: Any) -> None:
    kept, gone = a_client(), a_client()
    homes = [a_home(one) for one in (kept, gone)]
    for one in (kept, gone):
        person = {"first_name": "A", "last_name": "B", "relationship": "friend", "phone": "503-555-0101"}
        contacts.add_contact({"client_id": one.id, "emergency_order": 1, **person}, by=None)
        promise = {"client_id": one.id, "payer_name": "VA", "priority": "primary", "starts_on": today()}
        coverages.add_coverage(promise, by=None)
    merge = merging.merge_clients(kept, gone, by=None)
    session.expire_all()
    assert [one.is_primary for one in homes] == [True, False]
    assert {one.emergency_order for one in session.query(Contact).filter_by(client_id=kept.id)} == {1, 2}
    assert {one.priority for one in session.query(Coverage).filter_by(client_id=kept.id)} == {"primary", "secondary"}
    merging.undo_merge(merge, by=None)
    session.expire_all()
    assert [one.is_primary for one in homes] == [True, True]


def test_a_row_that_the_survivor_has_already_stays_and_is_named(session: Any) -> None:
    kept, gone, aide = a_client(), a_client(), a_user("josie")
    for one in (kept, gone):
        given = {"client_id": one.id, "user_id": aide.id, "role": "caregiver", "starts_on": days(-3)}
        service.assign_to_care_team(given, by=None)
    merge = merging.merge_clients(kept, gone, by=None)
    assert len(merge.moved["care_team_members.client_id"]["stay"]) == 1


def test_chosen_fields_are_taken_over_and_given_back(session: Any) -> None:
    kept, gone = a_client(phone="503-555-0101"), a_client(phone="503-555-0102", diet="Low salt", religion="Quaker")
    merge = merging.merge_clients(kept, gone, take={"phone", "diet"}, by=None)
    assert (kept.phone, kept.diet, kept.religion) == ("503-555-0102", "Low salt", None)
    service.update_client(kept, {"diet": "No sugar"}, by=None)
    merging.undo_merge(merge, by=None)
    assert (kept.phone, kept.diet) == ("503-555-0101", "No sugar"), "what was changed since stays"
    with pytest.raises(Invalid):
        merging.merge_clients(kept, gone, take={"client_number"}, by=None)


def test_an_insurance_id_is_taken_over_sealed_and_given_back(session: Any) -> None:
    kept, gone = a_client(medicaid_id="AB7741209"), a_client(medicaid_id="AB7741210", medicare_id="1EG4-TE5-MK73")
    merge = merging.merge_clients(kept, gone, take={"medicaid_id", "medicare_id"}, by=None)
    assert (kept.medicaid_id, kept.medicare_id) == ("AB7741210", "1EG4TE5MK73")
    assert merge.chosen["medicaid_id"] == {"before": "1209", "after": "1210"}
    assert (merge.kept_medicaid_id, merge.kept_medicare_id) == ("AB7741209", None)
    merging.undo_merge(merge, by=None)
    assert (kept.medicaid_id, kept.medicare_id, kept.medicare_id_hash) == ("AB7741209", None, None)


def test_a_number_that_was_entered_since_stays_though_it_ends_alike(session: Any) -> None:
    kept, gone = a_client(medicaid_id="AB7741209"), a_client(medicaid_id="AB7741210", medicare_id="1EG4-TE5-MK72")
    merge = merging.merge_clients(kept, gone, take={"medicaid_id", "medicare_id"}, by=None)
    service.update_client(kept, {"medicaid_id": "XY9991210", "medicare_id": "1EG4-TE5-MK73"}, by=None)
    merging.undo_merge(merge, by=None)
    assert (kept.medicaid_id, kept.medicare_id) == ("XY9991210", "1EG4TE5MK73")


def test_own_fields_that_only_one_record_has_come_along(session: Any) -> None:
    kept, gone = a_client(), a_client()
    kept.custom, gone.custom = {"parking": "behind"}, {"parking": "street", "dog": "Rex"}
    session.flush()
    merge = merging.merge_clients(kept, gone, by=None)
    assert kept.custom == {"parking": "behind", "dog": "Rex"}
    merging.undo_merge(merge, by=None)
    assert kept.custom == {"parking": "behind"}


def test_nothing_is_merged_twice_or_into_itself_or_undone_late(session: Any) -> None:
    kept, gone, third = a_client(), a_client(), a_client()
    with pytest.raises(Invalid):
        merging.merge_clients(kept, kept, by=None)
    merge = merging.merge_clients(kept, gone, by=None)
    with pytest.raises(Conflict):
        merging.merge_clients(third, gone, by=None)
    later = merging.merge_clients(third, kept, by=None)
    assert merging.survivor_of(gone.id) == third.id
    with pytest.raises(Conflict, match="Undo that merge first"):
        merging.undo_merge(merge, by=None)
    merging.undo_merge(later, by=None)
    with clock.frozen(clock.now() + timedelta(days=31)), pytest.raises(Conflict, match="thirty days"):
        merging.undo_merge(merge, by=None)
    merging.undo_merge(merge, by=None)
    with pytest.raises(Conflict):
        merging.undo_merge(merge, by=None)
    assert session.query(ClientMerge).count() == 2


def test_the_pair_follows_the_merge(session: Any) -> None:
    kept, gone = a_client(), a_client()
    pair = session.query(DuplicatePair).one()
    merge = merging.merge_clients(kept, gone, by=None)
    assert pair.decision == "merged"
    merging.undo_merge(merge, by=None)
    assert pair.decision == "open"


def test_what_came_after_the_merge_stays_with_the_survivor(session: Any) -> None:
    kept, gone = a_client(), a_client()
    merge = merging.merge_clients(kept, gone, by=None)
    home = a_home(kept)
    merging.undo_merge(merge, by=None)
    assert session.get(ServiceAddress, home.id).client_id == kept.id


# What may belong to a record: each is added by its verb, and refused where the rules say so.
PARTS = ("home", "contact", "coverage", "note", "team", "stay", "past stay", "incident", "referral", "wish", "hold")


def _add(part: str, client: Client, number: int, user_id: int) -> None:
    of = {"client_id": client.id}
    if part == "home":
        addresses.add_service_address({**of, "line1": f"{number} Elm St", **_PLACE}, by=None)
    elif part == "contact":
        person = {"first_name": f"C{number}", "last_name": "B", "relationship": "friend", "phone": "503-555-0101"}
        contacts.add_contact({**of, **person, "emergency_order": number % 20 + 1}, by=None)
    elif part == "coverage":
        priority = ("primary", "secondary", "tertiary")[number % 3]
        coverages.add_coverage({**of, "payer_name": "VA", "priority": priority, "starts_on": days(-number)}, by=None)
    elif part == "note":
        notes.add_note({**of, "body": f"Note {number}"}, by=None)
    elif part == "team":
        service.assign_to_care_team(
            {**of, "user_id": user_id, "role": "nurse", "starts_on": days(-number % 3)}, by=None
        )
    elif part == "stay":
        hospital.add_stay({**of, "reason": "Fall", "admitted_on": today()}, by=None)
    elif part == "past stay":
        hospital.add_stay({**of, "reason": "Fall", "admitted_on": days(-9), "discharged_on": days(-8)}, by=None)
    elif part == "incident":
        an_incident(client)
    elif part == "referral":
        from starline.clients import referrals

        referrals.link_client(a_referral(), client, by=None)
    elif part == "wish":
        from starline.clients import preferences

        preferences.add_preference({**of, "kind": "language", "value": f"L{number}"}, by=None)
    else:
        service.change_status(client, to=service.ClientStatus.ON_HOLD, reason="Away", by=None)


_PLACE = {"city": "Portland", "state": "OR", "postal_code": "97201"}
parts = st.lists(st.tuples(st.sampled_from(PARTS), st.booleans()), max_size=9)
takes = st.one_of(
    st.none(), st.sets(st.sampled_from(["phone", "diet", "birth_date", "languages", "first_name", *NUMBERS]))
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(parts=parts, take=takes, active=st.tuples(st.booleans(), st.booleans()))
def test_a_merge_that_is_undone_leaves_every_row_of_both_as_it_was(
    session: Any, parts: list[tuple[str, bool]], take: set[str] | None, active: tuple[bool, bool]
) -> None:
    with session.begin_nested() as example:
        user_id = a_user(f"u{clock.now().timestamp()}".replace(".", "")).id
        given = {"phone": "503-555-0101", "ssn": "123-45-6789"}, {"diet": "Soft", "medicaid_id": "AB7741209"}
        kept, gone = (
            (an_active_client if is_active else a_client)(**values)
            for is_active, values in zip(active, given, strict=True)
        )
        for number, (part, is_kept) in enumerate(parts):
            with suppress(DomainError), session.begin_nested():
                _add(part, kept if is_kept else gone, number, user_id)
        before, ssn = _rows(session, kept, gone), (kept.ssn, gone.ssn)
        merge = merging.merge_clients(kept, gone, take=take, by=None)
        assert all(found == [] for name, found in _rows(session, gone).items() if name in _ALWAYS_MOVED)
        merging.undo_merge(merge, by=None)
        assert _rows(session, kept, gone) == before
        assert (kept.ssn, gone.ssn) == ssn
        session.expunge_all()
        example.rollback()


_ALWAYS_MOVED = {
    *("service_addresses.client_id", "contacts.client_id", "coverages.client_id", "client_notes.client_id"),
    *("incidents.client_id", "referrals.client_id", "hospitalisations.client_id", "client_status_changes.client_id"),
}
