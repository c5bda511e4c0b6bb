"""Pictures of the brand: what is uploaded is drawn anew, and icons are made of the logo or of the initial.

A picture file can hold more than a picture: place, camera, a second file, a script. Only its pixels are kept.
"""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from config import ROOT
from starline.core.colors import WHITE, ink_on, parse
from starline.core.errors import Invalid
from starline.core.language import N_, _

LARGEST_BYTES = 4 * 1024 * 1024
LARGEST_PIXELS = 6_000
FORMATS = ("PNG", "JPEG", "WEBP")
FONT = ROOT / "app" / "static" / "vendor" / "inter-latin-600.woff2"


@dataclass(frozen=True, slots=True)
class Kind:
    """A picture of the brand: what it is called, the box in pixels that it is fitted into, how it is kept."""

    label: str
    box: tuple[int, int]
    smallest: tuple[int, int]
    suffix: str = "png"
    help: str = ""


KINDS = {
    "logo_file": Kind(
        N_("Logo"), (640, 200), (32, 16), help=N_("Wide or square, on a transparent ground if you have one.")
    ),
    "favicon_file": Kind(
        N_("Icon"), (512, 512), (48, 48), help=N_("Square: for the browser's tab and for telephones.")
    ),
    "login_background_file": Kind(
        N_("Sign-in background"), (1920, 1440), (640, 480), "jpg", N_("A photo; it lies beside the sign-in form.")
    ),
    "email_header_file": Kind(
        N_("E-mail header"), (1120, 320), (280, 40), help=N_("Stands at the top of e-mails instead of the logo.")
    ),
}


@dataclass(frozen=True, slots=True)
class IconKind:
    """An icon that browsers and telephones ask for. `margin` is the share of each side that is left free."""

    size: int
    margin: float = 0.0
    is_filled: bool = False


ICONS = {
    "favicon-32": IconKind(32),
    "icon-192": IconKind(192),
    "icon-512": IconKind(512),
    "maskable-512": IconKind(512, margin=0.18, is_filled=True),
    "apple-180": IconKind(180, margin=0.1, is_filled=True),
}
"""A maskable icon is cut to a circle of 80 % of its side by some telephones (W3C Web Application Manifest)."""


def drawn_anew(name: str, content: bytes) -> bytes:
    """An uploaded picture as the brand keeps it. Raises `Invalid` for the field `name` with what is wrong."""
    kind = KINDS[name]
    if len(content) > LARGEST_BYTES:
        raise _refused(name, _("The picture is larger than 4 MB; choose a smaller one."))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if max(picture.size) > LARGEST_PIXELS:
                raise _refused(name, _("The picture has more than 6,000 pixels on a side; choose a smaller one."))
            if picture.size[0] < kind.smallest[0] or picture.size[1] < kind.smallest[1]:
                width, height = kind.smallest
                sentence = _("The picture is too small: give at least %(width)d × %(height)d pixels.",
                             width=width, height=height)  # fmt: skip
                raise _refused(name, sentence)
            return _encoded(_upright(picture), kind)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise _refused(name, _("This is not a PNG, JPEG or WebP picture.")) from None


@lru_cache(maxsize=256)
def icon(name: str, source: bytes | None, initial: str, color: str) -> bytes:
    """An icon of `ICONS` as PNG, of a picture or, without one, of the initial on the colour."""
    kind = ICONS[name]
    if source is None:
        picture = _initial(kind, initial, color)
    else:
        with Image.open(io.BytesIO(source), formats=FORMATS) as opened:
            picture = _on_square(opened.convert("RGBA"), kind)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(picture)


def _encoded(picture: Image.Image, kind: Kind) -> bytes:
    out = io.BytesIO()
    if kind.suffix == "jpg":
        flat = Image.new("RGB", picture.size, WHITE)
        flat.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
        flat.thumbnail(kind.box, Image.Resampling.LANCZOS)
        flat.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    else:
        kept = Image.new("RGBA", picture.size)
        kept.paste(picture.convert("RGBA"))
        kept.thumbnail(kind.box, Image.Resampling.LANCZOS)
        kept.save(out, "PNG", optimize=True)
    return out.getvalue()


def _on_square(picture: Image.Image, kind: IconKind) -> Image.Image:
    """The picture in the middle of a square: on white where the telephone cuts a shape, else on nothing."""
    square = Image.new("RGBA", (kind.size, kind.size), (*WHITE, 255 if kind.is_filled else 0))
    room = round(kind.size * (1 - 2 * kind.margin))
    fitted = ImageOps.contain(picture, (room, room), Image.Resampling.LANCZOS)
    place = ((kind.size - fitted.width) // 2, (kind.size - fitted.height) // 2)
    square.alpha_composite(fitted, place)
    return square


def _initial(kind: IconKind, initial: str, color: str) -> Image.Image:
    """The first letter of the agency's name; drawn four times as large, for smooth edges."""
    side, ground = kind.size * 4, parse(color)
    square = Image.new("RGBA", (side, side), (*ground, 255 if kind.is_filled else 0))
    draw = ImageDraw.Draw(square)
    if not kind.is_filled:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=side * 0.22, fill=(*ground, 255))
    font = _font(round(side * 0.56 * (1 - 2 * kind.margin)))
    draw.text((side / 2, side / 2), initial or "·", font=font, fill=ink_on(ground), anchor="mm")
    return square.resize((kind.size, kind.size), Image.Resampling.LANCZOS)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(str(FONT), size) if FONT.exists() else ImageFont.load_default(size)


def _refused(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors={name: [sentence]})
