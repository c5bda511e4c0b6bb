"""The demo's documents: letters and cards of clients, scans of credentials, and drawn portraits."""

import io
from typing import Any

from PIL import Image, ImageDraw

from app.platform.demo.people import Fiction
from starline.clients.models import Client
from starline.clients.vocabulary import ClientStatus
from starline.core.db import session
from starline.files import keeping, photos, service
from starline.files.models import StoredFile
from starline.files.vocabulary import FileCategory
from starline.staff.models import Credential, StaffMember

LETTERS = (
    ("Consent to care.pdf", FileCategory.CONSENT, "Consent to care", "Signed at the first visit."),
    ("Physician order.pdf", FileCategory.PHYSICIAN_ORDER, "Order for home health aide services", None),
    ("Home safety assessment.pdf", FileCategory.ASSESSMENT, "Home safety assessment", "Rugs removed, grab bar wanted."),
    ("Advance directive.pdf", FileCategory.ADVANCE_DIRECTIVE, "Advance directive", None),
)
WITH_DOCUMENTS = 24
WITH_PORTRAITS = 16
TONES = ("#d9e7e2", "#e9dfd2", "#dfe3ee", "#eadfe6", "#e3e8d8")


def load_documents(fiction: Fiction, clients: list[Client], members: list[StaffMember], *, by: int) -> None:
    """Give some clients and staff members documents and portraits; one paper lies in the trash, one is on hold."""
    served = [one for one in clients if one.status is ClientStatus.ACTIVE]
    kept = [file for client in served[:WITH_DOCUMENTS] for file in _of_client(fiction, client, by)]
    if len(kept) > 2:
        keeping.hold_file(kept[0], reason="County audit of consents, until its report is there", by=by)
        keeping.trash_file(kept[-1], by=by)
    holders = members[: WITH_DOCUMENTS // 2]
    for member in holders:
        _of_member(member, by)
    for number, person in enumerate([*served[:WITH_PORTRAITS], *members[:WITH_PORTRAITS]]):
        photos.set_photo(person, io.BytesIO(_portrait(TONES[number % len(TONES)], number)), "portrait.png", by=by)


def _of_client(fiction: Fiction, client: Client, by: int) -> list[StoredFile]:
    chosen = sorted(fiction.random.sample(range(len(LETTERS)), 2))
    kept = []
    for name, category, title, description in (LETTERS[number] for number in chosen):
        content = io.BytesIO(_pdf(title, f"{client.first_name} {client.last_name}", f"Client {client.client_number}"))
        kept.append(_store(content, name, client, category, by, description=description))
    card = io.BytesIO(_card("Insurance card", f"{client.first_name} {client.last_name}"))
    kept.append(_store(card, "Insurance card.png", client, FileCategory.INSURANCE, by))
    return kept


def _of_member(member: StaffMember, by: int) -> None:
    title = io.BytesIO(_pdf("Employment agreement", str(member), member.position))
    _store(title, "Employment agreement.pdf", member, FileCategory.CONTRACT, by)
    credential = session.query(Credential).filter_by(staff_member_id=member.id).order_by(Credential.id).first()
    if credential is not None:
        scan = io.BytesIO(_card(str(credential.credential_type), str(member)))
        about = {"expires_on": credential.expires_on}
        _store(scan, f"{credential.credential_type}.png", credential, FileCategory.CREDENTIAL, by, **about)


def _store(content: io.BytesIO, name: str, owner: Any, category: FileCategory, by: int, **about: Any) -> StoredFile:
    return service.store(content, name, owner=owner, category=category, by=by, **about)


def _pdf(*lines: str) -> bytes:
    """One page of a letter, without the help of a library."""
    words = "".join(f"({_escaped(line)}) Tj T* " for line in (*lines, "", "This is a document of the demo."))
    text = f"BT /F1 14 Tf 72 700 Td 22 TL {words}ET".encode("latin-1", "replace")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(made))
    return made + head + table + tail


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _card(title: str, name: str) -> bytes:
    """Something like a card laid on a scanner."""
    made = Image.new("RGB", (860, 540), "#eef1f0")
    draw = ImageDraw.Draw(made)
    draw.rounded_rectangle((40, 40, 820, 500), 28, fill="white", outline="#b9c4c0", width=3)
    draw.rectangle((40, 90, 820, 150), fill="#0f7c6c")
    draw.text((70, 104), title, fill="white", font_size=30)
    draw.text((70, 200), name, fill="#1d1f23", font_size=34)
    draw.text((70, 420), "Specimen of the demo", fill="#62676f", font_size=22)
    return _png(made)


def _portrait(tone: str, number: int) -> bytes:
    """A drawn head and shoulders: nobody's face."""
    made = Image.new("RGB", (400, 400), tone)
    draw = ImageDraw.Draw(made)
    coat = ("#3f6f66", "#7a5a44", "#4a5f86", "#7d4f68", "#5d7044")[number % 5]
    skin = ("#f0d3bd", "#c99a78", "#8f6247", "#e6bfa0")[number % 4]
    hair = ("#4b4038", "#8b8d90", "#2b2622", "#c9c4bd")[number // 2 % 4]
    draw.ellipse((60, 270, 340, 560), fill=coat)
    draw.ellipse((125, 75, 275, 235), fill=hair)
    draw.ellipse((138, 100, 262, 262), fill=skin)
    return _png(made)


def _png(made: Image.Image) -> bytes:
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()
