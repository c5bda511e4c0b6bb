"""Colours that can be read: contrast as WCAG 2.2 measures it, and the smallest correction that reaches it."""

import re
from collections.abc import Iterable

TEXT, PARTS = 4.5, 3.0
"""The contrast that reading asks for (1.4.3), and that parts of a control ask for (1.4.11)."""

HEX = re.compile(r"#[0-9a-fA-F]{6}")
WHITE, BLACK = (255, 255, 255), (0, 0, 0)

Color = tuple[int, int, int]


def parse(text: str) -> Color:
    """`#0f7c6c` as red, green, blue from 0 to 255. Raises ValueError for anything else."""
    if not HEX.fullmatch(text):
        raise ValueError("A colour is written like #0f7c6c.")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def as_hex(color: Color) -> str:
    """`#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(color: Color, target: Color, share: float) -> Color:
    """`color` with a `share` (0 to 1) of `target` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, target, strict=True))
    return red, green, blue


def corrected(color: Color, backgrounds: Iterable[Color], minimum: float) -> Color:
    """`color`, moved towards black or white just as far as standing out on every one of `backgrounds` needs."""
    grounds = tuple(backgrounds)
    target = max(WHITE, BLACK, key=lambda end: _least(end, grounds))
    for step in range(101):
        moved = mix(color, target, step / 100)
        if _least(moved, grounds) >= minimum:
            return moved
    return target


def ink_on(color: Color) -> Color:
    """White or black, whichever can be read on `color`; white where both can."""
    return WHITE if contrast(WHITE, color) >= TEXT else BLACK


def on_paper(color: Color) -> Color:
    """`color`, dark enough to be read on white."""
    return corrected(color, (WHITE,), TEXT)


def _least(color: Color, grounds: tuple[Color, ...]) -> float:
    return min(contrast(color, ground) for ground in grounds)


def _luminance(color: Color) -> float:
    channels = [value / 255 for value in color]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
