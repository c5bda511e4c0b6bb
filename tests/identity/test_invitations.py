"""Links in e-mails: single use, a day long, and never in the database or the outbox."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from config import settings
from starline.core import clock, db, mail, tenancy
from starline.core.errors import Conflict, Invalid, NotFound
from starline.core.outbox import OutboxMessage
from starline.identity import invitations, links, passwords, roles, signin, tasks, users
from starline.identity.models import TokenPurpose, UserToken
from starline.identity.signin import SecondFactorRequired, SignedIn
from tests.identity.factories import OTHER_PASSWORD, PASSWORD, SUMMIT, WEB, a_person, an_agency
from tests.identity.test_second_factor import enrolled


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[mail.Message]:
    """What left by mail."""
    messages: list[mail.Message] = []
    monkeypatch.setattr(mail, "send", messages.append)
    return messages


def run_outbox() -> None:
    """Do what the worker would do with the identity's messages, and with those that they lead to."""
    while waiting := db.session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None))).all():
        for message in waiting:
            getattr(tasks, message.task.removeprefix("identity."))(**message.arguments)
            message.done_at = clock.now()


def secret_in(message: mail.Message) -> str:
    (address,) = [word for word in message.text.split() if word.startswith("http")]
    return address.rsplit("/", 1)[1]


def invited(name: str = "maria") -> Any:
    values = {
        "email": f"{name}@harbor.example",
        "first_name": "Maria",
        "last_name": "Okafor",
        "roles": [roles.role_of(roles.BY_NAME["Nurse"])],
    }
    return invitations.invite(values, by=None)


def test_an_invited_person_chooses_a_password_and_signs_in(harbor: Any, sent: list[mail.Message]) -> None:
    maria = invited()
    run_outbox()
    (message,) = sent
    assert message.to == "maria@harbor.example" and "Harbor Care" in message.subject
    assert f"http://harbor.localhost:{settings().port}/invitation/" in message.text
    assert invitations.invited_person(secret_in(message)) is maria
    invitations.accept_invitation(secret_in(message), PASSWORD)
    assert isinstance(signin.authenticate(maria.email, PASSWORD, origin=WEB), SignedIn)


def test_the_link_is_neither_in_the_outbox_nor_in_the_database(harbor: Any, sent: list[mail.Message]) -> None:
    invited()
    run_outbox()
    secret = secret_in(sent[0])
    (message,) = db.session.scalars(select(OutboxMessage)).all()
    (link,) = db.session.scalars(select(UserToken)).all()
    assert list(message.arguments) == ["user_token_id"]
    stored = [str(getattr(link, column.name)) for column in UserToken.__table__.columns]
    assert secret not in " ".join([*stored, str(message.arguments)])


def test_a_mail_sent_again_carries_the_same_link(harbor: Any, sent: list[mail.Message]) -> None:
    invited()
    (message,) = db.session.scalars(select(OutboxMessage)).all()
    tasks.send_link(**message.arguments)
    tasks.send_link(**message.arguments)
    assert secret_in(sent[0]) == secret_in(sent[1])


def test_a_link_serves_once(harbor: Any, sent: list[mail.Message]) -> None:
    invited()
    run_outbox()
    invitations.accept_invitation(secret_in(sent[0]), PASSWORD)
    with pytest.raises(NotFound):
        invitations.accept_invitation(secret_in(sent[0]), OTHER_PASSWORD)


def test_a_link_lasts_a_day(harbor: Any, sent: list[mail.Message], frozen_clock: Any) -> None:
    invited()
    run_outbox()
    with clock.frozen(frozen_clock + timedelta(hours=24)), pytest.raises(NotFound):
        invitations.invited_person(secret_in(sent[0]))


def test_a_weak_password_leaves_the_link_usable(harbor: Any, sent: list[mail.Message]) -> None:
    invited()
    run_outbox()
    with pytest.raises(Invalid) as refusal:
        invitations.accept_invitation(secret_in(sent[0]), "maria")
    assert list(refusal.value.errors) == ["password"]
    invitations.accept_invitation(secret_in(sent[0]), PASSWORD)


def test_a_second_invitation_makes_the_first_link_worthless(harbor: Any, sent: list[mail.Message]) -> None:
    maria = invited()
    run_outbox()
    invitations.invite_again(maria, by=None)
    run_outbox()
    with pytest.raises(NotFound):
        invitations.invited_person(secret_in(sent[0]))
    invitations.accept_invitation(secret_in(sent[1]), PASSWORD)
    with pytest.raises(Conflict):
        invitations.invite_again(maria, by=None)


def test_a_link_of_another_purpose_or_agency_opens_nothing(harbor: Any, sent: list[mail.Message]) -> None:
    invited()
    run_outbox()
    secret = secret_in(sent[0])
    with pytest.raises(NotFound):
        invitations.complete_password_reset(secret, PASSWORD)
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        with pytest.raises(NotFound):
            invitations.invited_person(secret)


def test_an_e_mail_address_belongs_to_one_person_of_an_agency_and_may_recur_at_another(harbor: Any) -> None:
    invited()
    with pytest.raises(Conflict) as refusal:
        invited("MARIA")
    assert list(refusal.value.errors) == ["email"]
    with tenancy.acting(SUMMIT):
        an_agency(SUMMIT, "summit")
        invited()


@pytest.mark.parametrize("email", ["", "maria", "maria@", "@harbor.example", "maria@harbor", "ma ria@harbor.example"])
def test_a_malformed_e_mail_gets_a_sentence(harbor: Any, email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        users.create_user({"email": email, "first_name": "Maria", "last_name": "Okafor"}, by=None)
    assert list(refusal.value.errors) == ["email"]


def test_a_forgotten_password_is_replaced_and_all_sessions_end(harbor: Any, sent: list[mail.Message]) -> None:
    nurse = a_person()
    opened = signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    invitations.request_password_reset(" NURSE@harbor.example")
    run_outbox()
    invitations.complete_password_reset(secret_in(sent[0]), OTHER_PASSWORD)
    assert opened.ended_at is not None
    assert isinstance(signin.authenticate(nurse.email, OTHER_PASSWORD, origin=WEB), SignedIn)
    assert not isinstance(signin.authenticate(nurse.email, PASSWORD, origin=WEB), SignedIn)


def test_a_replaced_password_lets_nobody_past_the_second_factor(
    harbor: Any, sent: list[mail.Message], frozen_clock: Any
) -> None:
    nurse = a_person()
    enrolled(nurse)
    invitations.request_password_reset(nurse.email)
    run_outbox()
    invitations.complete_password_reset(secret_in(sent[-1]), OTHER_PASSWORD)
    assert isinstance(signin.authenticate(nurse.email, OTHER_PASSWORD, origin=WEB), SecondFactorRequired)


def test_nobody_learns_who_is_here_by_asking_for_a_reset(harbor: Any, sent: list[mail.Message]) -> None:
    former = a_person("former")
    former.active = False
    invitations.request_password_reset("nobody@harbor.example")
    invitations.request_password_reset(former.email)
    run_outbox()
    assert not sent


def test_an_inbox_can_not_be_flooded_with_reset_mails(harbor: Any, sent: list[mail.Message], frozen_clock: Any) -> None:
    nurse = a_person()
    for _ in range(5):
        invitations.request_password_reset(nurse.email)
    run_outbox()
    assert len(sent) == 1
    with clock.frozen(frozen_clock + timedelta(minutes=3)):
        invitations.request_password_reset(nurse.email)
        run_outbox()
    assert len(sent) == 2


def test_a_disabled_person_can_not_use_a_link(harbor: Any, sent: list[mail.Message]) -> None:
    nurse = a_person()
    invitations.request_password_reset(nurse.email)
    run_outbox()
    users.disable(nurse, by=None)
    with pytest.raises(NotFound):
        invitations.complete_password_reset(secret_in(sent[0]), OTHER_PASSWORD)


def test_a_new_e_mail_counts_once_its_link_was_opened(harbor: Any, sent: list[mail.Message]) -> None:
    nurse = a_person()
    invitations.request_email_change(nurse, "new@harbor.example")
    run_outbox()
    assert [one.to for one in sent] == ["new@harbor.example", "nurse@harbor.example"]
    assert nurse.email == "nurse@harbor.example"
    assert "/me/password" in sent[1].text and "new@harbor.example" not in sent[1].text + sent[1].html
    invitations.complete_email_change(secret_in(sent[0]))
    assert nurse.email == "new@harbor.example"
    assert isinstance(signin.authenticate("new@harbor.example", PASSWORD, origin=WEB), SignedIn)


def test_the_address_of_before_is_told_however_late(harbor: Any, sent: list[mail.Message]) -> None:
    """Whoever knows the password and is quick with the link is no reason to keep silent."""
    nurse = a_person()
    invitations.request_email_change(nurse, "new@harbor.example")
    link = db.session.scalars(select(UserToken).filter_by(user_id=nurse.id, purpose=TokenPurpose.EMAIL_CHANGE)).one()
    invitations.complete_email_change(links.secret_of(link))
    run_outbox()
    assert [one.to for one in sent] == ["nurse@harbor.example"]


def test_a_new_e_mail_that_was_taken_meanwhile_is_refused(harbor: Any, sent: list[mail.Message]) -> None:
    nurse = a_person()
    invitations.request_email_change(nurse, "new@harbor.example")
    run_outbox()
    a_person("new")
    with pytest.raises(Conflict):
        invitations.complete_email_change(secret_in(sent[0]))


@pytest.mark.parametrize("way", ["changed", "reset"])
def test_a_new_password_takes_a_new_e_mail_back(harbor: Any, sent: list[mail.Message], way: str) -> None:
    nurse = a_person()
    opened = signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    invitations.request_email_change(nurse, "new@harbor.example")
    run_outbox()
    if way == "changed":
        assert passwords.change_password(nurse, PASSWORD, OTHER_PASSWORD, origin=WEB, session_id=opened.id)
    else:
        reset = links.send_link(nurse, TokenPurpose.PASSWORD_RESET)
        invitations.complete_password_reset(links.secret_of(reset), OTHER_PASSWORD)
    with pytest.raises(NotFound):
        invitations.complete_email_change(secret_in(sent[0]))


def test_a_link_that_expired_in_the_outbox_is_not_sent(
    harbor: Any, sent: list[mail.Message], frozen_clock: Any
) -> None:
    invited()
    with clock.frozen(frozen_clock + timedelta(days=2)):
        run_outbox()
    assert sent == []


def test_the_mail_about_a_new_device_names_it_and_where_to_end_the_session(
    harbor: Any, sent: list[mail.Message]
) -> None:
    nurse = a_person()
    signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    from starline.identity.attempts import Origin

    other = Origin("web", "203.0.113.5", "Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Version/18 Safari/605")
    signin.open_session(SignedIn(nurse, has_second_factor=False), origin=other)
    run_outbox()
    (message,) = sent
    assert "Safari on Mac" in message.text and "203.0.113.5" in message.text and "/me/sessions" in message.text
    assert "Nurse" not in message.subject and nurse.email not in message.subject


def test_what_expired_a_month_ago_is_cleared_away(harbor: Any, frozen_clock: Any) -> None:
    nurse = a_person()
    signin.open_session(SignedIn(nurse, has_second_factor=False), origin=WEB)
    links.send_link(nurse, TokenPurpose.PASSWORD_RESET)
    with clock.frozen(frozen_clock + timedelta(days=29)):
        tasks.purge_expired()
        assert len(db.session.scalars(select(UserToken)).all()) == 1
    with clock.frozen(frozen_clock + timedelta(days=32)):
        tasks.purge_expired()
    assert db.session.scalars(select(UserToken)).all() == []
    assert isinstance(nurse.organization_id, UUID)
