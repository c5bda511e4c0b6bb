"""What a file is, read from its content. The name is only asked whether it agrees.

Signatures are those of the formats' own specifications; of archives nothing is unpacked but the list of what is inside.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from starline.core.language import N_, _, gettext
from starline.core.problems import invalid

HEAD_BYTES = 4096
MOST_MEMBERS = 10_000
MOST_UNPACKED_BYTES = 1024 * 1024 * 1024
MOST_SWELLING = 100
"""How many times its size an archive may unpack to; office documents stay below thirty."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file that is taken. `suffixes`: the endings of names that agree with it, the usual one first."""

    media_type: str
    label: str
    suffixes: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


PDF = Kind("application/pdf", N_("PDF"), ("pdf",))
PNG = Kind("image/png", N_("PNG picture"), ("png",))
JPEG = Kind("image/jpeg", N_("JPEG picture"), ("jpg", "jpeg", "jpe"))
GIF = Kind("image/gif", N_("GIF picture"), ("gif",))
WEBP = Kind("image/webp", N_("WebP picture"), ("webp",))
HEIC = Kind("image/heic", N_("HEIC picture"), ("heic", "heif"))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", N_("Word document"), ("docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", N_("Excel workbook"), ("xlsx",))
ZIP = Kind("application/zip", N_("ZIP archive"), ("zip",))
TEXT = Kind("text/plain", N_("text"), ("txt", "csv", "log", "md"))
CSV = Kind("text/csv", N_("table"), ("csv",))

KINDS = (PDF, PNG, JPEG, GIF, WEBP, HEIC, DOCX, XLSX, ZIP, TEXT, CSV)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}
OF_SUFFIX = {suffix: kind for kind in (*KINDS[:-1], CSV) for suffix in kind.suffixes}
ACCEPTED = tuple(f".{suffix}" for suffix in OF_SUFFIX if suffix not in ("jpe", "log", "md"))
"""The endings that a file picker offers."""

MOST_LIST_BYTES = 4 * 1024 * 1024
LONGEST_END = 65_557
"""The end of a ZIP file: a record of 22 bytes and a comment of up to 65,535."""

BOMB = N_("This archive would unpack to far more than its size, as harmful ones do. It isn't taken.")
UNKNOWN = N_(
    "This kind of file isn't taken. Use a PDF, a picture (JPEG, PNG, WebP, GIF, HEIC), Word, Excel, CSV, text or ZIP"
    " file."
)
PROGRAMS: Mapping[bytes, str] = {
    b"MZ": N_("This is a program for Windows; programs aren't taken."),
    b"\x7fELF": N_("This is a program for Linux; programs aren't taken."),
    b"\xca\xfe\xba\xbe": N_("This is a program; programs aren't taken."),
    b"\xcf\xfa\xed\xfe": N_("This is a program for Mac; programs aren't taken."),
    b"#!": N_("This is a script; programs aren't taken."),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": N_("Old Office files can carry macros. Save it as .docx or .xlsx."),
}
MARKUP = (b"<svg", b"<html", b"<!doctype html", b"<script", b"<?xml", b"<body", b"<iframe")
BRANDS_OF_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def kind_of(content: BinaryIO, name: str) -> Kind:
    """The kind of `content`, whose name must agree with it. Raises `Invalid` with a sentence for what isn't taken."""
    content.seek(0)
    head = content.read(HEAD_BYTES)
    if not head:
        raise invalid("file", "The file is empty. Choose one that holds something.")
    found = sniff(head) or (_archive(content) if head.startswith(b"PK\x03\x04") else None)
    content.seek(0)
    if found is None:
        raise invalid("file", refusal_of(head))
    return _agreeing(found, name)


def sniff(head: bytes) -> Kind | None:
    """The kind that a file's first bytes tell; None for an archive, and for what isn't taken."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS_OF_HEIC:
        return HEIC
    if head.startswith(b"%PDF-"):
        return PDF
    return TEXT if is_text(head) else None


def is_text(head: bytes) -> bool:
    """Whether the bytes are plain words: no control characters, and no markup that a browser would run."""
    if head.startswith((b"PK\x03\x04", *PROGRAMS)) or is_markup(head):
        return False
    return not any(byte < 32 and byte not in (9, 10, 12, 13) for byte in head) and 127 not in head


def is_markup(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith(MARKUP) or b"<svg" in start or b"<script" in start


def refusal_of(head: bytes) -> str:
    """Why a file that begins so isn't taken, and what to do."""
    for signature, sentence in PROGRAMS.items():
        if head.startswith(signature):
            return gettext(sentence)
    if is_markup(head):
        return _("Web pages and SVG drawings can carry programs and aren't taken. Save it as a PDF or PNG.")
    return gettext(UNKNOWN)


def suffix_of(name: str) -> str:
    """The ending of a name in lower case, without its dot; empty where there is none."""
    _stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot else ""


def _agreeing(found: Kind, name: str) -> Kind:
    suffix = suffix_of(name)
    if suffix in found.suffixes:
        return CSV if suffix == "csv" else found
    claimed = OF_SUFFIX.get(suffix)
    if claimed is not None:
        raise invalid(
            "file",
            _(
                "The name says %(claimed)s, but the content is a %(found)s. Rename it to end in .%(suffix)s, or choose"
                " the right file.",
                claimed=gettext(claimed.label),
                found=gettext(found.label),
                suffix=found.suffixes[0],
            ),
        )
    facts = {"found": gettext(found.label), "suffix": found.suffixes[0]}
    raise invalid("file", _("The content is a %(found)s; let the name end in .%(suffix)s.", **facts))


def _archive(content: BinaryIO) -> Kind:
    """What kind of archive it is. Only its list of contents is read, and what would swell too far is refused."""
    _check_list(content)
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise invalid("file", "This archive is damaged. Make it anew and try again.") from None
    _check_swelling(members, content.seek(0, 2))
    names = {one.filename for one in members}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise invalid("file", "This document carries macros, which aren't taken. Save it without macros.")
    if "[Content_Types].xml" not in names:
        return ZIP
    return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else ZIP


def _check_list(content: BinaryIO) -> None:
    """Refuse an archive whose list of contents is itself made to fill the memory; those of over 4 GB have another."""
    size = content.seek(0, 2)
    content.seek(max(0, size - LONGEST_END))
    end = content.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 16:
        raise invalid("file", "This archive is damaged. Make it anew and try again.")
    list_bytes = int.from_bytes(end[at + 12 : at + 16], "little")
    if list_bytes > MOST_LIST_BYTES or end[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise invalid("file", BOMB)


def _check_swelling(members: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    unpacked = sum(one.file_size for one in members)
    is_bomb = unpacked > MOST_UNPACKED_BYTES or unpacked > MOST_SWELLING * max(packed_bytes, 10_240)
    if is_bomb or len(members) > MOST_MEMBERS:
        raise invalid("file", BOMB)
