"""What becomes of a chosen colour, said in sentences: how well it can be read, and what is used where it can't."""

from dataclasses import dataclass

from app.core.brand import TOKENS
from app.theming.tokens import Shades, tokens
from starline.core.colors import HEX, TEXT, WHITE, Color, as_hex, contrast, parse
from starline.core.language import gettext as _

FALLBACK = "#3d4450"
"""Stands in while somebody is typing a colour."""


@dataclass(frozen=True)
class Swatch:
    """One colour: `ratio` is its contrast on white, `used` what text is written in."""

    label: str
    chosen: str
    ratio: str
    is_readable: bool
    sentence: str


def swatches(primary: str, secondary: str) -> list[Swatch]:
    """The two colours in the order of the form; what isn't a colour gets a sentence that says so."""
    given = [one if HEX.fullmatch(one) else None for one in (primary, secondary)]
    found = tokens(given[0] or FALLBACK, given[1] or FALLBACK)
    return [
        _swatch(_("Primary colour"), given[0], found.primary_light),
        _swatch(_("Secondary colour"), given[1], found.secondary_light),
    ]


def preview_url(primary: str, secondary: str) -> str:
    """The style sheet of the pictures of pages."""
    one, other = (text if HEX.fullmatch(text) else FALLBACK for text in (primary, secondary))
    return f"/theme/preview/{one[1:].lower()}-{other[1:].lower()}.css?v={TOKENS}"


def _swatch(label: str, chosen: str | None, shades: Shades) -> Swatch:
    if chosen is None:
        return Swatch(label, "", "", False, _("Write the colour like #0f7c6c."))
    ratio = contrast(parse(chosen), WHITE)
    return Swatch(label, chosen.lower(), f"{ratio:.1f} : 1", ratio >= TEXT, _sentence(parse(chosen), ratio, shades))


def _sentence(chosen: Color, ratio: float, shades: Shades) -> str:
    if shades.accent == chosen:
        return str(_("Reads well; text and buttons use it as it is."))
    used, fill = as_hex(shades.accent), as_hex(shades.fill)
    if ratio >= TEXT:
        return str(_("Reads well on white. On tinted ground text is a shade darker: %(used)s.", used=used))
    sentence = _("Too pale for text, which needs %(asked)s : 1. Text is written in %(used)s, buttons are %(fill)s.",
                 asked=TEXT, used=used, fill=fill)  # fmt: skip
    return str(sentence)
