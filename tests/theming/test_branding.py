"""An administrator changes the brand: it shows on the next page, can be taken back, and is nobody else's business."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from starline.core import clock, db, tenancy
from starline.core.audit import AuditEvent
from starline.core.errors import Invalid
from starline.organizations import pictures
from tests.identity.test_web_sign_in import send
from tests.organizations.factories import HARBOR
from tests.theming.conftest import a_picture

Begin = Callable[..., Any]
PLAIN = {"display_name": "", "primary_color": "#0f7c6c", "secondary_color": "#c2410c"}


@pytest.fixture
def ada(browser: Begin) -> Any:
    """Harbor's administrator, before the plain look."""
    opened = browser("harbor", "ada")
    assert send(opened, "/branding/reset", page="/branding/").status_code == 302
    return opened


def save(opened: Any, **fields: Any) -> Any:
    return send(opened, "/branding/", **{**PLAIN, **fields})


def sheet_of(page: str) -> str:
    found = re.search(r'href="(/theme/[0-9a-f]{6}-[0-9a-f]{6}\.css\?v=\d+)"', page)
    assert found is not None
    return found[1]


def logo_of(page: str) -> str:
    found = re.search(r'<img class="mark" src="(/theme/pictures/\w+\.png)"', page)
    assert found is not None
    return found[1]


def test_what_is_saved_shows_on_the_next_page_and_not_at_the_other_agency(ada: Any, browser: Begin) -> None:
    other = browser("summit", "ada")
    before = sheet_of(other.get("/").text)
    answer = save(ada, display_name="Harbor & Friends", primary_color="#8a1c7c", logo_file=(a_picture(), "logo.png"))
    assert answer.status_code == 302
    page = ada.get("/").text
    assert "Harbor &amp; Friends" in page and "/theme/8a1c7c-c2410c.css" in sheet_of(page)
    assert "--brand:light-dark(#8a1c7c," in ada.get(sheet_of(page)).text
    assert Image.open(io.BytesIO(ada.get(logo_of(page)).data)).size == (600, 200)
    assert "Harbor &amp; Friends" in browser("harbor").get("/login").text
    elsewhere = other.get("/").text
    assert sheet_of(elsewhere) == before and "Harbor" not in elsewhere and "8a1c7c" not in elsewhere
    assert other.get(logo_of(page)).status_code == 404  # the picture is Harbor's, whoever knows its name


def test_addresses_change_with_what_they_show_and_may_be_kept_for_ever(ada: Any) -> None:
    save(ada, logo_file=(a_picture(), "logo.png"))
    page = ada.get("/").text
    icon = re.search(r'rel="icon" href="([^"]+)"', page)
    assert icon is not None
    for address in (sheet_of(page), logo_of(page), icon[1]):
        assert "immutable" in ada.get(address).headers["Cache-Control"], address
    assert "immutable" not in ada.get("/theme/icons/favicon-32.png?v=of-another-day").headers["Cache-Control"]
    save(ada, logo_file=(a_picture(color="#993333"), "logo.png"))
    assert logo_of(ada.get("/").text) != logo_of(page) and ada.get(logo_of(page)).status_code == 200


def test_a_change_is_taken_back_and_brought_back(ada: Any) -> None:
    save(ada, display_name="First", primary_color="#111111")
    save(ada, display_name="Second", primary_color="#222222")
    send(ada, "/branding/undo", page="/branding/")
    assert "111111" in sheet_of(ada.get("/").text) and "First" in ada.get("/").text
    send(ada, "/branding/undo", page="/branding/")
    assert "222222" in sheet_of(ada.get("/").text)
    send(ada, "/branding/reset", page="/branding/")
    assert "0f7c6c" in sheet_of(ada.get("/").text) and "Harbor Care" in ada.get("/").text
    send(ada, "/branding/undo", page="/branding/")
    assert "222222" in sheet_of(ada.get("/").text) and "Second" in ada.get("/").text


def test_a_picture_is_taken_away(ada: Any) -> None:
    save(ada, logo_file=(a_picture(), "logo.png"))
    save(ada, remove_logo_file="y")
    assert 'img class="mark"' not in ada.get("/").text


def test_the_second_of_two_people_is_told(ada: Any) -> None:
    page = ada.get("/branding/").text
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    save(ada, display_name="Newer", version=version)
    late = save(ada, display_name="Older", version=version)
    assert late.status_code == 412 and "Somebody else changed the settings" in late.text and "Older" in late.text
    assert "Newer" in ada.get("/").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"primary_color": "green"}, "Write the colour like #0f7c6c."),
        ({"secondary_color": "#12345"}, "Write the colour like #0f7c6c."),
        ({"own_theme_color": "y", "theme_color": "x"}, "Write the colour like #0f7c6c."),
        ({"display_name": "x" * 121}, "Use at most 120 characters."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(ada: Any, fields: Any, sentence: str) -> None:
    answer = save(ada, **fields)
    name = list(fields)[-1]
    assert answer.status_code == 422 and sentence in answer.text and f'aria-describedby="{name}-error"' in answer.text
    assert "0f7c6c" in sheet_of(ada.get("/").text)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg onload=x>", "This is not a PNG, JPEG or WebP picture."),
        (b"\x89PNG\r\n\x1a\nbroken", "This is not a PNG, JPEG or WebP picture."),
        (b"GIF89a" + b"\0" * 40, "This is not a PNG, JPEG or WebP picture."),
        (a_picture(size=(20, 10)).getvalue(), "The picture is too small: give at least 32 × 16 pixels."),
        (a_picture(size=(6001, 20)).getvalue(), "The picture has more than 6,000 pixels on a side"),
    ],
)
def test_a_false_picture_is_refused_with_a_sentence(ada: Any, content: bytes, sentence: str) -> None:
    answer = save(ada, logo_file=(io.BytesIO(content), "logo.png"))
    assert answer.status_code == 422 and sentence in answer.text


def test_a_picture_has_a_largest_size() -> None:
    with pytest.raises(Invalid, match="larger than 4 MB"):
        pictures.drawn_anew("logo_file", b"\0" * (pictures.LARGEST_BYTES + 1))


def test_only_the_pixels_of_a_picture_are_kept() -> None:
    """Where and with what a photo was taken, and what hides behind its end, is left behind."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Qz7canary", 6  # the maker, and that it lies on its side
    out = io.BytesIO()
    Image.new("RGB", (900, 700), "#336699").save(out, "JPEG", exif=exif)
    for name, size in (("login_background_file", (700, 900)), ("logo_file", (156, 200))):
        kept = pictures.drawn_anew(name, out.getvalue() + b"<script>Qz7canary</script>")
        assert b"Qz7canary" not in kept
        with Image.open(io.BytesIO(kept)) as picture:
            assert (picture.size, dict(picture.getexif())) == (size, {})


def test_a_bomb_of_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(Invalid, match="not a PNG"):
        pictures.drawn_anew("logo_file", a_picture(size=(600, 200)).getvalue())


@pytest.mark.parametrize("name", sorted(pictures.ICONS))
@pytest.mark.parametrize("source", [None, a_picture(size=(300, 90)).getvalue()])
def test_an_icon_has_its_size_and_shows_its_source(name: str, source: bytes | None) -> None:
    kind = pictures.ICONS[name]
    with Image.open(io.BytesIO(pictures.icon(name, source, "H", "#8a1c7c"))) as made:
        assert (made.format, made.size) == ("PNG", (kind.size, kind.size))
        corner = made.convert("RGBA").getpixel((0, 0))
        colors = {color[:3] for _count, color in made.convert("RGBA").getcolors(10**6) or []}
    assert corner[3] == (255 if kind.is_filled else 0)  # what a telephone cuts a shape out of has no hole
    assert ((0x8A, 0x1C, 0x7C) if source is None else (0x33, 0x66, 0x99)) in colors


def test_the_manifest_is_the_agencys(ada: Any) -> None:
    save(ada, display_name="Harbor and Friends", primary_color="#8a1c7c", own_theme_color="y", theme_color="#123456")
    found = re.search(r'rel="manifest" href="([^"]+)"', ada.get("/").text)
    assert found is not None
    made = ada.get(found[1])
    assert made.mimetype == "application/manifest+json"
    assert made.json["name"] == "Harbor and Friends" and made.json["short_name"] == "Harbor and"
    assert made.json["theme_color"] == "#123456" and made.json["start_url"] == "/"
    sizes = {(icon["sizes"], icon["purpose"]) for icon in made.json["icons"]}
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in made.json["icons"]:
        answer = ada.get(icon["src"])
        size = int(icon["sizes"].partition("x")[0])
        assert Image.open(io.BytesIO(answer.data)).size == (size, size)


def test_the_contrast_of_what_is_being_chosen_is_told(ada: Any) -> None:
    part = ada.get("/branding/colors?primary_color=%23ffd400&secondary_color=%230b3d2e").text
    assert "Too pale for text" in part and "1.4 : 1" in part and "Reads well" in part
    assert "Write the colour like" in ada.get("/branding/colors?primary_color=%23ff&secondary_color=").text


@pytest.mark.parametrize("path", ["/branding/", "/branding/colors", "/branding/sample.pdf", "/branding/sample-mail"])
def test_somebody_who_may_not_change_settings_sees_no_editor(browser: Begin, path: str) -> None:
    assert browser("harbor", "carla").get(path).status_code == 403
    assert browser("harbor").get(path).status_code in (302, 401)


@pytest.mark.parametrize("path", ["/branding/", "/branding/undo", "/branding/reset", "/branding/domain"])
def test_and_may_not_save_past_it(browser: Begin, path: str) -> None:
    carla = browser("harbor", "carla")
    assert send(carla, path, page="/me", **PLAIN).status_code == 403
    assert carla.post(path, data=PLAIN).status_code == 400  # without the page's token nobody may


def test_every_change_is_in_the_trail(ada: Any) -> None:
    began = clock.now()
    save(ada, display_name="Traced")
    send(ada, "/branding/undo", page="/branding/")
    with tenancy.acting(HARBOR), db.transaction():
        found = db.session.query(AuditEvent).filter(AuditEvent.at >= began).all()
        told = {one.action: one.actor_id for one in found if one.subject == "organization_settings"}
    assert {"brand:changed", "brand:undone", "update"} <= set(told)
    assert None not in told.values()


@pytest.mark.parametrize(
    "path",
    [
        "/theme/0f7c6c.css",
        "/theme/0f7c6c-c2410c%7D.css",
        "/theme/preview/x.css",
        "/theme/icons/other.png",
        "/theme/pictures/organization.json",
        f"/theme/pictures/{'0' * 32}.png",
        "/theme/pictures/..%2Forganization.json",
    ],
)
def test_nothing_but_the_brand_is_public(browser: Begin, path: str) -> None:
    assert browser("harbor").get(path).status_code == 404


def test_a_host_of_nobody_wears_no_brand(app: Any, browser: Begin) -> None:
    plain = app.test_client()
    assert plain.get("/theme/manifest.webmanifest").status_code == 404
    assert "/theme/" not in plain.get("/login").text
