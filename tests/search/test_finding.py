"""A client is found by what somebody remembers of them, however it is typed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete

from starline.clients.models import Client, ClientStatusChange
from starline.core import db, tenancy
from starline.staff.models import StaffMember
from tests.organizations.factories import HARBOR, a_client, a_staff_member, acting_for
from tests.search.conftest import names


@pytest.fixture(scope="module")
def people(database: str) -> list[Any]:
    """Six clients of Harbor and a member of its staff, there for all tests of the module."""
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_staff_member(first_name="Imani", last_name="Okafor", phone="971-555-0100")
        return _six_clients()


@pytest.fixture(autouse=True)
def _acting(people: list[Any]) -> Iterator[None]:
    """What a test changes is rolled back."""
    with tenancy.acting(HARBOR):
        yield
        db.roll_back()
        db.session.remove()


def _six_clients() -> list[Any]:
    return [
        a_client(first_name="Margaret", last_name="Thompson", birth_date=date(1938, 3, 12), phone="(503) 555-0142"),
        a_client(
            first_name="José", last_name="Núñez-Ortega", birth_date=date(1945, 12, 3), mobile_phone="503.555.0188"
        ),
        a_client(first_name="Siobhán", last_name="O’Donnell", preferred_name="Shiv", birth_date=date(1950, 1, 31)),
        a_client(first_name="Robert", last_name="Christopherson", middle_name="Alan", birth_date=date(1941, 7, 4)),
        a_client(first_name="Bo", last_name="Li", birth_date=date(1933, 9, 9)),
        a_client(first_name="Anna", last_name="Thomson", birth_date=date(1960, 2, 2)),
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("thompson", "Margaret Thompson"),
        ("margaret thompson", "Margaret Thompson"),
        ("thompson, margaret", "Margaret Thompson"),
        ("thom marg", "Margaret Thompson"),
        ("THOMPSON", "Margaret Thompson"),
        ("maggie thompson", "Margaret Thompson"),
        ("jose nunez", "José Núñez-Ortega"),
        ("Núñez", "José Núñez-Ortega"),
        ("ortega", "José Núñez-Ortega"),
        ("odonnell", "Siobhán O’Donnell"),
        ("o'donnell shiv", "Siobhán O’Donnell"),
        ("siobhan", "Siobhán O’Donnell"),
        ("alan christopherson", "Robert Christopherson"),
        ("bob christo", "Robert Christopherson"),
        ("bo li", "Bo Li"),
    ],
)
def test_a_name_in_any_order_and_spelling_comes_first(typed: str, found: str) -> None:
    assert names(typed)[0] == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("thomspon", "Margaret Thompson"),
        ("margret tompson", "Margaret Thompson"),
        ("magraret", "Margaret Thompson"),
        ("chrsitophersen", "Robert Christopherson"),
        ("chirsto", "Robert Christopherson"),
        ("odonel", "Siobhán O’Donnell"),
        ("jsoe ortgea", "José Núñez-Ortega"),
        ("bo lu", "Bo Li"),
    ],
)
def test_typos_are_forgiven(typed: str, found: str) -> None:
    assert found in names(typed)


def test_what_was_typed_comes_before_what_may_have_been_meant() -> None:
    assert names("thomson")[:2] == ["Anna Thomson", "Margaret Thompson"]


def test_a_whole_name_that_somebody_has_is_not_taken_for_a_typo(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr("starline.core.search.finding._with_typos", lambda terms: looked.append(terms) or terms)
    assert names("thomson anna")[0] == "Anna Thomson"
    assert looked == []
    names("thomson ana")
    names("thomson")  # one word may well be meant otherwise
    assert len(looked) == 2


@pytest.mark.parametrize(
    "typed",
    ["(503) 555-0142", "5035550142", "+1 503-555-0142", "0142", "50142", "5550142", "555-0142", "15035550142"],
)
def test_a_telephone_number_is_known_by_its_last_digits(typed: str) -> None:
    assert "Margaret Thompson" in names(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "1938-03-12",
        "3/12/1938",
        "03/12/1938",
        "3.12.1938",
        "12.3.1938",
        "3-12-38",
        "March 12, 1938",
        "mar 12 1938",
        "12 March 1938",
        "March 12th 1938",
        "03121938",
        "19380312",
        "thompson 3/12/1938",
        "marg 1938",
    ],
)
def test_a_birthday_is_known_in_many_spellings(typed: str) -> None:
    assert names(typed) == ["Margaret Thompson"]


def test_day_and_month_may_be_either_way_round() -> None:
    assert names("12/3/1945") == names("3/12/1945") == ["José Núñez-Ortega"]


def test_a_number_is_known_exactly_and_while_it_is_typed(people: list[Any]) -> None:
    number = people[1].client_number
    assert names(str(number))[0] == "José Núñez-Ortega"
    assert names(f"#{number}")[0] == "José Núñez-Ortega"


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "zzzz", "thompson zzzz", "thompson 1/1/1901", "\x00", "%", "_"])
def test_what_fits_nobody_finds_nobody(typed: str) -> None:
    assert names(typed) == []


def test_tokens_follow_the_row(people: list[Any]) -> None:
    session = db.session
    first = session.get(Client, people[0].id)
    first.last_name, first.phone = "Abernethy", "503 555 0777"
    session.flush()
    assert names("thompson") == ["Anna Thomson"]
    assert names("abernethy") == names("0777") == ["Margaret Abernethy"]
    assert names("0142") == []
    session.execute(delete(ClientStatusChange).where(ClientStatusChange.client_id == people[4].id))
    session.delete(session.get(Client, people[4].id))
    session.flush()
    assert names("bo li") == []


def test_staff_are_found_alike() -> None:
    for typed in ("okafor", "imani okfaor", "0100", "okaffor"):
        assert names(typed, StaffMember) == ["Imani Okafor"]
    assert names("okafor") == []
