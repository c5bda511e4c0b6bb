"""Writing the lists of an export as the person who asked, with what they may see at that moment."""

import io
from typing import Any

from flask_babel import gettext as _

from app.core.access import may
from app.core.jobs import as_person
from app.core.own_fields import tailored
from app.core.resource import Resource, registry
from app.core.sheets import content, every_field, every_record
from starline.core.db import session
from starline.core.errors import NotAllowed
from starline.exports import service
from starline.exports.models import Export


def offered() -> list[Resource]:
    """The lists that the viewer may take along, in the order of the navigation."""
    return [one for one in registry.values() if may("can_read", one) and may("can_export", one)]


def write_next(export_id: Any) -> None:
    """Write the next list. One that the person may no longer take along becomes an empty file without a heading."""
    one = session.get(Export, export_id, with_for_update=True, populate_existing=True)
    name = service.next_list(one) if one is not None and one.is_working else None
    if one is None or name is None:
        return
    with as_person(one.user_id) as viewer:
        if viewer is None or not viewer.can("export", "Exports"):
            raise NotAllowed(_("Whoever asked for this export may no longer have it."))
        resource = next((other for other in offered() if other.name == name), None)
        lines, rows = _written(tailored(resource), one.file_format) if resource else (b"", 0)
        service.add_part(one, io.BytesIO(lines), rows=rows)


def _written(resource: Resource, form: str) -> tuple[bytes, int]:
    fields = every_field(resource)
    records = list(every_record(resource, fields))
    return content(resource, fields, records, form, with_ids=True), len(records)
