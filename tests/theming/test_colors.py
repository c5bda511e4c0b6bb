"""Whatever colour an agency likes, its pages can be read: every token, in light and in dark."""

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.theming.tokens import DARK, LIGHT, Shades, style_sheet, tokens
from config import ROOT
from starline.core.colors import BLACK, WHITE, as_hex, contrast, corrected, ink_on, mix, on_paper, parse

CHANNEL = st.integers(0, 255)
COLORS = st.tuples(CHANNEL, CHANNEL, CHANNEL)
INK, DIM = {"light": "#1d1f23", "dark": "#e8e9eb"}, {"light": "#62676f", "dark": "#a0a6ae"}


def test_contrast_is_what_wcag_computes() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(parse("#767676"), WHITE) == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes
    assert contrast(parse("#777777"), WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("text", ["", "#fff", "0f7c6c", "#0f7c6", "#0f7c6cc", "#0f7c6g", "red", "#0f7c6c;}"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="#0f7c6c"):
        parse(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COLORS)
def test_a_colour_survives_being_written(color: tuple[int, int, int]) -> None:
    assert parse(as_hex(color)) == color


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COLORS)
@example((255, 255, 255))
@example((0, 0, 0))
@example((255, 212, 0))
def test_every_token_can_be_read_and_every_part_stands_out(color: tuple[int, int, int]) -> None:
    found = tokens(as_hex(color), as_hex(color))
    for theme, shades, surfaces in (
        ("light", found.primary_light, LIGHT),
        ("dark", found.primary_dark, DARK),
        ("light", found.secondary_light, LIGHT),
        ("dark", found.secondary_dark, DARK),
    ):
        check(theme, shades, surfaces)


def check(theme: str, shades: Shades, surfaces: tuple[str, ...]) -> None:
    grounds = [parse(one) for one in surfaces]
    for ground in grounds:
        assert contrast(shades.fill, ground) >= 3 and contrast(shades.hover, ground) >= 3
        assert contrast(shades.accent, ground) >= 4.5
    for written in (shades.fill, shades.hover):
        assert contrast(shades.ink, written) >= 4.5
    assert contrast(shades.accent, shades.wash) >= 4.5
    assert contrast(parse(INK[theme]), shades.wash) >= 4.5


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COLORS)
def test_a_colour_that_is_good_stays_as_it_is(color: tuple[int, int, int]) -> None:
    if contrast(color, WHITE) >= 4.5:
        assert on_paper(color) == color


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COLORS, COLORS)
def test_one_of_black_and_white_can_always_be_read(color: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert contrast(ink_on(color), color) >= 4.5
    assert contrast(corrected(color, (other,), 4.5), other) >= 4.5
    assert mix(color, other, 0) == color and mix(color, other, 1) == other


def test_the_surfaces_are_those_of_the_style_sheet() -> None:
    source = (ROOT / "app" / "static" / "css" / "tokens.css").read_text()
    for name, light, dark in zip(("panel", "ground", "hover"), LIGHT, DARK, strict=True):
        found = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", source)
        assert found is not None
        assert [long(one) for one in found.groups()] == [light, dark]
    for name, values in (("ink", INK), ("dim", DIM)):
        assert f"--{name}: light-dark({values['light']}, {values['dark']})" in source


def long(text: str) -> str:
    return text if len(text) == 7 else "#" + "".join(2 * one for one in text[1:])


def test_the_style_sheet_holds_nothing_but_tokens() -> None:
    sheet = style_sheet("#0f7c6c", "#c2410c")
    assert re.fullmatch(r"(?:[:.\[\]@()\w=\- {}]|[;,#\n])+", sheet)
    assert sheet.startswith(":root{--brand:light-dark(#0f7c6c,")
    assert style_sheet("#0f7c6c", "#c2410c", ".preview").startswith(".preview{")


@pytest.mark.parametrize("colors", [("#0f7c6c;}body{", "#c2410c"), ("#0f7c6c", "url(x)")])
def test_a_style_sheet_is_made_of_colours_only(colors: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="#0f7c6c"):
        style_sheet(*colors)
