"""Writing the lists of an export as the person who asked, with what they may see at that moment."""

import tempfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO, cast

import sqlalchemy as sa

from app.core.access import may
from app.core.jobs import as_person
from app.core.own_fields import tailored
from app.core.resource import Resource, registry
from app.core.sheets import every_field, every_record, write
from starline.core.db import session
from starline.exports import service
from starline.exports.models import Export
from starline.identity.models import RecordScope
from starline.identity.viewer import Viewer


def offered() -> list[Resource]:
    """The lists that the viewer may take along, in the order of the navigation."""
    return [one for one in registry.values() if may("can_read", one) and may("can_export", one)]


def reach_of(viewer: Viewer) -> dict[str, str | None]:
    """Which rows of its lists the person sees."""
    branch = viewer.branch_id if viewer.scope == RecordScope.BRANCH else None
    clients = _their_clients(viewer) if viewer.scope in (RecordScope.ASSIGNED, RecordScope.OWN) else None
    return {"scope": viewer.scope.value, "branch": str(branch) if branch else None, "clients": clients}


def _their_clients(viewer: Viewer) -> str:
    """What stands for the clients that somebody sees who sees some alone: another digest where they are others."""
    model = registry["Clients"].model
    own = sa.select(model.id).where(model.organization_id == viewer.organization_id, model.visible_to(viewer))
    return sha256(" ".join(sorted(map(str, session.scalars(own)))).encode()).hexdigest()


def sees_as_much(viewer: Viewer, one: Export) -> bool:
    """Whether the person sees what they saw when the lists were read. Who sees everything sees that too."""
    reach = reach_of(viewer)
    return viewer.scope == RecordScope.ALL or all(
        {name: part.get(name) for name in reach} == reach for part in one.parts
    )


def write_next(export_id: Any) -> None:
    """Write the next list. One that the person may no longer take along becomes an empty file without a heading.

    The list is read before the export's row is locked, so that nobody who throws it away has to wait for a long one.
    """
    one = service.get(export_id)
    if one is None or not one.is_working:
        return
    place, name = len(one.parts), one.list_names[len(one.parts)]
    with as_person(one.user_id) as viewer, tempfile.TemporaryFile() as content:
        if viewer is None or not viewer.can("export", "Exports"):
            service.remove(export_id)
            return
        resource = next((other for other in offered() if other.name == name), None)
        rows = _written(tailored(resource), one.file_format, content) if resource else 0
        content.seek(0)
        service.add_part(export_id, place, cast(BinaryIO, content), rows=rows, reach=reach_of(viewer))


def _written(resource: Resource, form: str, content: Any) -> int:
    """Write the list; how many rows it has."""
    fields, rows = every_field(resource), 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal rows
        for record in every_record(resource, fields):
            rows += 1
            yield record

    write(content, resource, fields, counted(), form, with_ids=True)
    return rows
