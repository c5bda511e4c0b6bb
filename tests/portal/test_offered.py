"""An open visit that is offered stands on the phone; whoever takes it has it among their days."""

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from starline.core import db
from starline.scheduling import offers
from starline.scheduling.models import OfferInvitation
from tests.portal.conftest import Own, in_harbor
from tests.scheduling.factories import a_visit

Open = Callable[[str], Any]
_days = count(2)


@pytest.fixture
def offered(people: dict[str, Own]) -> str:
    """A visit of the next days that maria and jo are asked about."""
    with in_harbor():
        visit = a_visit(day=next(_days))
        offers.offer(visit, to=[UUID(people[name].member_id) for name in ("maria", "jo")], by=None, note="Bring gloves")
        return str(visit.id)


def test_an_offer_stands_on_my_day_and_names_no_client(browser: Open, offered: str) -> None:
    maria = browser("maria")
    assert "1 open visit is offered to you" in maria.get("/my").text
    page = maria.get("/my/offers").text
    assert "Bring gloves" in page and "Portland" in page and "Abernathy" not in page and "Elm St" not in page


def test_the_first_who_takes_it_has_it_and_the_other_is_told(browser: Open, offered: str, people: Any) -> None:
    maria, jo = browser("maria"), browser("jo")
    of_maria, of_jo = (one.get("/my/offers").text.split("/my/offers/")[-1].split("/")[0] for one in (maria, jo))
    assert jo.post(f"/my/offers/{of_maria}/accept", "/my/offers").status_code == 404, "it is not theirs to answer"
    assert maria.post(f"/my/offers/{of_maria}/accept", "/my/offers").status_code == 302
    assert "The visit is yours." in maria.get("/my/offers").text
    assert offered in maria.get("/my/schedule").text
    jo.post(f"/my/offers/{of_jo}/accept", "/my/offers")
    assert 'class="said is-bad"' in jo.get("/my/offers").text
    assert offered not in jo.get("/my/schedule").text


def test_saying_no_lets_it_go(browser: Open, offered: str) -> None:
    jo = browser("jo")
    of_jo = jo.get("/my/offers").text.split("/my/offers/")[-1].split("/")[0]
    assert jo.post(f"/my/offers/{of_jo}/decline", "/my/offers", reason="Away").status_code == 302
    with in_harbor():
        assert db.session.get_one(OfferInvitation, UUID(of_jo)).reason == "Away"
