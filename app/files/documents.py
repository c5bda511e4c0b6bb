"""The ready values that the templates of files draw: the documents of a record, a file's page, the trash."""

from typing import Any

from flask import render_template

from app.core.display import choice_label
from app.core.profile import current_profile
from app.core.related import label_of
from app.core.resource import Resource, registry
from app.core.security import required_viewer
from app.core.tabs import LAST, Record, Tab, add_tab
from starline.core import audit
from starline.core.db import User, session
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _
from starline.files import opening, service
from starline.files.kinds import ACCEPTED, BY_MEDIA_TYPE
from starline.files.models import FileVersion, StoredFile
from starline.files.owners import owner_named, owners
from starline.files.rules import size_label
from starline.files.vocabulary import FileCategory, FileStatus

TONES = {"clean": "good", "scanning": "info", "quarantined": "bad", "not_scanned": "plain"}
QUIET = frozenset({FileStatus.CLEAN})
"""What needs no word in a list: it is as it should be."""


def panel_of(record: Record) -> str:
    """The tab of a record's documents."""
    table = record.resource.model.__tablename__
    return render_template("files/panel.html", documents=documents_of(table, record.row))


def add_tabs() -> None:
    """Give the page of every record that takes files its tab of documents."""
    for owner in owners().values():
        tab = Tab("documents", "Documents", "files", panel_of, ("can_read", "Files"), count_of, place=LAST)
        add_tab(owner.permission, tab)


def count_of(record: Record) -> int:
    return len(service.files_of(record.row, required_viewer()))


def documents_of(table: str, row: Any) -> dict[str, Any]:
    """Everything that `files/panel.html` draws. The look at the list is audited."""
    viewer, address = required_viewer(), f"/files/of/{table}/{row.id}"
    files = service.files_of(row, viewer)
    newest = newest_versions(files)
    if files:
        clients = {file.client_id for file in files if file.client_id}
        audit.record_read(StoredFile.__tablename__, [file.id for file in files], clients)
    takes_photo = hasattr(row, "photo_file") and viewer.can("edit", owner_named(table).permission)
    return {
        "address": address,
        "back": f"{_record_url(table, row.id)}?tab=documents",
        "files": [line(file, newest.get(file.id), table) for file in files],
        "may_add": viewer.can("add", "Files"),
        "may_trash": viewer.can("delete", "Files"),
        "categories": [{"value": one.value, "label": choice_label(one.value)} for one in FileCategory],
        "category": "credential" if table == "credentials" else "other",
        "accepted": ",".join(ACCEPTED),
        "largest": size_label(service.allowance().largest_bytes),
        "photo": {"address": f"/photos/{table}/{row.id}", "is_there": bool(row.photo_file)} if takes_photo else None,
    }


def line(file: StoredFile, version: FileVersion | None, table: str = "") -> dict[str, Any]:
    """One file in a list."""
    display, known = current_profile().display, BY_MEDIA_TYPE.get(file.media_type)
    problem = opening.problem_of(version) if version else _("Nothing is kept here.")
    return {
        "id": str(file.id),
        "name": file.name,
        "url": f"/files/show/{file.id}",
        "open_url": f"/files/{file.id}/open" if version and not problem else None,
        "problem": problem,
        "is_image": file.is_image,
        "thumbnail_url": opening.thumbnail_link(version) if version else None,
        "icon": "photo" if file.is_image else "file-text",
        "kind": _(known.label) if known else file.media_type,
        "category": choice_label(file.category),
        "description": file.description,
        "size": size_label(file.size_bytes),
        "version": file.newest_version,
        "expires": file.expires_on.strftime(display.date_format) if file.expires_on else "",
        "status": None if file.status in QUIET else {"text": choice_label(file.status), "tone": TONES[file.status]},
        "is_held": file.is_held,
        "at": display.instant(file.created_on),
        "of": _(_title_of(file.owner_table)) if file.owner_table != table else None,
        "trash_url": f"/files/{file.id}/trash",
    }


def page_of_file(pk: str) -> dict[str, Any]:
    """What the page of a file shows beside its fields."""
    viewer = required_viewer()
    file = opening.find_file(parse_uuid(pk), viewer)
    versions = service.versions_of(file)
    people = names_of({one.created_by_fk for one in versions} | {file.held_by_id})
    display, address = current_profile().display, f"/files/{file.id}"
    return {
        **line(file, next((one for one in versions if one.number == file.newest_version), None)),
        "address": address,
        "owner_url": f"{_record_url(file.owner_table, file.owner_id)}?tab=documents",
        "owner": _owner_word(file),
        "facts": _facts(file),
        "versions": [_version(one, people, address) for one in versions],
        "hold": {
            "since": display.instant(file.held_at),
            "by": people.get(file.held_by_id or 0, _("The system")),
            "reason": file.hold_reason,
        }
        if file.held_at
        else None,
        "may_add": viewer.can("add", "Files"),
        "may_trash": viewer.can("delete", "Files") and not file.is_held,
        "may_hold": viewer.can("hold", "Files"),
        "accepted": ",".join(ACCEPTED),
    }


def trash_lines() -> list[dict[str, Any]]:
    """What the viewer's trash holds, newest first. The look at it is audited."""
    viewer, display = required_viewer(), current_profile().display
    files = opening.in_trash(viewer)
    people = names_of({file.trashed_by_id for file in files})
    if files:
        clients = {file.client_id for file in files if file.client_id}
        audit.record_read(StoredFile.__tablename__, [file.id for file in files], clients)
    return [
        {
            "name": file.name,
            "category": choice_label(file.category),
            "size": size_label(file.size_bytes),
            "of": _owner_word(file),
            "of_url": _record_url(file.owner_table, file.owner_id),
            "at": display.instant(file.trashed_at) if file.trashed_at else "",
            "by": people.get(file.trashed_by_id or 0, _("The system")),
            "restore_url": f"/files/{file.id}/restore",
        }
        for file in files
    ]


def newest_versions(files: list[StoredFile]) -> dict[Any, FileVersion]:
    """The newest version of each file, by the file's id."""
    query = session.query(FileVersion).filter(FileVersion.file_id.in_([file.id for file in files]))
    return {one.file_id: one for one in query.order_by(FileVersion.number)} if files else {}


def names_of(ids: set[int | None]) -> dict[int, str]:
    people = session.query(User).filter(User.id.in_([one for one in ids if one is not None]))
    return {one.id: one.get_full_name() for one in people}


def resource_of_table(table: str) -> Resource:
    """The resource whose records the table holds. Raises `NotFound` for one that takes no files."""
    return registry[owner_named(table).permission]


def _version(one: FileVersion, people: dict[int, str], address: str) -> dict[str, Any]:
    problem = opening.problem_of(one)
    status = {"text": choice_label(one.status), "tone": TONES[one.status]}
    return {
        "number": one.number,
        "name": one.name,
        "size": size_label(one.size_bytes),
        "at": current_profile().display.instant(one.created_on),
        "by": people.get(one.created_by_fk or 0, _("The system")),
        "note": one.note,
        "status": status,
        "problem": problem,
        "finding": one.finding,
        "sha256": one.sha256,
        "open_url": None if problem else f"{address}/open?version={one.number}",
        "download_url": None if problem else f"{address}/open?version={one.number}&download=1",
    }


def _facts(file: StoredFile) -> list[dict[str, Any]]:
    """What is known of the content, as the rows of a section."""
    known = BY_MEDIA_TYPE.get(file.media_type)
    status = {"kind": "pill", "text": choice_label(file.status), "tone": TONES[file.status]}
    return [
        {"label": _("Type"), "text": _(known.label) if known else file.media_type},
        {"label": _("Size"), "text": size_label(file.size_bytes)},
        {"label": _("Version"), "text": str(file.newest_version)},
        {"label": _("Scan"), **status},
    ]


def _owner_word(file: StoredFile) -> str:
    """The record's own name, or what it is where its name isn't for the viewer."""
    resource = resource_of_table(file.owner_table)
    return label_of(resource.model, file.owner_id) or _(resource.title)


def _title_of(table: str) -> str:
    return resource_of_table(table).title


def _record_url(table: str, key: Any) -> str:
    return f"/{resource_of_table(table).name}/show/{key}"
