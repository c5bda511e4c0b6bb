"""Reminders of credentials that end: at the days of the type, to the person and to human resources, each once."""

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as some

from config import settings
from starline.core.outbox import OutboxMessage
from starline.notifications.models import Notification
from starline.staff import credentials, mails, reminders, service
from starline.staff.models import Credential, CredentialReminder
from starline.staff.rules import reminder_due
from tests.organizations.factories import a_credential_type, a_staff_member, a_user, days, today

END = date(2026, 12, 31)
USUAL = (60, 30, 14, 7, 1)


@pytest.mark.parametrize(
    ("left", "sent", "due"),
    [
        (61, (), None),
        (60, (), 60),
        (59, (60,), None),
        (45, (), 60),
        (30, (60,), 30),
        (20, (), 30),
        (20, (30,), None),
        (14, (60, 30), 14),
        (1, (60, 30, 14, 7), 1),
        (0, (60, 30, 14, 7), 1),
        (0, (1,), None),
        (-1, (), None),
    ],
)
def test_the_reminder_nearest_to_the_end_is_due(left: int, sent: Collection[int], due: int | None) -> None:
    assert reminder_due(END, END - timedelta(days=left), days=USUAL, sent=sent) == due


@given(some.sets(some.integers(1, 90), max_size=4), some.lists(some.integers(0, 120), max_size=10))
def test_each_reminder_is_sent_once_however_often_the_job_runs(asked: set[int], runs: list[int]) -> None:
    sent: list[int] = []
    for left in sorted(runs, reverse=True):
        for _again in range(2):
            due = reminder_due(END, END - timedelta(days=left), days=asked, sent=sent)
            if due is not None:
                sent.append(due)
    assert len(sent) == len(set(sent)) and sent == sorted(sent, reverse=True) and set(sent) <= asked


@given(some.sets(some.integers(1, 90), min_size=1, max_size=6))
def test_a_job_that_runs_every_day_sends_them_all_on_their_days(asked: set[int]) -> None:
    sent: dict[int, int] = {}
    for left in range(100, -1, -1):
        due = reminder_due(END, END - timedelta(days=left), days=asked, sent=sent)
        if due is not None:
            sent[due] = left
    assert sent == {one: one for one in asked}


@pytest.fixture
def office(harbor: Any) -> Any:
    return a_user("noor", "Human resources")


def _credential(**values: Any) -> Credential:
    member = values.pop("member", None) or a_staff_member(email="imani@staff.example")
    kind = values.pop("kind", None) or a_credential_type()
    given = {"staff_member_id": member.id, "credential_type_id": kind.id, "issued_on": days(-300)}
    return credentials.add_credential({**given, **values}, by=None)


def _promised(session: Any, name: str) -> list[dict[str, Any]]:
    return [one.arguments for one in session.query(OutboxMessage).filter_by(task=name)]


def test_a_run_tells_the_person_and_human_resources_and_a_second_one_nobody(session: Any, office: Any) -> None:
    credential = _credential(expires_on=days(30))
    assert reminders.remind(today()) == [credential.id]
    assert reminders.remind(today()) == []
    assert _promised(session, "staff.send_reminder") == [{"credential_id": str(credential.id)}]
    assert [one["user_id"] for one in _promised(session, "staff.send_reminder_list")] == [office.id]
    assert [one.days for one in session.query(CredentialReminder)] == [30]


def test_both_are_told_in_the_product_too_once(session: Any, office: Any) -> None:
    user = a_user("imani")
    _credential(member=a_staff_member(user_id=user.id), expires_on=days(30))
    for _run in range(2):
        reminders.remind(today())
    told = {(one.user_id, one.link) for one in session.query(Notification)}
    assert told == {(user.id, "/me/credentials"), (office.id, "/compliance/expiring")}
    assert session.query(Notification).count() == 2


def test_the_next_reminder_comes_on_its_day(office: Any) -> None:
    credential = _credential(expires_on=days(30))
    found = [len(reminders.remind(today() + timedelta(days=passed))) for passed in range(31)]
    assert [30 - passed for passed, number in enumerate(found) if number] == [30, 14, 7, 1]
    assert credential.expires_on == days(30)


def test_nobody_is_reminded_of_what_is_renewed_voided_or_of_somebody_who_left(office: Any) -> None:
    kind = a_credential_type()
    renewed = a_staff_member()
    _credential(member=renewed, kind=kind, expires_on=days(7))
    _credential(member=renewed, kind=kind, expires_on=days(700))
    credentials.void_credential(_credential(kind=kind, expires_on=days(7)), by=None, reason="Wrong")
    left = a_staff_member()
    _credential(member=left, kind=kind, expires_on=days(7))
    service.terminate(left, reason="Moved away", by=None)
    assert reminders.remind(today()) == []


def test_the_persons_mail_names_the_credential_its_end_and_the_way_to_renew_it(office: Any) -> None:
    credential = _credential(expires_on=days(7))
    mails.send_reminder(credential.id)
    text = _newest_mail()
    assert (
        "CPR" in text
        and format_date(days(7), "full", "en") in text
        and "/me/credentials" in text
        and "imani@staff.example" in text
    )


def test_the_offices_mail_counts_and_names_nobody(office: Any) -> None:
    _credential(expires_on=days(7))
    reminders.remind(today())
    mails.send_reminder_list(office.id, today())
    text = _newest_mail()
    assert "/compliance/expiring" in text and "Okafor" not in text


def _newest_mail() -> str:
    files = [one for one in Path(settings().mail_dir).rglob("*") if one.is_file()]
    return max(files, key=lambda one: one.stat().st_mtime_ns).read_text(errors="replace").replace("=\n", "")
