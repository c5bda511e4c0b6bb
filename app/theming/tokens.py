"""The tokens that an agency's two colours become: one set for light surfaces, one for dark, both readable.

The surfaces are those of `static/css/tokens.css`; a test compares the two.
"""

from dataclasses import dataclass

from starline.core.colors import BLACK, PARTS, TEXT, WHITE, Color, as_hex, contrast, corrected, ink_on, mix, parse

LIGHT = ("#ffffff", "#fbfbfa", "#f3f3f0")
DARK = ("#1c1f24", "#16181c", "#24272d")
"""Panel, ground and hover."""

WASH_LIGHT, WASH_DARK = 0.11, 0.20
"""How much of the colour is in the wash behind what is chosen."""


@dataclass(frozen=True)
class Shades:
    """One colour of the brand on one set of surfaces.

    `fill` is the colour of buttons, `ink` what is written on it, `hover` the fill under a mouse; `accent` is the colour
    as text; `wash` lies behind what is chosen.
    """

    fill: Color
    ink: Color
    hover: Color
    accent: Color
    wash: Color


@dataclass(frozen=True)
class Tokens:
    """Both colours of the brand on both sets of surfaces."""

    primary_light: Shades
    primary_dark: Shades
    secondary_light: Shades
    secondary_dark: Shades


def tokens(primary: str, secondary: str) -> Tokens:
    """The tokens of two colours written like #0f7c6c. Raises ValueError for anything else."""
    one, other = parse(primary), parse(secondary)
    return Tokens(
        _shades(one, LIGHT, WASH_LIGHT),
        _shades(one, DARK, WASH_DARK),
        _shades(other, LIGHT, WASH_LIGHT),
        _shades(other, DARK, WASH_DARK),
    )


def style_sheet(primary: str, secondary: str, scope: str = ":root") -> str:
    """The tokens as CSS, for the whole page or for the part of it that `scope` selects."""
    found = tokens(primary, secondary)
    first = _declarations("brand", "accent", found.primary_light, found.primary_dark)
    second = _declarations("second", "second-accent", found.secondary_light, found.secondary_dark)
    light, dark = (f"--brand-rgb:{_triple(one.accent)}" for one in (found.primary_light, found.primary_dark))
    is_page = scope == ":root"
    themed = (
        f"[data-bs-theme=dark]{{{dark}}}\n@media (prefers-color-scheme:dark){{[data-bs-theme=auto]{{{dark}}}}}\n"
        if is_page
        else ""
    )
    return f"{scope}{{{first};{second};{light}}}\n{themed}"


def _shades(color: Color, surfaces: tuple[str, ...], share: float) -> Shades:
    grounds = tuple(parse(one) for one in surfaces)
    fill = corrected(color, grounds, PARTS)
    ink = ink_on(fill)
    wash = mix(grounds[0], fill, share)
    return Shades(fill, ink, _hover(fill, ink, grounds), corrected(fill, (*grounds, wash), TEXT), wash)


def _hover(fill: Color, ink: Color, grounds: tuple[Color, ...]) -> Color:
    """A shade beside `fill` on which the ink still reads and which still stands out; `fill` where there is none."""
    for target, share in ((BLACK, 0.14), (WHITE, 0.14), (BLACK, 0.07), (WHITE, 0.07)):
        shade = mix(fill, target, share)
        stands_out = all(contrast(shade, ground) >= PARTS for ground in grounds)
        if stands_out and contrast(ink, shade) >= TEXT:
            return shade
    return fill


def _declarations(name: str, text: str, light: Shades, dark: Shades) -> str:
    pairs = {
        f"--{name}": (light.fill, dark.fill),
        f"--on-{name}": (light.ink, dark.ink),
        f"--{name}-hover": (light.hover, dark.hover),
        f"--{name}-ink": (light.accent, dark.accent),
        f"--{text}": (light.accent, dark.accent),
        f"--{text}-wash": (light.wash, dark.wash),
    }
    return ";".join(f"{key}:light-dark({as_hex(one)},{as_hex(other)})" for key, (one, other) in pairs.items())


def _triple(color: Color) -> str:
    return ",".join(map(str, color))
