"""Service types and care tasks: codes as payers write them, and what a new agency begins with."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starline.core.db import session
from starline.core.errors import Invalid
from starline.services import catalogue, founding
from starline.services.models import CareTask, ServiceType
from starline.services.rules import problems_of_service_type, problems_of_weekdays
from tests.services.factories import a_service

WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"hcpcs": "1019"}, "hcpcs"),
    ({"hcpcs": "T10199"}, "hcpcs"),
    ({"hcpcs": "X1019"}, "hcpcs"),
    ({"hcpcs": "T1019", "modifiers": ["U1", "U2", "U3", "U4", "U5"]}, "modifiers"),
    ({"hcpcs": "T1019", "modifiers": ["U10"]}, "modifiers"),
    ({"hcpcs": None, "modifiers": ["U1"]}, "hcpcs"),
    ({"color": "teal"}, "color"),
)


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_a_wrong_service_type_is_told_which_field(values: dict[str, Any], field: str) -> None:
    assert set(problems_of_service_type(values)) == {field}


@given(st.from_regex(r"[A-V][0-9]{4}", fullmatch=True), st.lists(st.sampled_from(["TT", "U1", "GT", "76"]), max_size=4))
def test_every_code_with_up_to_four_modifiers_is_taken(code: str, modifiers: list[str]) -> None:
    assert problems_of_service_type({"hcpcs": code, "modifiers": modifiers}) == {}


def test_days_are_called_by_their_names() -> None:
    assert problems_of_weekdays(["monday", "sunday"]) == {}
    assert "funday" in problems_of_weekdays(["funday"])["weekdays"][0]


def test_codes_are_kept_in_capitals(harbor: Any) -> None:
    service = a_service(hcpcs=" t1019 ", modifiers=["u1", "tt"])
    assert service.code == "T1019 U1 TT"
    with pytest.raises(Invalid) as refusal:
        catalogue.update_service_type(service, {"hcpcs": "?"}, by=None)
    assert set(refusal.value.errors) == {"hcpcs"}
    assert catalogue.update_service_type(service, {"hcpcs": None, "modifiers": []}, by=None).code == ""


def test_a_new_agency_begins_with_services_and_tasks(harbor: Any) -> None:
    class Founding:
        is_platform = False

    founding.add_services_catalogue(Founding())  # type: ignore[arg-type]
    services = {one.name: one for one in session.query(ServiceType)}
    assert services["Personal care"].hcpcs == "T1019"
    assert not services["Supervision visit"].requires_evv
    assert session.query(CareTask).count() == len(founding.TASKS)
    for one in services.values():
        values = {"hcpcs": one.hcpcs, "modifiers": one.modifiers, "color": one.color}
        assert problems_of_service_type(values) == {}, one.name
