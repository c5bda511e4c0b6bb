"""Colours that can be read: an organisation's brand colour corrected to the contrast that WCAG 2.2 asks for (4.5:1)."""

import re

MINIMUM = 4.5
HEX = re.compile(r"#[0-9a-fA-F]{6}")
LIGHT, DARK = (255, 255, 255), (28, 31, 36)

Color = tuple[int, int, int]


def parse(text: str) -> Color:
    """`#0f7c6c` as red, green, blue from 0 to 255. Raises ValueError for anything else."""
    if not HEX.fullmatch(text):
        raise ValueError("A colour is written like #0f7c6c.")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: Color, background: Color) -> Color:
    """`color`, moved towards black or white just as far as reading it on `background` needs."""
    target = (0, 0, 0) if _luminance(background) > 0.5 else (255, 255, 255)
    for step in range(101):
        moved = _mix(color, target, step / 100)
        if contrast(moved, background) >= MINIMUM:
            return moved
    return target


def readable_on_paper(color: Color) -> Color:
    """`color`, dark enough to be read on white."""
    return readable(color, LIGHT)


def as_hex(color: Color) -> str:
    """`#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def style_sheet(primary: str) -> str:
    """The brand tokens for light and dark."""
    brand = readable(parse(primary), LIGHT)
    ink_on_dark = readable(parse(primary), DARK)
    pressed = _mix(brand, (0, 0, 0), 0.12)
    return (
        f":root{{--brand:{as_hex(brand)};--brand-ink:{as_hex(pressed)};--brand-rgb:{_triple(brand)}}}\n"
        f"[data-bs-theme=dark]{{--brand-ink:{as_hex(ink_on_dark)}}}\n"
        f"@media (prefers-color-scheme:dark){{[data-bs-theme=auto]{{--brand-ink:{as_hex(ink_on_dark)}}}}}\n"
    )


def _luminance(color: Color) -> float:
    channels = [value / 255 for value in color]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mix(color: Color, target: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, target, strict=True))
    return red, green, blue


def _triple(color: Color) -> str:
    return ",".join(map(str, color))
