"""The ways from a record's page to its place in the audit trail, for those who may read that."""

from app.core.resource import Resource
from app.core.security import required_viewer
from starline.identity.models import RecordScope

READ_TRAIL = ("can_read", "Audit")


def trail_of(resource: Resource, pk: str) -> dict[str, str | None] | None:
    """Where the record's history stands and, of a client, who saw them; None for those who may not know."""
    viewer = required_viewer()
    if READ_TRAIL not in viewer.permissions or viewer.scope != RecordScope.ALL:
        return None
    return {
        "record_url": f"/audit/records/{resource.model.__tablename__}/{pk}",
        "viewers_url": f"/audit/clients/{pk}" if resource.client_column == "id" else None,
    }
