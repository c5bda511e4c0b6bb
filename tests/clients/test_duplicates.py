"""Records of one person are found when they are entered and over night, and people's decisions are remembered."""

from datetime import date
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from starline.clients import coverages, matching, service
from starline.clients.models import Client, DuplicatePair, MatchKey
from starline.core.batches import Debts
from starline.core.errors import Conflict
from tests.organizations.factories import a_client, branch_id

pytestmark = pytest.mark.usefixtures("harbor")


def _pairs(session: Any) -> list[tuple[str, str]]:
    return [(str(one.first_client), str(one.second_client)) for one in session.query(DuplicatePair).all()]


def test_a_new_record_of_somebody_known_forms_a_pair(session: Any) -> None:
    a_client(first_name="Margaret")
    a_client(first_name="Peggy")
    a_client(first_name="Helen", birth_date=date(1930, 1, 1))
    assert _pairs(session) == [("Margaret Abernathy", "Peggy Abernathy")]


def test_records_made_together_form_the_pairs_they_form_one_by_one(session: Any) -> None:
    a_client(first_name="Margaret")
    debts = Debts()
    with debts.collected():
        a_client(first_name="Peggy")
        a_client(first_name="Meg")
        a_client(first_name="Helen", birth_date=date(1930, 1, 1))
    assert _pairs(session) == [] and session.query(MatchKey.client_id).distinct().count() == 1
    debts.settle()
    debts.settle()
    found = {frozenset(pair) for pair in _pairs(session)}
    known = ("Margaret Abernathy", "Peggy Abernathy", "Meg Abernathy")
    assert found == {frozenset(pair) for pair in combinations(known, 2)} and len(_pairs(session)) == 3


def test_what_was_typed_is_compared_before_it_is_saved() -> None:
    known = a_client(ssn="123-45-6789", phone="503-555-0101")
    typed = {"first_name": "Ruth", "last_name": "Abernethy", "birth_date": date(1941, 5, 2), "ssn": "123456789"}
    (match,) = matching.possible_duplicates(typed)
    assert match.client is known
    assert {"similar name", "birth date", "social security number"} == set(match.likeness.reasons)
    assert matching.possible_duplicates({"first_name": "", "last_name": ""}) == []


def test_a_sealed_insurance_id_is_compared_too(session: Any) -> None:
    known = a_client(medicaid_id="AB-774-1209")
    typed = {"first_name": "Ruth", "last_name": "Fields", "medicaid_id": "ab7741209"}
    (match,) = matching.possible_duplicates(typed)
    assert match.client is known and "Medicare or Medicaid id" in match.likeness.reasons
    keys = session.query(MatchKey.key).filter(MatchKey.key.like("i:%")).all()
    assert len(keys) == 1 and "7741209" not in keys[0][0]


def test_a_whole_social_security_number_tells_more_than_its_ending(session: Any) -> None:
    known = a_client(ssn="123-45-6789")
    married = {"first_name": "Ruth", "last_name": "Delgado", "ssn": "123 45 6789"}
    (match,) = matching.possible_duplicates(married)
    assert match.client is known and "social security number" in match.likeness.reasons
    assert matching.possible_duplicates({**married, "ssn": "321-45-6789"}) == []
    namesake = {"first_name": "Ruth", "last_name": "Abernethy", "birth_date": None, "ssn": "321-45-6789"}
    assert matching.possible_duplicates(namesake) == [], "another number with the same ending is somebody else's"
    keys = session.query(MatchKey.key).filter(MatchKey.key.like("n:%")).all()
    assert keys == [(f"n:{known.ssn_hash}",)] and "6789" not in known.ssn_hash


def test_two_with_one_member_id_form_a_pair_however_they_got_it(session: Any) -> None:
    one = a_client(last_name="Abernathy", birth_date=date(1941, 5, 2))
    other = a_client(last_name="Delgado", birth_date=date(1950, 8, 19))
    stranger = a_client(first_name="Helen", last_name="Ostrowski", birth_date=date(1930, 1, 1))
    _covered(one, "CA-1234 5678")
    covered = _covered(other, "XX99")
    _covered(stranger, "ca12345678")
    assert _pairs(session) == []
    coverages.update_coverage(covered, {"member_id": "ca12345678"}, by=None)
    assert _pairs(session) == [(str(one), str(other))], "a family has one number for several people"
    assert session.query(DuplicatePair).one().reasons == ["first name", "member id of an insurance"]
    session.query(DuplicatePair).delete()
    matching.sweep()
    assert _pairs(session) == [(str(one), str(other))]
    assert "Medicare or Medicaid id" not in session.query(DuplicatePair).one().reasons
    (match, *_rest) = matching.possible_duplicates(
        {"first_name": "Ruth", "last_name": "?", "medicaid_id": "CA12345678"}
    )
    assert match.client in (one, other)


def _covered(client: Any, member_id: str) -> Any:
    given = {"client_id": client.id, "payer_name": "MassHealth", "starts_on": date(2026, 1, 1)}
    return coverages.add_coverage({**given, "member_id": member_id}, by=None)


def test_nobody_is_told_of_clients_beyond_their_scope() -> None:
    known = a_client()
    typed = {"first_name": "Ruth", "last_name": "Abernathy", "birth_date": known.birth_date}
    near, far = (SimpleNamespace(scope="branch", branch_id=one, user_id=1) for one in (branch_id(), known.id))
    assert [one.client for one in matching.possible_duplicates(typed, viewer=near)] == [known]
    assert matching.possible_duplicates(typed, viewer=far) == []


def test_a_corrected_birth_date_finds_the_other_record(session: Any) -> None:
    a_client()
    late = a_client(birth_date=date(1952, 8, 19))
    assert _pairs(session) == []
    service.update_client(late, {"birth_date": date(1941, 5, 2)}, by=None)
    assert len(_pairs(session)) == 1


def test_two_people_are_not_asked_about_again(session: Any) -> None:
    a_client()
    twin = a_client()
    pair = session.query(DuplicatePair).one()
    matching.not_a_duplicate(pair, by=None)
    service.update_client(twin, {"phone": "503-555-0101"}, by=None)
    assert matching.sweep() == 0
    assert pair.decision == "not_duplicate"
    with pytest.raises(Conflict):
        matching.not_a_duplicate(pair, by=None)
    matching.look_again(pair, by=None)
    assert (pair.decision, pair.decided_at) == ("open", None)


def test_the_nightly_look_finds_what_came_in_bulk(session: Any) -> None:
    given = {"last_name": "Abernathy", "birth_date": date(1941, 5, 2), "branch_id": branch_id(), "sex": "female"}
    session.add_all([Client(first_name=name, **given) for name in ("Ruth", "Ruthie", "Ruth")])
    session.flush()
    assert session.query(MatchKey).count() == 0
    assert matching.sweep() == 3
    assert matching.sweep() == 0


def test_a_crowded_key_forms_no_pairs(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "LARGEST_BLOCK", 2)
    given = {"last_name": "Abernathy", "birth_date": date(1941, 5, 2), "branch_id": branch_id(), "sex": "female"}
    session.add_all([Client(first_name="Ruth", **given) for _number in range(3)])
    session.flush()
    assert matching.sweep() == 0
