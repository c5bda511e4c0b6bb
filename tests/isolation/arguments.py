"""What stands in the addresses of routes beyond the declared resources: an agency's own rows, for a person of its."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from starline.core import db, storage, tenancy
from starline.exports.models import Export
from starline.identity import support
from starline.imports.models import Import
from starline.notifications.service import newest, notify
from tests.isolation.cast import Agency, Person

Arguments = dict[str, Any]


def session(agency: Agency, person: Person) -> Arguments:
    return {"session_id": person.session_id}


def organization(agency: Agency, person: Person) -> Arguments:
    return {"pk": str(agency.id)}


def role(agency: Agency, person: Person) -> Arguments:
    """A role of the agency's that may be changed."""
    with tenancy.acting(agency.id), db.transaction():
        return {"pk": db.session.query(db.Role.id).filter_by(template="Scheduler").scalar()}


def field(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.own["custom_fields"]["id"]}


def import_in(state: str) -> Callable[[Agency, Person], Arguments]:
    """An import in the state; Summit's is the one it has."""

    def find(agency: Agency, person: Person) -> Arguments:
        if agency.host.startswith("summit"):
            return {"pk": agency.own["imports"]["id"]}
        with tenancy.acting(agency.id), db.transaction():
            one = Import(list_name="Clients", file_name="walk.csv", user_id=person.user_id, state=state)
            one.headers, one.mapping = ["First name"], {"0": "first_name"}
            db.session.add(one)
            db.session.flush()
            return {"pk": str(one.id)}

    return find


def export_in(state: str) -> Callable[[Agency, Person], Arguments]:
    """An export of the asker's own agency, in the state; Summit's is the one it has."""

    def find(agency: Agency, person: Person) -> Arguments:
        if agency.host.startswith("summit"):
            return {"pk": agency.used_up["exports"]}
        with tenancy.acting(agency.id), db.transaction():
            content = _archive()
            key = storage.storage().put(storage.key_for("exports", "zip"), content, "application/zip")
            facts = {"storage_key": key, "size_bytes": len(content)} if state == "ready" else {}
            one = Export(file_name="walk.zip", user_id=person.user_id, state=state, list_names=["clients"], **facts)
            db.session.add(one)
            db.session.flush()
            return {"pk": str(one.id)}

    return find


def client(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.parents["clients"]}


def feed(agency: Agency, person: Person) -> Arguments:
    """The secret of a calendar address of Harbor's. Whoever knows one of Summit's may read it there, so nobody does;
    tests/scheduling/test_feeds_over_http.py asks for one at another agency's address."""
    return {"secret": "x" * 43 if agency.host.startswith("summit") else agency.used_up["feeds"]}


def visit(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.own["visits"]["id"]}


def record(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.parents["clients"], "subject": "clients"}


def ticket(agency: Agency, person: Person) -> Arguments:
    """A signed address of a file of the agency's, made for the person."""
    with tenancy.acting(agency.id, person.user_id), db.transaction():
        key = storage.storage().put(storage.key_for("photos", "png"), b"a photo of Qz7canary's", "image/png")
        return {"token": storage.sign(key, 60)}


def notification(agency: Agency, person: Person) -> Arguments:
    """Something that the person was told."""
    with tenancy.acting(agency.id), db.transaction():
        if not newest(person.user_id):
            notify(person.user_id, "walk", "Walked by %(who)s.", link="/me", who=person.host)
        return {"pk": (newest(person.user_id) or newest(agency.people["Administrator"].user_id))[0].id}


def staff(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.parents["staff_members"]}


def row(name: str) -> Callable[[Agency, Person], Arguments]:
    """A row of the resource that lies within everybody's reach."""
    return lambda agency, person: {"pk": agency.own[name]["id"]}


def anything(name: str) -> Callable[[Agency, Person], Arguments]:
    return lambda agency, person: {name: "x" * 43}


def access(agency: Agency, person: Person) -> Arguments:
    """A support access to the agency: one that runs, where the agency is there to be used up."""
    if "support_accesses" in agency.own:
        return {"pk": str(agency.id), "access": agency.own["support_accesses"]["id"]}
    with tenancy.acting(agency.id), db.transaction():
        asked = support.SupportAccess(operator_number=person.user_id, operator_name="Op", reason="A walk of routes")
        db.session.add(asked)
        db.session.flush()
        support.approve(asked, by=None)
        return {"pk": str(agency.id), "access": str(asked.id)}


def file(agency: Agency, person: Person) -> Arguments:
    """A file of the agency's, within everybody's reach."""
    return {"pk": agency.own["files"]["id"]}


def used_up(endpoint: str) -> Callable[[Agency, Person], Arguments]:
    """A row that this route alone uses up."""
    return lambda agency, person: {"pk": agency.used_up[endpoint]}


def owner(agency: Agency, person: Person) -> Arguments:
    """The record that a file may belong to."""
    return {"key": agency.parents["clients"], "table": "clients"}


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("clients.csv", "Last name\nWalker\n")
    return packed.getvalue()
