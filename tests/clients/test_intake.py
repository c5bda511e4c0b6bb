"""A referral on its way from the first call to the client, or to a reason why not."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from starline.clients import pipeline, referrals
from starline.clients.models import ClientNote, Contact, Coverage, Referral, ReferralStep, ServiceAddress
from starline.clients.pipeline import Stage
from starline.core import clock
from starline.core.errors import Conflict, Invalid
from tests.clients.factories import BORN, HOME, a_referral
from tests.organizations.factories import a_client, a_user, today

pytestmark = pytest.mark.usefixtures("harbor")
EVERYBODY = SimpleNamespace(scope="all")


def _refused(referral: Referral, **values: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        referrals.update_referral(referral, values, by=None)
    return list(refused.value.errors)


def test_whoever_takes_a_referral_owns_it_and_it_is_new() -> None:
    taker = a_user("marcus", "Scheduler")
    referral = a_referral(by=taker.id)
    assert (referral.stage, referral.owner_id) == ("new", taker.id)


def test_nobody_can_be_called_back_without_a_number() -> None:
    with pytest.raises(Invalid) as refused:
        a_referral(phone=None)
    assert list(refused.value.errors) == ["phone"]
    assert a_referral(phone=None, contact_phone="503-555-0145").id


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"stage": "assessment_scheduled"}, "assessment_at"),
        ({"stage": "lost"}, "lost_reason"),
        ({"stage": "won"}, "stage"),
        ({"lost_reason": "no_staff"}, "lost_reason"),
    ],
)
def test_a_stage_asks_for_what_it_means(values: dict[str, Any], field: str) -> None:
    referral = a_referral()
    assert _refused(referral, **values) == [field]
    assert referral.stage == "new"


def test_an_assessment_in_the_future_has_not_taken_place() -> None:
    referral = a_referral(assessment_at=clock.now() + timedelta(days=1))
    assert _refused(referral, stage="assessed") == ["assessment_at"]
    referrals.update_referral(referral, {"stage": "assessment_scheduled"}, by=None)
    referrals.update_referral(referral, {"stage": "assessed", "assessment_at": clock.now()}, by=None)
    assert referral.stage == "assessed"


def test_a_lost_referral_keeps_its_reason_until_it_is_opened_again() -> None:
    referral = a_referral(next_step="Call the daughter", next_step_on=today())
    referrals.move_referral(referral, to=Stage.LOST, values={"lost_reason": "too_expensive"}, by=None)
    assert (referral.lost_reason, referral.next_step) == ("too_expensive", None)
    referrals.move_referral(referral, to=Stage.CONTACTED, by=None)
    assert (referral.stage, referral.lost_reason) == ("contacted", None)


def test_every_move_is_kept(session: Any) -> None:
    referral = a_referral()
    referrals.move_referral(referral, to=Stage.CONTACTED, by=None)
    steps = session.query(ReferralStep).filter_by(referral_id=referral.id).order_by(ReferralStep.moved_at).all()
    assert [(one.from_stage, one.to_stage) for one in steps] == [(None, "new"), ("new", "contacted")]


def test_the_client_has_all_that_was_learnt(session: Any) -> None:
    referral = a_referral(
        **HOME,
        contact_name="Anna Quist",
        contact_relationship="daughter",
        contact_phone="503-555-0199",
        payer_name="Medicaid",
        needs="Help with bathing",
        services_wanted=["personal care"],
        source="hospital",
        source_name="Providence",
    )
    client = referrals.make_client(referral, {"birth_date": BORN}, by=None)
    assert (referral.stage, referral.client_id, referral.won_on) == ("won", client.id, today())
    assert (client.first_name, client.referral_source, client.status) == ("Lena", "Providence", "inquiry")
    found = {model: session.query(model).filter_by(client_id=client.id).one() for model in _CARRIED}
    assert found[ServiceAddress].is_primary
    assert (found[Contact].first_name, found[Contact].relationship) == ("Anna", "daughter")
    assert found[Coverage].payer_name == "Medicaid"
    assert found[ClientNote].body == "Help with bathing\nServices wanted: personal care"


_CARRIED: tuple[Any, ...] = (ServiceAddress, Contact, Coverage, ClientNote)


def test_a_client_needs_a_birth_date_and_is_made_once() -> None:
    referral = a_referral()
    with pytest.raises(Invalid):
        referrals.make_client(referral, {}, by=None)
    referrals.make_client(referral, {"birth_date": BORN}, by=None)
    with pytest.raises(Conflict):
        referrals.make_client(referral, {"birth_date": BORN}, by=None)
    assert _refused(referral, stage="new") == ["stage"]


def test_somebody_who_is_a_client_already_is_linked() -> None:
    referral, known = a_referral(), a_client()
    referrals.link_client(referral, known, by=None)
    assert (referral.stage, referral.client_id) == ("won", known.id)


def test_the_figures_count_what_happened() -> None:
    lost, open_, won = a_referral(source="hospital"), a_referral(source="family"), a_referral(source="hospital")
    referrals.move_referral(lost, to=Stage.LOST, values={"lost_reason": "no_staff"}, by=None)
    referrals.move_referral(open_, to=Stage.CONTACTED, by=None)
    client = referrals.make_client(won, {"birth_date": BORN}, by=None)
    client.start_of_care_on = today() + timedelta(days=4)
    found = referrals.figures(EVERYBODY, since=today(), until=today())
    assert found.count == 3
    assert (found.won.count, found.won.of, found.won.percent) == (1, 2, 50)
    assert {one.name: one.count for one in found.funnel} == {
        "new": 3,
        "contacted": 2,
        "assessment_scheduled": 1,
        "assessed": 1,
        "won": 1,
    }
    assert {one.name: (one.count, one.of) for one in found.sources} == {"hospital": (1, 2), "family": (0, 1)}
    assert [one.name for one in found.losses] == ["no_staff"]
    assert found.days_to_start == 4


def test_no_referrals_have_no_rate() -> None:
    found = pipeline.figures_of([])
    assert (found.count, found.won.percent, found.days_to_start) == (0, None, None)


@pytest.mark.parametrize("present", list(Stage))
def test_a_card_offers_only_moves_that_the_rules_know(present: Stage) -> None:
    offered = set(pipeline.targets_of(present))
    assert present not in offered
    assert {to for to in offered if to is not Stage.WON} == {to for to in Stage if pipeline.may_move(present, to)}
