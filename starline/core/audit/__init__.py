"""Who did and who saw what. Writes are caught by a trigger on every tenant table; reads are recorded here.

Rows are append-only for the runtime role and partitioned by month. Every minute the new ones are sealed into a chain
of blocks (`sealing`), whose heads are kept outside the database as well (`heads`), so that `verification` finds
whatever was changed behind the triggers. Sealing also notes which clients were seen (`sightings`). Of encrypted columns
the rows say only that they changed; what sealed texts said before lies beside them, sealed (`texts`).
"""

from starline.core.audit.models import AuditBlock, AuditEvent, AuditSighting, AuditText
from starline.core.audit.recording import (
    changes_of_request,
    deletions_of_request,
    history,
    record,
    record_read,
    writes_of_this_transaction,
)
from starline.core.audit.texts import told

__all__ = [
    "AuditBlock",
    "AuditEvent",
    "AuditSighting",
    "AuditText",
    "changes_of_request",
    "deletions_of_request",
    "history",
    "record",
    "record_read",
    "told",
    "writes_of_this_transaction",
]
