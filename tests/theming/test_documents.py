"""Documents on paper carry the agency's name and nobody else's, and load nothing but their own parts."""

import builtins
import io
import logging
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from flask import g
from PIL import Image

from app.core import pdf
from app.core.profile import Profile
from starline.core import tenancy
from starline.core.errors import Unavailable
from starline.core.storage import key_for, storage
from tests.organizations.factories import HARBOR, SUMMIT

SERVICES = [("Personal care", "2.50"), ("Companion care", "1.00")]


@pytest.fixture
def harbor(app: Any) -> Iterator[Profile]:
    """A request of Harbor's."""
    with app.test_request_context("/", base_url="http://harbor.localhost"), tenancy.acting(HARBOR, user_id=None):
        g.profile = Profile(HARBOR, 1, "Harbor & Søn", "harbor")
        yield g.profile


def text_of(document: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages]


def test_every_page_has_the_letterhead_the_number_and_when_it_was_printed(harbor: Profile) -> None:
    answer = pdf.pdf_response("sample.html", "sample", services=SERVICES * 60)
    pages = text_of(answer.get_data())
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "Harbor & Søn" in page and "Printed " in page and f"{number} / {len(pages)}" in page
    assert "Personal care" in pages[0] and "Service" in pages[1]  # the heading of the table is repeated
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="sample.pdf"'


def test_what_somebody_typed_stays_text(harbor: Profile) -> None:
    html = pdf.printed("sample.html", services=[("<img src=x> <b>bold</b>", "1")])
    assert "<b>bold</b>" not in html
    assert "<b>bold</b>" in text_of(pdf.render_pdf(html))[0]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/picture.png",
        f"{pdf.HOME}../../config.py",
        f"{pdf.HOME}inter-latin-400.woff2/../../../../../config.py",
        f"{pdf.HOME}logo",  # there is none
        "",
    ],
)
def test_a_document_opens_no_file_and_no_address(harbor: Profile, address: str) -> None:
    assert pdf.part(address, harbor)[0] == b""


def test_what_is_refused_is_left_out_and_logged_without_its_address(
    harbor: Profile, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        made = pdf.render_pdf('<p>Before</p><img src="http://127.0.0.1:1/secret.png"><p>After</p>')
    assert "Before" in text_of(made)[0] and "After" in text_of(made)[0]
    assert "isn't its own" in caplog.text and "secret" not in caplog.text


def test_the_logo_is_drawn_from_the_agency_s_own_files(harbor: Profile) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (300, 80), "#123456").save(picture, "PNG")
    key = storage().put(key_for("brand", "png"), picture.getvalue(), "image/png")
    g.profile = Profile(HARBOR, 1, "Harbor", "harbor", logo_file=key)
    made = pypdf.PdfReader(io.BytesIO(pdf.render_pdf(pdf.printed("sample.html", services=[]))))
    assert [image.image.size for image in made.pages[0].images] == [(300, 80)]


def test_a_logo_that_is_another_agency_s_is_not_drawn(harbor: Profile) -> None:
    with tenancy.acting(SUMMIT, user_id=None):
        key = storage().put(key_for("brand", "png"), b"Summit's", "image/png")
    assert pdf.part(f"{pdf.HOME}logo", Profile(HARBOR, logo_file=key))[0] == b""


def test_without_the_renderer_the_sentence_says_what_to_install(
    harbor: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def import_(name: str, *rest: Any, **more: Any) -> Any:
        if name == "plutoprint":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", import_)
    with pytest.raises(Unavailable, match="pip install plutoprint"):
        pdf.render_pdf("<p>Hello</p>")
