"""Pictures are drawn anew: what else a picture file can hold (place, time, camera, hidden words) is left behind."""

import io
from collections.abc import Callable
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from starline.core.language import N_
from starline.core.problems import invalid
from starline.files.kinds import GIF, HEIC, JPEG, PNG, WEBP, Kind

MOST_PIXELS = 60_000_000
"""Above the cameras of phones, far below what a small file made to hurt unpacks to."""

TOO_MANY = N_("This picture has too many pixels. Make it smaller and try again.")
THUMBNAIL_PIXELS = (320, 320)
PHOTO_PIXELS = 480
FORMATS = {PNG: "PNG", JPEG: "JPEG", GIF: "GIF", WEBP: "WEBP", HEIC: "HEIF"}
WRITTEN = {PNG: PNG, JPEG: JPEG, GIF: GIF, WEBP: WEBP, HEIC: JPEG}
"""What a picture is written as: browsers don't show HEIC."""

pillow_heif.register_heif_opener(thumbnails=False)


def drawn_anew(content: BinaryIO, kind: Kind) -> tuple[bytes, Kind]:
    """The picture upright, without anything but its colours, and the kind it was written as."""
    written = WRITTEN[kind]
    return _written(content, kind, written, lambda picture: picture), written


def thumbnail(content: BinaryIO, kind: Kind) -> bytes:
    """A small JPEG of the picture."""

    def smaller(picture: Image.Image) -> Image.Image:
        picture.thumbnail(THUMBNAIL_PIXELS)
        return picture

    return _written(content, kind, JPEG, smaller)


def square(content: BinaryIO, kind: Kind) -> bytes:
    """The middle of the picture as a square JPEG, for a person's photo."""

    def cut(picture: Image.Image) -> Image.Image:
        # A face is rather in the upper half of a portrait.
        return ImageOps.fit(picture, (PHOTO_PIXELS, PHOTO_PIXELS), centering=(0.5, 0.4))

    return _written(content, kind, JPEG, cut)


def _written(content: BinaryIO, kind: Kind, target: Kind, change: Callable[[Image.Image], Image.Image]) -> bytes:
    content.seek(0)
    try:
        with Image.open(content, formats=(FORMATS[kind],)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise invalid("file", TOO_MANY)
            upright = ImageOps.exif_transpose(picture)
            return _saved(change(_colours(upright, target)), target)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise invalid("file", TOO_MANY) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise invalid("file", "This picture is damaged and can't be read. Try another copy of it.") from None


def _colours(picture: Image.Image, target: Kind) -> Image.Image:
    """A new picture with the same colours, white where it was see-through and the format can't be, and nothing else."""
    has_holes = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    seen = picture.convert("RGBA" if has_holes else "RGB")
    if has_holes and target is JPEG:
        clean = Image.new("RGB", seen.size, "white")
        clean.paste(seen, mask=seen.getchannel("A"))
        return clean
    clean = Image.new(seen.mode, seen.size)
    clean.paste(seen)
    return clean


def _saved(picture: Image.Image, target: Kind) -> bytes:
    out = io.BytesIO()
    options = {JPEG: {"quality": 88, "optimize": True}, WEBP: {"quality": 88}}.get(target, {})
    picture.save(out, FORMATS[target], **options)
    return out.getvalue()
