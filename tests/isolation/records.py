"""Rows of the tables that no form writes, for both agencies of the cast."""

import hashlib
from typing import Any
from uuid import UUID

from starline.clients.models import Client, ClientNote
from starline.core import audit, clock, db, storage, tenancy, webpush
from starline.core.db import session
from starline.core.identifiers import uuid7
from starline.core.schedules import JobRun
from starline.exports.models import Export, ExportState
from starline.files.models import FileVersion, StoredFile
from starline.identity.models import RecoveryCode, RememberedDevice, SecondFactor
from starline.identity.saved_views import DefaultView
from starline.imports.models import ImportRow
from starline.notifications import devices
from starline.notifications.service import notify_all
from starline.organizations.models import IdempotentRequest
from starline.scheduling import feeds
from starline.scheduling.models import VisitAct
from starline.staff.models import CredentialReminder
from tests.audit.trail import seal_everything
from tests.notifications.push_service import A_SUBSCRIPTION

CANARY = "Qz7canary"
"""A word that stands in Summit's rows alone."""


def keep_records(agency: Any, user_id: int) -> None:
    """A row in the tables that no form writes and nothing here has filled yet."""
    word, answered = "0" * 64, {"status": 200, "body": "an answer"}
    with tenancy.acting(agency.id), db.transaction():
        now = clock.now()
        session.add(SecondFactor(user_id=user_id, seed="JBSWY3DPEHPK3PXP"))
        session.add(RecoveryCode(user_id=user_id, code_hash=word))
        session.add(RememberedDevice(user_id=user_id, token_hash=word, expires_at=now))
        session.add(
            IdempotentRequest(organization_id=agency.id, key="a key", user_id=user_id, fingerprint=word, **answered)
        )
        session.add(JobRun(job="a job", due_at=now))
        holder = agency.people["Administrator"]
        phone = webpush.read_subscription(A_SUBSCRIPTION)
        devices.keep(phone, user_id=holder.user_id, session_id=UUID(holder.session_id))
        everybody = [user_id, *(one.user_id for one in agency.people.values())]
        notify_all(everybody, "walk", "Something of %(who)s.", link="/me", key="walk", who="somebody")
        view_id = UUID(agency.own["saved_views"]["id"])
        _keep_files(agency)
        _keep_export(agency)
        session.add(DefaultView(user_id=user_id, list_name="clients", view_id=view_id))
        credential_id = UUID(agency.own["credentials"]["id"])
        session.add(CredentialReminder(credential_id=credential_id, days=30, reminded_on=clock.today()))
        client_id = agency.parents["clients"]
        of_visit = {"visit_id": UUID(agency.own["visits"]["id"]), "client_id": UUID(client_id)}
        act = VisitAct(**of_visit, kind="note", happened_at=now, event_id=uuid7(), subject_id=uuid7())
        act.words = f"A note of {_name(agency)}'s"
        session.add(act)
        # What it said before is kept beside the trail.
        session.get_one(ClientNote, UUID(agency.own["client_notes"]["id"])).body = f"A later word of {_name(agency)}'s"
        feed = feeds.make({"client_id": UUID(client_id)}, by=None)
        agency.used_up["feeds"] = str(feed.address).rpartition("/")[2].removesuffix(".ics")
        row = ImportRow(import_id=UUID(agency.own["imports"]["id"]), number=2)
        row.cells = '["A cell"]'
        session.add(row)
        # A trigger repeats it where filters look for it.
        session.query(Client).filter_by(id=UUID(client_id)).one().custom = {"wish": "A word of a client's"}
        audit.record_read("clients", [client_id], [UUID(client_id)])
    seal_everything()


def _keep_files(agency: Any) -> None:
    """Content for the file within reach, and files to be thrown away and brought back."""
    content = f"A document of {_name(agency)}'s".encode()
    key = storage.storage().put(storage.key_for("documents", "txt"), content, "text/plain")
    sha256 = hashlib.sha256(content).hexdigest()
    facts = {"name": "words.txt", "media_type": "text/plain", "size_bytes": len(content), "sha256": sha256}
    session.add(FileVersion(file_id=UUID(agency.own["files"]["id"]), storage_key=key, **facts))
    owner = {"owner_table": "clients", "client_id": UUID(agency.parents["clients"])}
    for use in ("trash", "restore"):
        for way in ("View", "Api"):
            file = StoredFile(name=f"{use}.txt", **owner, trashed_at=clock.now() if use == "restore" else None)
            session.add(file)
            agency.used_up[f"File{way}.{use}"] = str(file.id)


def _keep_export(agency: Any) -> None:
    """An export that is ready; its one list lies beside the zip file still."""
    keep, content = storage.storage().put, f"All of {_name(agency)}".encode()
    part = {"list": "clients", "rows": 1, "key": keep(storage.key_for("exports", "csv"), content, "text/csv")}
    taken = Export(file_name="all.zip", user_id=agency.factory.user_id, list_names=["clients"], parts=[part])
    taken.storage_key = keep(storage.key_for("exports", "zip"), content, "application/zip")
    taken.state = ExportState.READY
    session.add(taken)
    session.flush()
    agency.used_up["exports"] = str(taken.id)


def _name(agency: Any) -> str:
    return CANARY if agency.host.startswith("summit") else "nobody"
