"""Mail says little, looks like the agency's, and leaves once."""

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from starline.core import mail, tasks
from starline.core.adapters.mail_folder import MailFolder
from starline.core.adapters.resend import FakeResend, Resend
from starline.core.adapters.smtp import FakeSmtp, Smtp
from starline.core.errors import Invalid, Unavailable
from starline.core.identifiers import uuid7
from starline.core.mail import Letterhead, Message, render

HARBOR = Letterhead(name="Harbor Home Care", primary_color="#124f8c", from_address="office@harbor.example")


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "layout.html").write_text((mail.TEMPLATES / "layout.html").read_text())
    folder = tmp_path / "welcome"
    folder.mkdir()
    (folder / "subject.txt").write_text("Welcome to {organization}\n")
    (folder / "subject.es.txt").write_text("Bienvenida a {organization}\n")
    (folder / "body.txt").write_text("Hello {first_name},\n\nplease open {link}\n")
    (folder / "body.html").write_text('<p>Hello {first_name}</p><p><a href="{link}">Open</a></p>')
    monkeypatch.setattr(mail, "TEMPLATES", tmp_path)
    return folder


def welcome(**changes: str) -> Message:
    values = {"first_name": "Ada", "link": "https://harbor.example/invitation/abc"} | changes
    return render("welcome", to="ada@harbor.example", organization=HARBOR, values=values)


def a_message(key: str = "a" * 40) -> Message:
    return Message(
        to="ada@harbor.example",
        sender="Harbor Home Care <office@harbor.example>",
        subject="Welcome",
        text="Open https://harbor.example/invitation/abc",
        html="<p>Open</p>",
        key=key,
        reply_to="desk@harbor.example",
    )


def test_a_message_carries_the_agencys_name_colour_and_address(templates: Path) -> None:
    message = welcome()
    assert message.subject == "Welcome to Harbor Home Care"
    assert message.sender == "Harbor Home Care <office@harbor.example>"
    assert "#124f8c" in message.html and "{" not in message.html.split("</head>")[1]


def test_values_are_escaped_in_html_and_left_alone_in_text(templates: Path) -> None:
    message = welcome(first_name="<b>Ada</b>")
    assert "&lt;b&gt;Ada&lt;/b&gt;" in message.html and "<b>Ada</b>" not in message.html
    assert "Hello <b>Ada</b>" in message.text


def test_a_value_is_no_template(templates: Path) -> None:
    assert "Hello {link}" in welcome(first_name="{link}").text


def test_a_missing_value_is_an_error_rather_than_a_hole(templates: Path) -> None:
    with pytest.raises(KeyError):
        render("welcome", to="ada@harbor.example", organization=HARBOR, values={"first_name": "Ada"})


def test_a_subject_stays_on_one_line(templates: Path) -> None:
    letterhead = Letterhead(name="Harbor\r\nBcc: all@harbor.example")
    values = {"first_name": "Ada", "link": "x"}
    message = render("welcome", to="ada@harbor.example", organization=letterhead, values=values)
    assert "\n" not in message.subject + message.sender


def test_a_template_is_taken_in_the_readers_language_where_there_is_one(templates: Path) -> None:
    values = {"first_name": "Ada", "link": "x"}
    spanish = render("welcome", to="a@harbor.example", organization=HARBOR, values=values, locale="es")
    assert spanish.subject == "Bienvenida a Harbor Home Care"
    assert render("welcome", to="a@harbor.example", organization=HARBOR, values=values, locale="../x").subject


@pytest.mark.parametrize("address", ["", "a@x.example, b@x.example", "a@x.example\nBcc: b@x.example"])
def test_a_recipient_is_exactly_one_address(templates: Path, address: str) -> None:
    with pytest.raises(ValueError):
        render("welcome", to=address, organization=HARBOR, values={"first_name": "Ada", "link": "x"})


@pytest.mark.parametrize("name", ["../welcome", "Welcome", ""])
def test_a_template_name_leads_nowhere_else(templates: Path, name: str) -> None:
    with pytest.raises(ValueError):
        render(name, to="ada@harbor.example", organization=HARBOR, values={})


def test_a_repeated_attempt_of_one_task_sends_the_same_message(templates: Path) -> None:
    with tasks._marked_running(uuid7()):
        first, second = welcome(), welcome()
    assert first.key == second.key != welcome().key


def test_the_mail_folder_keeps_a_message_once_and_shows_its_links(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    folder.send(a_message())
    folder.send(a_message())
    (kept,) = folder.kept()
    assert kept.to == "ada@harbor.example" and kept.links == ["https://harbor.example/invitation/abc"]
    assert folder.find(kept.key) == kept and folder.find("../../etc/passwd") is None
    parsed = message_from_bytes((tmp_path / "mail" / f"{kept.key}.eml").read_bytes(), policy=policy.default)
    assert parsed["Subject"] == "Welcome" and parsed["Reply-To"] == "desk@harbor.example"


def test_resend_takes_a_repeated_key_once() -> None:
    with FakeResend().serving() as fake:
        Resend("re_test", fake.endpoint).send(a_message())
        Resend("re_test", fake.endpoint).send(a_message())
    assert fake.requests == 2 and list(fake.received) == ["a" * 40]
    assert fake.received["a" * 40]["reply_to"] == "desk@harbor.example"


@pytest.mark.parametrize(("status", "error"), [(500, Unavailable), (429, Unavailable), (422, Invalid)])
def test_resends_refusals_are_told_apart(status: int, error: type[Exception]) -> None:
    with FakeResend().serving() as fake:
        fake.status = status
        with pytest.raises(error):
            Resend("re_test", fake.endpoint).send(a_message())


def test_resend_that_cannot_be_reached_is_tried_again_later() -> None:
    with pytest.raises(Unavailable):
        Resend("re_test", "http://127.0.0.1:1/emails").send(a_message())


def test_smtp_carries_both_parts_and_an_id_that_repeats() -> None:
    with FakeSmtp().serving() as fake:
        Smtp(fake.url).send(a_message())
    (received,) = fake.received
    parsed = message_from_bytes(received.encode(), policy=policy.default)
    assert parsed["Message-ID"] == f"<{'a' * 40}@harbor.example>"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("refusal", "error"), [("450 busy", Unavailable), ("550 no such user", Invalid)])
def test_smtp_refusals_are_told_apart(refusal: str, error: type[Exception]) -> None:
    with FakeSmtp().serving() as fake:
        fake.refusal = refusal
        with pytest.raises(error) as caught:
            Smtp(fake.url).send(a_message())
    assert "ada@" not in str(caught.value)


def test_smtp_that_cannot_be_reached_is_tried_again_later() -> None:
    with pytest.raises(Unavailable):
        Smtp("smtp://127.0.0.1:1").send(a_message())


def test_what_the_folder_writes_is_plain_json(tmp_path: Path) -> None:
    MailFolder(tmp_path).send(a_message())
    assert json.loads((tmp_path / f"{'a' * 40}.json").read_text())["template"] == ""
