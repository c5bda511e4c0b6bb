"""Text messages: numbers as gateways want them, templates in both languages, and the ways out."""

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest

from config import settings
from starline.core import mail, texting
from starline.core.adapters.mail_folder import MailFolder
from starline.core.adapters.twilio import FakeTwilio, Twilio
from starline.core.errors import Invalid, Unavailable
from starline.core.language import LANGUAGES

HOURS = {"from": time(8), "to": time(12)}
VALUES = {"day": date(2026, 12, 1), **HOURS, "area": "Portland", "link": "https://h.example/me"}


def a_text(locale: str = "en") -> mail.Message:
    return texting.render(
        "visit_offered", to="503-555-0142", organization="Harbor Home Care", values=VALUES, locale=locale
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("503-555-0142", "+15035550142"),
        ("(503) 555-0142", "+15035550142"),
        ("1 503 555 0142", "+15035550142"),
        ("+44 20 7946 0958", "+442079460958"),
        ("555-0142", None),
        ("003-555-0142", None),
        ("+12", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_goes_out_as_gateways_want_it(typed: str | None, expected: str | None) -> None:
    assert texting.e164(typed) == expected


def test_a_text_is_one_sentence_in_the_readers_language() -> None:
    assert a_text().text == (
        "Harbor Home Care: a visit is open on Tuesday, December 1, 2026, 8:00 AM to 12:00 PM, in Portland."
        " Whoever accepts first has it: https://h.example/me"
    )
    assert "el martes, 1 de diciembre de 2026, de 8:00 a.m. a 12:00 p.m." in a_text("es").text
    assert a_text("../x").text == a_text().text


def test_nothing_is_texted_to_what_is_no_number() -> None:
    with pytest.raises(ValueError):
        texting.render("visit_offered", to="call the office", organization="Harbor", values=VALUES)


def test_a_missing_value_is_an_error_rather_than_a_hole() -> None:
    with pytest.raises(KeyError):
        texting.render("visit_offered", to="503-555-0142", organization="Harbor", values={})


@pytest.mark.parametrize("name", ["../visit_offered", "Visit", ""])
def test_a_template_name_leads_nowhere_else(name: str) -> None:
    with pytest.raises(ValueError):
        texting.render(name, to="503-555-0142", organization="Harbor", values=VALUES)


@pytest.mark.parametrize(("sender", "key"), [("+15035550100", "From"), ("MG0123", "MessagingServiceSid")])
def test_twilio_is_told_number_words_and_sender(sender: str, key: str) -> None:
    with FakeTwilio().serving() as fake:
        Twilio("AC1", "secret", sender, fake.endpoint, fake.rules).send(a_text())
    (received,) = fake.received
    assert received == {
        "To": "+15035550142",
        "Body": a_text().text,
        key: sender,
        "path": "/Accounts/AC1/Messages.json",
    }
    assert fake.authorizations == {"Basic QUMxOnNlY3JldA=="}


@pytest.mark.parametrize(("status", "error"), [(500, Unavailable), (429, Unavailable), (400, Invalid)])
def test_twilios_refusals_are_told_apart(status: int, error: type[Exception]) -> None:
    with FakeTwilio().serving() as fake:
        fake.status = status
        with pytest.raises(error) as caught:
            Twilio("AC1", "secret", "+15035550100", fake.endpoint, fake.rules).send(a_text())
    assert "5550142" not in str(caught.value) and "secret" not in str(caught.value)


def test_twilio_that_cannot_be_reached_is_tried_again_later() -> None:
    gone = FakeTwilio()
    with gone.serving():
        twilio = Twilio("AC1", "secret", "+15035550100", gone.endpoint, gone.rules)
    with pytest.raises(Unavailable):
        twilio.send(a_text())


def test_without_a_gateway_texts_lie_beside_the_mails(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    folder.send(a_text())
    (kept,) = folder.kept()
    assert (kept.to, kept.text, kept.links) == ("+15035550142", a_text().text, ["https://h.example/me"])


def test_production_texts_nobody_without_a_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    assert texting.is_possible() and not settings().twilio_account
    monkeypatch.setattr(type(settings()), "is_production", property(lambda self: True))
    assert not texting.is_possible()


def templates() -> Iterator[Path]:
    yield from (one for one in mail.TEMPLATES.rglob("*.*") if one.parent != mail.TEMPLATES)
    yield from texting.TEMPLATES.glob("*.txt")


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_mail_and_text_is_written_in_every_language_with_the_same_values(language: str) -> None:
    originals = [one for one in templates() if one.name.count(".") == 1]
    assert len(originals) > 30
    for one in originals:
        translated = one.with_suffix(f".{language}{one.suffix}")
        assert translated.exists(), f"{translated.name} of {one.parent.name} is missing"
        values = [set(re.findall(r"\{\w+\}", path.read_text())) for path in (one, translated)]
        assert values[0] == values[1], translated
