"""The visit that an address names, or what belongs to one."""

from typing import Any

from flask import request

from app.core.resource import registry
from app.core.security import required_viewer
from app.core.versions import check_version
from app.core.writing import find_row
from starline.core.db import session
from starline.core.errors import NotFound
from starline.core.identifiers import parse_uuid
from starline.scheduling.models import Visit
from starline.scheduling.own import reported_visit
from starline.staff.service import member_of


def visit_asked(pk: str) -> Visit:
    """The visit within the viewer's scope; locked where it is changed, and then as the caller says to have read it."""
    is_changed = request.method == "POST"
    found: Visit = find_row(registry["Visits"], pk, lock=is_changed)
    if is_changed:
        check_version(found)
    return found


def part_asked(name: str, pk: str) -> Any:
    """A row that belongs to a visit, held after it as by whatever changes such rows, and as the caller has read it."""
    found = find_row(registry[name], pk)
    session.refresh(found.visit, with_for_update={"of": Visit})
    session.refresh(found)
    check_version(found)
    return found


def visit_to_tell_of(pk: str) -> tuple[Visit, bool]:
    """The visit, and whether it is within the viewer's scope, so that its record may be answered.

    Beyond the scope it is one that was theirs as a caregiver: their phone may not know better.
    """
    try:
        return visit_asked(pk), True
    except NotFound:
        key, member = parse_uuid(pk), member_of(required_viewer().user_id)
        visit = reported_visit(member, key) if key is not None and member is not None else None
        if visit is None:
            raise
        return visit, False
