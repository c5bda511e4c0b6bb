"""Small files of every kind that is taken, and of some that aren't."""

import io
import zipfile

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PLACE = b"41.8781 N"
CAMERA = "Camera of somebody"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A JPEG that tells where, when and with what it was taken, lying on its side."""
    made, exif = Image.new("RGB", (60, 20), "teal"), Image.Exif()
    exif[Base.Make], exif[Base.Orientation] = CAMERA, 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (41.0, 52.0, 41.16)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSAreaInformation] = PLACE
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif, comment=b"taken at the client's door")
    return out.getvalue()


def archive(*members: str, content: bytes = b"words", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for member in members:
            made.writestr(zipfile.ZipInfo(member), content, method)  # the same bytes at any time
    return out.getvalue()


def docx() -> bytes:
    return archive("[Content_Types].xml", "word/document.xml")


def bomb() -> bytes:
    """A small archive that would unpack to 200 MB."""
    return archive("zeros", content=bytes(200 * 1024 * 1024))


TAKEN = {
    "order.pdf": PDF,
    "card.png": picture("PNG"),
    "card.jpg": picture("JPEG"),
    "CARD.JPEG": picture("JPEG"),
    "card.gif": picture("GIF"),
    "card.webp": picture("WEBP"),
    "letter.docx": docx(),
    "hours.xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "scans.zip": archive("a.txt"),
    "notes.txt": "Zoë came at eight.\r\n".encode(),
    "hours.csv": b"name,hours\nRuth,4\n",
}
