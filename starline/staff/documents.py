"""What of staff has documents. A credential and a training remember their newest scan, so that lists can tell."""

from typing import Any

from sqlalchemy import select

from starline.core import events
from starline.core.db import session
from starline.files.models import StoredFile
from starline.files.owners import takes_files
from starline.staff.models import Applicant, Credential, StaffMember, TrainingRecord

takes_files(StaffMember, permission="StaffMembers")
takes_files(Credential, permission="Credentials")
takes_files(TrainingRecord, permission="TrainingRecords")
takes_files(Applicant, permission="Applicants")

SCANNED: dict[str, Any] = {model.__tablename__: model for model in (Credential, TrainingRecord)}


@events.subscribe("file:stored")
@events.subscribe("file:trashed")
@events.subscribe("file:restored")
def remember_scan(file: Any) -> None:
    """Keep the id of the newest document of a credential or a training where its scan is looked for."""
    model = SCANNED.get(file.owner_table)
    if model is None:
        return
    of_record = (StoredFile.owner_table == file.owner_table, StoredFile.record_id == file.record_id)
    newest = select(StoredFile.id).where(*of_record, StoredFile.trashed_at.is_(None))
    found = session.scalar(newest.order_by(StoredFile.created_on.desc(), StoredFile.id.desc()).limit(1))
    session.get_one(model, file.record_id).file = str(found) if found else None
    session.flush()
