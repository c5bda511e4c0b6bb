"""Staff members and their credentials have documents; a credential remembers its newest scan."""

from typing import Any

from sqlalchemy import select

from starline.core import events
from starline.core.db import session
from starline.files.models import StoredFile
from starline.files.owners import takes_files
from starline.staff.models import Credential, StaffMember

takes_files(StaffMember, permission="StaffMembers")
takes_files(Credential, permission="Credentials")


@events.subscribe("file:stored")
@events.subscribe("file:trashed")
@events.subscribe("file:restored")
def remember_scan(file: Any) -> None:
    """Keep the id of the newest document of a credential where the credential's scan is looked for."""
    if file.owner_table != Credential.__tablename__:
        return
    of_credential = (StoredFile.owner_table == Credential.__tablename__, StoredFile.record_id == file.record_id)
    newest = select(StoredFile.id).where(*of_credential, StoredFile.trashed_at.is_(None))
    found = session.scalar(newest.order_by(StoredFile.created_on.desc(), StoredFile.id.desc()).limit(1))
    session.get_one(Credential, file.record_id).file = str(found) if found else None
    session.flush()
