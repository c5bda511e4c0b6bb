"""An open visit is offered to several; the first who accepts has it, the others are told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config import settings
from starline.clients import preferences as wishes
from starline.core import clock, outbound
from starline.core.adapters.mail_folder import KeptMail, MailFolder
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, NotFound
from starline.core.outbox import OutboxMessage
from starline.identity import sessions
from starline.identity.attempts import Origin
from starline.notifications import devices
from starline.notifications.models import Notification
from starline.notifications.service import newest
from starline.scheduling import offer_messages, offers, series, visits
from starline.scheduling.models import Offer, OfferInvitation, Visit
from starline.scheduling.offer_words import InvitationAnswer, OfferStatus
from starline.scheduling.vocabulary import OpenReason, VisitStatus
from starline.staff import time_off
from starline.staff.models import StaffMember
from tests.clients.factories import an_active_client
from tests.notifications.push_service import PushService
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, today
from tests.scheduling.factories import a_series, a_visit, at, visits_of


def a_caregiver(name: str) -> StaffMember:
    return a_staff_member(first_name=name.capitalize(), user_id=a_user(name).id)


def invitations_of(offer: Offer) -> dict[Any, OfferInvitation]:
    found = session.query(OfferInvitation).filter_by(offer_id=offer.id)
    return {one.staff_member_id: one for one in found}


def sentences_to(member: StaffMember) -> list[str]:
    assert member.user_id is not None
    return [one.sentence for one in newest(member.user_id)]


@pytest.fixture
def two(harbor: Any) -> tuple[StaffMember, StaffMember]:
    return a_caregiver("maria"), a_caregiver("omar")


@pytest.fixture
def made(two: tuple[StaffMember, StaffMember]) -> Offer:
    return offers.offer(a_visit(), to=[one.id for one in two], by=None)


def test_who_is_asked_is_told_by_every_way_there_is(two: tuple[StaffMember, StaffMember]) -> None:
    maria, _omar = two
    by_mail, silent = a_staff_member(email="ana@staff.example"), a_staff_member(first_name="Silas")
    made = offers.offer(a_visit(), to=[maria.id, by_mail.id, silent.id], by=None, note="Parking behind the house")
    found = invitations_of(made)
    assert found[maria.id].channels == ["product", "email"]
    assert (found[by_mail.id].channels, found[silent.id].channels) == (["email"], [])
    assert (made.invited, made.answered, made.status) == (3, 0, "open")
    promised = session.query(OutboxMessage).filter_by(task="scheduling.send_offer").all()
    assert {one.arguments["invitation_id"] for one in promised} == {str(found[one.id].id) for one in (maria, by_mail)}
    told = session.query(Notification).filter_by(user_id=maria.user_id, kind="offer_made").one()
    assert told.facts == {
        "day": {"on": made.starts_at.date().isoformat()},
        "from": {"at": "09:00"},
        "to": {"at": "11:00"},
        "area": "Portland",
    }
    assert "Abernathy" not in str(told.facts) + told.sentence


def test_the_mail_says_day_hours_and_town_and_nothing_of_the_client(made: Offer, two: Any) -> None:
    offer_messages.send_offer(invitations_of(made)[two[0].id].id, offer_messages.by_mail)
    text = max((one for one in Path(settings().mail_dir).rglob("*") if one.is_file()), key=_age).read_text()
    assert (
        r"9:00\u00a0AM to 11:00\u00a0AM, in Portland" in text and "/me/offers" in text and "A visit is open at" in text
    )
    assert "Abernathy" not in text and "Ruth" not in text


def test_who_agreed_to_texts_gets_one_and_nobody_else(harbor: Any) -> None:
    agreed = a_staff_member(phone="503-555-0142", texts_agreed_on=today())
    others = [a_staff_member(phone="503-555-0143"), a_staff_member(phone=None, texts_agreed_on=today())]
    made = offers.offer(a_visit(), to=[one.id for one in (agreed, *others)], by=None)
    found = invitations_of(made)
    assert [found[one.id].channels for one in (agreed, *others)] == [["text_message"], [], []]
    offer_messages.send_offer(found[agreed.id].id, offer_messages.by_text)
    text = _texts()[0]
    assert (text.to, "a visit is open on" in text.text, "/me/offers" in text.text) == ("+15035550142", True, True)
    assert "Abernathy" not in text.text and "Ruth" not in text.text
    agreed.texts_agreed_on = None  # taken back before the next one
    offers.withdraw(made, by=None)
    offer_messages.send_over(found[agreed.id].id, offer_messages.by_text)
    assert _texts()[0] == text
    agreed.texts_agreed_on = today()
    offer_messages.send_offer(found[agreed.id].id, offer_messages.by_text)  # nothing to answer any more
    assert _texts()[0] == text
    offer_messages.send_over(found[agreed.id].id, offer_messages.by_text)
    assert "not offered any more" in _texts()[0].text


def test_a_phone_that_was_told_to_shows_it_for_as_long_as_there_is_an_answer_to_give(
    two: tuple[StaffMember, StaffMember], monkeypatch: pytest.MonkeyPatch
) -> None:
    maria, _omar = two
    assert maria.user is not None
    maria.user.locale = "es"
    with PushService().serving() as service:
        monkeypatch.setattr(outbound, "RULES", service.rules)
        opened = sessions.start(maria.user, origin=Origin("web", "127.0.0.1", "A phone"), has_second_factor=False)
        devices.keep(service.subscription, user_id=maria.user.id, session_id=opened.id)
        made = offers.offer(a_visit(), to=[one.id for one in two], by=None)
        asked = invitations_of(made)
        assert [asked[one.id].channels for one in two] == [["product", "email", "phone"], ["product", "email"]]
        offer_messages.send_offer(asked[maria.id].id, offer_messages.by_push)
        offers.withdraw(made, by=None)
        offer_messages.send_offer(asked[maria.id].id, offer_messages.by_push)  # nothing to answer any more
        offer_messages.send_over(asked[maria.id].id, offer_messages.by_push)
        first, second = (service.opened(one) for one in service.heard)
    assert (first["tag"], first["url"], first["language"]) == (second["tag"], "/my/offers", "es")
    assert (
        "Hay una visita" in first["body"]
        and "de 9:00\u00a0a.m. a 11:00\u00a0a.m." in first["body"]
        and "Portland" in first["body"]
    )
    assert "Abernathy" not in str(first) + str(second) and "Ruth" not in str(first) + str(second)
    assert 0 < int(service.heard[0].headers["TTL"]) <= offers.USUALLY_OPEN.total_seconds()
    promised = session.query(OutboxMessage).filter(OutboxMessage.task.startswith("scheduling.push_offer"))
    assert [(one.task, one.arguments["invitation_id"]) for one in promised.order_by(OutboxMessage.id)] == [
        ("scheduling.push_offer", str(asked[maria.id].id)),
        ("scheduling.push_offer_over", str(asked[maria.id].id)),
    ]


def _texts() -> list[KeptMail]:
    """The newest first."""
    return [one for one in MailFolder(settings().mail_dir).kept() if one.template.startswith("text:")]


def _age(file: Path) -> float:
    return file.stat().st_mtime_ns


def test_the_first_who_accepts_has_it_and_the_others_are_told(made: Offer, two: Any) -> None:
    maria, omar = two
    visit = offers.accept(invitations_of(made)[maria.id], by=maria.user_id)
    assert (visit.staff_member_id, visit.open_reason, visit.status) == (maria.id, None, "scheduled")
    assert (made.status, made.staff_member_id, made.answered) == (OfferStatus.TAKEN, maria.id, 1)
    with pytest.raises(Conflict, match="Somebody else was faster"):
        offers.accept(invitations_of(made)[omar.id], by=omar.user_id)
    assert any("given to somebody else" in one for one in sentences_to(omar))
    assert any("is yours" in one for one in sentences_to(maria))
    assert invitations_of(made)[omar.id].answer == InvitationAnswer.NONE


def test_nobody_answers_for_somebody_else(made: Offer, two: Any) -> None:
    maria, omar = two
    for verb in (offers.accept, offers.decline):
        with pytest.raises(NotFound):
            verb(invitations_of(made)[maria.id], by=omar.user_id)
    assert made.answered == 0


def test_a_rule_that_bars_by_now_refuses_and_leaves_the_offer_open(made: Offer, two: Any) -> None:
    maria, omar = two
    day = today() + timedelta(days=1)
    absence = time_off.request_time_off({"staff_member_id": maria.id, "starts_on": day, "ends_on": day}, by=None)
    time_off.approve_time_off(absence, by=a_user("hana", "Human resources").id)
    with pytest.raises(Conflict, match="has time off"):
        offers.accept(invitations_of(made)[maria.id], by=maria.user_id)
    assert (made.status, invitations_of(made)[maria.id].answer) == ("open", "no_answer")
    assert offers.accept(invitations_of(made)[omar.id], by=omar.user_id).staff_member_id == omar.id


def test_a_visit_given_meanwhile_at_that_time_refuses_too(made: Offer, two: Any) -> None:
    a_visit(hours=(10, 12), staff_member_id=two[0].id)
    with pytest.raises(Conflict, match=r"another visit then, from 10:00.AM to 12:00.PM"):
        offers.accept(invitations_of(made)[two[0].id], by=two[0].user_id)
    assert made.status == "open"


def test_a_caregiver_is_not_told_why_the_client_does_not_want_them(made: Offer, two: Any) -> None:
    wish = {
        "client_id": made.client_id,
        "kind": "excluded_caregiver",
        "caregiver_id": two[0].user_id,
        "reason": "Theft",
    }
    wishes.add_preference(wish, by=None)
    with pytest.raises(Conflict, match="Ask the office why") as refusal:
        offers.accept(invitations_of(made)[two[0].id], by=two[0].user_id)
    assert "Theft" not in refusal.value.message


def test_no_is_an_answer_and_the_office_hears_when_all_say_it(two: Any) -> None:
    maria, omar = two
    planner = a_user("sam", "Scheduler")
    made = offers.offer(a_visit(), to=[maria.id, omar.id], by=planner.id)
    made.created_by_fk = planner.id
    offers.decline(invitations_of(made)[maria.id], by=maria.user_id, reason="My son's birthday")
    assert newest(planner.id) == []
    offers.decline(invitations_of(made)[omar.id], by=omar.user_id)
    assert "has declined" in newest(planner.id)[0].sentence
    with pytest.raises(Conflict, match="answered this offer already"):
        offers.decline(invitations_of(made)[omar.id], by=omar.user_id)
    assert made.status == "open"
    assert offers.accept(invitations_of(made)[omar.id], by=omar.user_id)  # thought better of it
    assert made.answered == 2


def test_an_offer_is_withdrawn_and_can_be_made_again(made: Offer, two: Any) -> None:
    offers.withdraw(made, by=None)
    assert made.status == "withdrawn"
    assert any("not offered any more" in one for one in sentences_to(two[0]))
    with pytest.raises(Conflict, match="withdrawn this offer"):
        offers.accept(invitations_of(made)[two[0].id], by=two[0].user_id)
    with pytest.raises(Conflict, match="withdrawn"):
        offers.withdraw(made, by=None)
    again = offers.offer(made.visit, to=[two[0].id], by=None)
    assert offers.open_offers_of(two[0])[0].offer_id == again.id


def test_a_visit_is_offered_once_at_a_time_and_more_people_can_be_asked(made: Offer, two: Any) -> None:
    with pytest.raises(Conflict, match="offered already"):
        offers.offer(made.visit, to=[two[0].id], by=None)
    cleo = a_caregiver("cleo")
    offers.invite(made, to=[two[0].id, cleo.id], by=None)
    assert (made.invited, len(invitations_of(made))) == (3, 3)
    with pytest.raises(Invalid, match="asked already"):
        offers.invite(made, to=[cleo.id], by=None)


def test_filled_called_off_or_moved_otherwise_ends_the_offer(two: Any) -> None:
    maria, omar = two
    other = a_caregiver("cleo")
    made = offers.offer(a_visit(), to=[maria.id, omar.id], by=None)
    visits.update_visit(made.visit, {"staff_member_id": other.id}, by=None)
    assert (made.status, made.staff_member_id) == ("withdrawn", None)
    made = offers.offer(a_visit(day=3), to=[maria.id, omar.id], by=None)
    visits.update_visit(made.visit, {"staff_member_id": omar.id}, by=None)
    assert (made.status, made.staff_member_id) == ("taken", omar.id)
    made = offers.offer(a_visit(day=4), to=[maria.id], by=None)
    visits.cancel(made.visit, by=None)
    assert made.status == "withdrawn"
    made = offers.offer(a_visit(day=5), to=[maria.id], by=None)
    visits.update_visit(made.visit, {"note": "Ring twice"}, by=None)
    assert made.status == "open"
    visits.update_visit(made.visit, {"starts_at": at(5, 8), "ends_at": at(5, 10)}, by=None)
    assert made.status == "withdrawn"


def test_a_series_that_fills_its_visits_ends_their_offers(two: Any) -> None:
    repeated = a_series()
    first = visits_of(repeated)[0]
    made = offers.offer(first, to=[two[0].id], by=None)
    series.update_series(repeated, {"staff_member_id": two[1].id}, by=None)
    session.refresh(made)
    assert made.status == "withdrawn"
    assert any("not offered any more" in one for one in sentences_to(two[0]))


def test_what_nobody_takes_ends_and_the_office_hears_of_it(two: Any) -> None:
    planner = a_user("sam", "Scheduler")
    made = offers.offer(a_visit(), to=[two[0].id], by=planner.id, until=clock.now() + timedelta(hours=1))
    made.created_by_fk = planner.id
    assert offers.expire() == 0
    made.expires_at = clock.now() - timedelta(minutes=1)
    session.flush()
    with pytest.raises(Conflict, match="expired"):
        offers.accept(invitations_of(made)[two[0].id], by=two[0].user_id)
    assert offers.open_offers_of(two[0]) == []
    assert (offers.expire(), offers.expire()) == (1, 0)
    assert made.status == "expired"
    assert "Nobody took" in newest(planner.id)[0].sentence


def test_the_sweep_closes_what_was_filled_without_a_word(made: Offer, two: Any) -> None:
    visit = session.get_one(Visit, made.visit_id)
    visit.staff_member_id = two[1].id
    session.flush()
    with pytest.raises(Conflict, match="not open any more"):
        offers.accept(invitations_of(made)[two[0].id], by=two[0].user_id)
    assert offers.expire() == 1
    assert (made.status, made.staff_member_id) == ("taken", two[1].id)


def test_what_can_not_be_offered_is_refused_in_a_sentence(two: Any) -> None:
    maria, _omar = two
    visit = a_visit()
    with pytest.raises(Invalid, match="at least one"):
        offers.offer(visit, to=[], by=None)
    with pytest.raises(Invalid, match="ends after now"):
        offers.offer(visit, to=[maria.id], by=None, until=clock.now())
    with pytest.raises(Invalid, match="ends after now"):
        offers.offer(visit, to=[maria.id], by=None, until=visit.ends_at)
    with pytest.raises(Conflict, match="has this visit"):
        offers.offer(a_visit(day=2, staff_member_id=maria.id), to=[maria.id], by=None)
    nurse = a_staff_member(status="leave")
    with pytest.raises(Invalid, match="work here now"):
        offers.offer(visit, to=[nurse.id], by=None)
    a_credential_type(required_disciplines=["hha"], on_lapse="block")
    with pytest.raises(Conflict, match=r"CPR of Maria Okafor is missing") as refusal:
        offers.offer(visit, to=[maria.id], by=None)
    assert refusal.value.errors["staff_member_ids"]
    assert session.query(Offer).count() == 0


def test_an_open_visit_keeps_why_it_is_open(two: Any) -> None:
    visit = a_visit(an_active_client(), staff_member_id=two[0].id)
    visits.take_off(visit, by=None)
    made = offers.offer(visit, to=[two[1].id], by=None)
    assert visit.open_reason == OpenReason.TAKEN_OFF
    assert offers.accept(invitations_of(made)[two[1].id], by=two[1].user_id).open_reason is None
    assert visit.status == VisitStatus.SCHEDULED
