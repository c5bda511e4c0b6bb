"""Requests about clients, applicants, staff, files, imports and the brand."""

import io
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from PIL import Image

from starline.clients.models import Client, DuplicatePair
from starline.core import clock, db, storage, tenancy
from starline.core.db import session
from starline.files import keeping
from starline.files.service import AREA, store
from starline.files.vocabulary import FileCategory
from starline.organizations import branding
from starline.staff import applicants, hand_in
from starline.staff.vocabulary import ApplicantStage
from tests.clients.factories import a_referral
from tests.isolation.arguments import import_in
from tests.isolation.cast import Agency, Person
from tests.isolation.honest import Honest, Request
from tests.organizations.factories import a_client, a_credential_type, a_staff_member, branch_id

PLAIN = {"display_name": "Walked", "primary_color": "#0f7c6c", "secondary_color": "#c2410c"}
numbers = count(1)


def _text() -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"A plain text of a walk"), "walk.txt"


def _picture() -> tuple[io.BytesIO, str]:
    drawn = io.BytesIO()
    Image.new("RGB", (400, 400), "white").save(drawn, "PNG")
    return io.BytesIO(drawn.getvalue()), "walk.png"


def _change_status(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request({"pk": str(_new_client().id)}, {"to": "assessment"})


def _consequences(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request({"pk": str(_new_client().id)}, query={"to": "assessment"})


def _new_client() -> Client:
    return a_client(last_name=f"Walked{next(numbers)}")


def _referral(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        referral = a_referral(last_name=f"Walked{next(numbers)}")
        return Request({"pk": str(referral.id)}, {"birth_date": "1950-02-03"})


def _pair() -> DuplicatePair:
    both = (_new_client(), _new_client())
    session.query(DuplicatePair).filter(DuplicatePair.first_client_id.in_([one.id for one in both])).delete()
    first, second = sorted(one.id for one in both)
    pair = DuplicatePair(first_client_id=first, second_client_id=second, score=80)
    session.add(pair)
    session.flush()
    return pair


def _merge(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        pair = _pair()
        return Request({"pk": str(pair.id)}, {"kept": str(pair.first_client_id)})


def _merge_by_program(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        pair = _pair()
        return Request({"pk": str(pair.id)}, {"kept_client_id": str(pair.first_client_id), "take": []})


def _applicant(stage_now: ApplicantStage = ApplicantStage.APPLIED, **body: Any) -> Any:
    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            number = next(numbers)
            names = {
                "first_name": "Wanda",
                "last_name": f"Walked{number}",
                "position": "Home health aide",
                "discipline": "hha",
            }
            way = {"phone": "503-555-0144", "branch_id": branch_id(), "applied_on": clock.today()}
            applicant = applicants.take_in({**names, **way}, by=None)
            applicant.stage = stage_now
            return Request({"pk": str(applicant.id)}, body)

    return make


def _clearance(agency: Agency, person: Person) -> Request:
    return Request(query={"staff_member_id": agency.own["staff"]["id"]})


def _week(agency: Agency, person: Person) -> Request:
    since = clock.today() + timedelta(days=400 + next(numbers))
    return Request({"pk": agency.own["staff"]["id"]}, {"monday": "08:00-12:00", "valid_from": since.isoformat()})


def _exception(agency: Agency, person: Person) -> Request:
    day = clock.today() + timedelta(days=40 + next(numbers))
    return Request({"pk": agency.own["staff"]["id"]}, {"day": day.isoformat(), "hours": "08:00-12:00"})


def _add_file(agency: Agency, person: Person) -> Request:
    return Request({"table": "clients", "key": agency.parents["clients"]}, {"file": _text()}, is_form=True)


def _upload(agency: Agency, person: Person) -> Request:
    owner = {"owner": "clients", "owner_id": agency.parents["clients"]}
    return Request(body={**owner, "file": _text()}, is_form=True)


def _version(agency: Agency, person: Person) -> Request:
    return Request({"pk": agency.own["files"]["id"]}, {"file": _text()}, is_form=True)


def _of_a_file(*, is_held: bool = False, **body: str) -> Any:
    """A file of its own, on legal hold where it says so."""

    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            client = session.get_one(Client, UUID(agency.parents["clients"]))
            file = store(*_text(), owner=client, category=FileCategory.OTHER, by=person.user_id)
            if is_held:
                keeping.hold_file(file, reason="A walk of routes", by=person.user_id)
            return Request({"pk": str(file.id)}, body)

    return make


def _scanned(agency: Agency, person: Person) -> Request:
    """A credential that somebody has handed in with its scan."""
    with tenancy.acting(agency.id), db.transaction():
        member = a_staff_member(first_name=f"Scanned {next(numbers)}")
        kind = a_credential_type(name=f"Walked {next(numbers)}")
        values = {"credential_type_id": kind.id, "issued_on": clock.today()}
        credential = hand_in.hand_in(member, values, scan=_text(), by=person.user_id)
        return Request({"pk": str(credential.id)})


def _mapped(agency: Agency, person: Person) -> Request:
    return Request(import_in("mapping")(agency, person), {"column-0": "first_name"})


def _set_photo(agency: Agency, person: Person) -> Request:
    return Request({"table": "clients", "key": agency.parents["clients"]}, {"file": _picture()}, is_form=True)


def _photo(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        client = session.get_one(Client, UUID(agency.parents["clients"]))
        client.photo_file = storage.storage().put(storage.key_for(AREA, "jpg"), b"a photo", "image/jpeg")
    return Request({"table": "clients", "key": agency.parents["clients"]})


def _sheet(agency: Agency, person: Person) -> Request:
    content = io.BytesIO(b"First name,Last name,Birth date\nWanda,Walked,1950-02-03\n")
    return Request(body={"list_name": "Clients", "file": (content, "walk.csv")}, is_form=True)


def _brand(agency: Agency, person: Person) -> Request:
    return Request(body=PLAIN)


def _domain(agency: Agency, person: Person) -> Request:
    return Request(body={"domain": f"app.walked{next(numbers)}.com"})


def _brand_before(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        nothing: dict[str, Any] = {"uploads": {}, "removed": frozenset(), "version": None}
        branding.save_brand({**PLAIN, "display_name": f"Walked {next(numbers)}"}, **nothing, by=person.user_id)
    return Request()


def _brand_picture(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        key = storage.storage().put(storage.key_for(branding.AREA, "png"), b"a picture", "image/png")
        return Request({"name": key.rpartition("/")[2]})


HIRED = {"hired_on": "2026-01-05", "employment_type": "w2"}

HONEST: dict[tuple[str, str], Honest] = {
    ("StatusView.change", "POST"): Honest(_change_status),
    ("StatusApi.consequences", "GET"): Honest(_consequences),
    ("WinningView.client", "POST"): Honest(_referral),
    ("WinningApi.make_client", "POST"): Honest(_referral),
    ("MergeView.merge", "POST"): Honest(_merge),
    ("MergeApi.merge", "POST"): Honest(_merge_by_program),
    ("HiringView.move", "POST"): Honest(_applicant(stage="screening")),
    ("HiringView.reject", "POST"): Honest(_applicant(reason="withdrew")),
    ("HiringView.hire", "POST"): Honest(_applicant(ApplicantStage.OFFER, **HIRED)),
    ("HiringApi.move", "POST"): Honest(_applicant(stage="screening")),
    ("HiringApi.reject", "POST"): Honest(_applicant(reason="withdrew")),
    ("HiringApi.hire", "POST"): Honest(_applicant(ApplicantStage.OFFER, **HIRED)),
    ("ComplianceApi.clearance", "GET"): Honest(_clearance),
    ("WeekView.edit", "POST"): Honest(_week),
    ("WeekView.exception", "POST"): Honest(_exception),
    ("FileView.add", "POST"): Honest(_add_file),
    ("FileView.add_version", "POST"): Honest(_version),
    ("FileApi.upload", "POST"): Honest(_upload),
    ("FileApi.add_version", "POST"): Honest(_version),
    ("FileView.hold", "POST"): Honest(_of_a_file(reason="A walk of routes")),
    ("FileView.release", "POST"): Honest(_of_a_file(reason="A walk of routes", is_held=True)),
    ("FileApi.hold", "POST"): Honest(_of_a_file(reason="A walk of routes")),
    ("FileApi.release", "POST"): Honest(_of_a_file(reason="A walk of routes", is_held=True)),
    ("ScanView.scan", "GET"): Honest(_scanned),
    ("PhotoView.save", "POST"): Honest(_set_photo),
    ("PhotoView.show", "GET"): Honest(_photo),
    ("ImportView.upload", "POST"): Honest(_sheet),
    ("ImportView.set_columns", "POST"): Honest(_mapped),
    ("DomainView.ask", "POST"): Honest(_domain),
    ("BrandingView.save", "POST"): Honest(_brand),
    ("BrandingView.undo", "POST"): Honest(_brand_before),
    ("ThemeView.picture", "GET"): Honest(_brand_picture),
}
