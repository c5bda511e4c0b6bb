"""Pictures are drawn anew; nothing but what is seen stays in them."""

import io
import struct
import zlib

import pillow_heif
import pytest
from PIL import Image
from PIL.ExifTags import Base

from starline.core.errors import Invalid
from starline.files.kinds import GIF, HEIC, JPEG, PNG, WEBP
from starline.files.pictures import PHOTO_PIXELS, drawn_anew, square, thumbnail
from tests.files.samples import CAMERA, PLACE, photo_with_place, picture


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_place_camera_and_comment_are_gone_and_the_picture_stands_upright() -> None:
    sent = photo_with_place()
    assert PLACE in sent and CAMERA.encode() in sent and b"client's door" in sent
    kept, kind = drawn_anew(io.BytesIO(sent), JPEG)
    assert kind is JPEG and opened(kept).size == (20, 60)
    assert not opened(kept).getexif() and opened(kept).info.get("comment") is None
    for content in (kept, thumbnail(io.BytesIO(sent), JPEG), square(io.BytesIO(sent), JPEG)):
        assert PLACE not in content and CAMERA.encode() not in content and b"client's door" not in content
        assert b"Exif" not in content


@pytest.mark.parametrize(("kind", "name"), [(PNG, "PNG"), (WEBP, "WEBP")])
def test_other_formats_lose_their_hidden_words_too(kind: object, name: str) -> None:
    made, exif, out = Image.new("RGBA", (9, 9), (1, 2, 3, 90)), Image.Exif(), io.BytesIO()
    exif[Base.Make] = CAMERA
    made.save(out, name, exif=exif, xmp=b"<x:xmpmeta>hidden words</x:xmpmeta>")
    assert CAMERA.encode() in out.getvalue()
    kept, _kind = drawn_anew(out, kind)  # type: ignore[arg-type]
    assert CAMERA.encode() not in kept and b"hidden words" not in kept
    assert opened(kept).mode == "RGBA"


def test_a_picture_of_a_phone_becomes_one_that_browsers_show() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[Base.Make] = CAMERA
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "olive")).save(out, exif=exif.tobytes())
    kept, kind = drawn_anew(out, HEIC)
    assert kind is JPEG and opened(kept).format == "JPEG" and CAMERA.encode() not in kept


def test_a_moving_picture_keeps_its_first_frame() -> None:
    kept, kind = drawn_anew(io.BytesIO(picture("GIF")), GIF)
    assert kind is GIF and opened(kept).format == "GIF"


def test_a_photo_is_cut_to_a_square_and_a_thumbnail_is_small() -> None:
    wide = io.BytesIO(picture("JPEG", (1000, 400)))
    assert opened(square(wide, JPEG)).size == (PHOTO_PIXELS, PHOTO_PIXELS)
    assert opened(thumbnail(wide, JPEG)).size == (320, 128)


def _huge_png(width: int, height: int) -> bytes:
    """A few bytes that say they are a very large picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checked)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (40_000, 40_000)])
def test_a_picture_that_would_fill_the_memory_isnt_drawn(size: tuple[int, int]) -> None:
    for draw in (drawn_anew, square, thumbnail):
        with pytest.raises(Invalid, match="too many pixels"):
            draw(io.BytesIO(_huge_png(*size)), PNG)


def test_a_damaged_picture_is_refused_with_its_sentence() -> None:
    with pytest.raises(Invalid, match="damaged"):
        drawn_anew(io.BytesIO(picture("PNG")[:60]), PNG)
