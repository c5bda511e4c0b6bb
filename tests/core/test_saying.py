"""Days and times in sentences and mails: in the agency's order, on the clock of the reader's language."""

from datetime import UTC, date, datetime, time

import pytest

from starline.core import mail, saying
from starline.core.language import gettext, ngettext, speaking, writing_days
from starline.core.periods import Period

DAY, HOUR = date(2026, 11, 30), time(14, 5)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("date_format", "language", "shown"),
    [
        ("MM/DD/YYYY", "en", "11/30/2026 at 2:05 PM"),
        ("YYYY-MM-DD", "en", "2026-11-30 at 2:05 PM"),
        ("DD/MM/YYYY", "es", "30/11/2026 at 2:05 p.m."),
    ],
)
def test_a_sentence_says_days_and_times_as_its_reader_writes_them(date_format: str, language: str, shown: str) -> None:
    with speaking(language), writing_days(lambda: date_format):
        assert plain(gettext("%(day)s at %(time)s", day=DAY, time=HOUR)) == shown
        assert plain(ngettext("%(day)s at %(time)s", "?", 1, day=DAY, time=HOUR)) == shown


def test_the_format_is_asked_for_only_where_a_day_is_told() -> None:
    def never() -> str:
        raise AssertionError("Nothing here is written by it.")

    with writing_days(never):
        assert gettext("%(number)d of %(name)s", number=3, name="x") == "3 of x"


def test_an_instant_is_told_by_its_own_clock() -> None:
    at = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert plain(gettext("Since %(at)s", at=at)) == "Since 11/30/2026 9:00 AM"
    assert plain(mail.as_said(at, "en")) == "Monday, November 30, 2026, 9:00 AM UTC"
    assert plain(mail.as_said(at, "es")) == "lunes, 30 de noviembre de 2026, 9:00 a.m. UTC"


def test_a_period_is_told_in_words() -> None:
    assert str(Period(DAY, date(2026, 12, 2))) == "11/30/2026 to 12/02/2026"
    assert str(Period(DAY)) == "11/30/2026 onwards"


def test_a_day_by_its_name_follows_the_language() -> None:
    assert saying.day_by_name(DAY, "en") == "Monday, November 30"
    assert saying.day_by_name(DAY, "es") == "lunes, 30 de noviembre"
