"""On an agency's pages, mails, documents and manifest nobody's name stands but the agency's."""

import io
from typing import Any

import pypdf
import pytest
from sqlalchemy import select

from starline.core import db, mail, tenancy
from starline.core.mail import TEMPLATES, Letterhead
from starline.organizations.models import OrganizationSettings
from tests.browser.walking import screens
from tests.contract.callers import Caller, by_cookie, nobody
from tests.isolation.cast import Cast

PLATFORM = "starline"
FOR_STRANGERS = ("/login", "/forgot", "/nothing-here", "/branding/", "/theme/manifest.webmanifest")


def traces(caller: Caller, paths: Any) -> list[str]:
    """The addresses whose answer names the platform; pictures and workbooks have no words to read."""
    number = {"X-Request-ID": "a-number-of-mine"}
    answers = {path: caller.get(path, headers=number) for path in paths}
    told = {path: one.data.decode(errors="replace").lower() for path, one in answers.items()}
    return [path for path, text in told.items() if PLATFORM in text]


def test_no_page_names_it(cast: Cast) -> None:
    person = cast.harbor.people["Administrator"]
    assert traces(by_cookie(cast.application, person), screens(cast, "Administrator")) == []
    assert traces(nobody(cast.application, cast.harbor.host), FOR_STRANGERS) == []


def test_the_description_of_the_api_is_the_agencys(cast: Cast) -> None:
    document = by_cookie(cast.application, cast.harbor.people["Administrator"]).get("/api/v1/_openapi").json
    assert PLATFORM not in document["info"]["title"].lower()


def test_no_document_names_it(cast: Cast) -> None:
    made = by_cookie(cast.application, cast.harbor.people["Administrator"]).get("/branding/sample.pdf")
    reader = pypdf.PdfReader(io.BytesIO(made.data))
    texts = [page.extract_text() for page in reader.pages] + [str(value) for value in (reader.metadata or {}).values()]
    assert PLATFORM not in " ".join(texts).lower()
    with tenancy.acting(cast.harbor.id), db.transaction():
        name = db.session.scalar(select(OrganizationSettings.display_name)) or "Harbor"
    assert name.split()[0] in texts[0]


@pytest.mark.parametrize("template", sorted(one.name for one in TEMPLATES.iterdir() if one.is_dir()))
@pytest.mark.parametrize("locale", ["en", "es"])
def test_no_mail_names_it(template: str, locale: str) -> None:
    letterhead = Letterhead("Harbor Care", from_address="care@harbor.example")
    names = {
        found for part in (TEMPLATES / template).iterdir() for found in mail._PLACEHOLDER.findall(part.read_text())
    }
    values = {name: f"the {name}" for name in names - {"organization", "color"}}
    made = mail.render(template, to="ada@harbor.example", organization=letterhead, values=values, locale=locale)
    assert PLATFORM not in f"{made.sender} {made.subject} {made.text} {made.html}".lower()
    assert "Harbor Care" in made.html and "Harbor Care" in made.sender


def test_without_a_sender_of_its_own_the_agencys_name_is_before_the_address() -> None:
    made = mail.render(
        "invitation", to="a@b.example", organization=Letterhead("Harbor Care"), values={"first_name": "A", "link": "x"}
    )
    assert made.sender.startswith("Harbor Care <")


def test_a_mail_shows_the_header_else_the_logo_else_the_name() -> None:
    def head(**pictures: str) -> str:
        signed = Letterhead("Harbor & Care", "#ffd400", **pictures)
        values = {"first_name": "A", "link": "x"}
        return mail.render("invitation", to="a@b.example", organization=signed, values=values).html

    assert "Harbor &amp; Care" in head() and "<img" not in head()
    assert 'src="https://h.example/l.png" alt="Harbor &amp; Care" height="32"' in head(
        logo_url="https://h.example/l.png"
    )
    both = head(logo_url="https://h.example/l.png", header_url="https://h.example/h.png")
    assert "h.png" in both and "l.png" not in both
    assert "#ffd400" not in both  # too pale to be read on white
