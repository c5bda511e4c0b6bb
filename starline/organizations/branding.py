"""The agency's brand: name, pictures and colours, saved together, taken back once, or given up for the plain look."""

from collections.abc import Mapping
from typing import Any

from starline.core import audit, storage
from starline.core.db import session
from starline.core.errors import Conflict, Invalid, Stale
from starline.core.language import _
from starline.core.problems import Problems
from starline.core.rows import assign
from starline.organizations import pictures
from starline.organizations.checks import check_place
from starline.organizations.models import OrganizationSettings
from starline.organizations.settings import settings_row

AREA = "brand"
"""Where the pictures lie; everything in it is public, because strangers see the sign-in page."""

COLORS = ("primary_color", "secondary_color", "theme_color")
PICTURES = tuple(pictures.KINDS)
FIELDS = ("display_name", *COLORS, *PICTURES)
LONGEST_NAME = 120


def defaults() -> dict[str, Any]:
    """The plain look that every agency begins with."""
    columns = OrganizationSettings.__table__.c
    return {name: columns[name].default.arg if columns[name].default else None for name in FIELDS}


def read_brand(row: OrganizationSettings | None = None) -> dict[str, Any]:
    """The brand as it is: every field, and `version` for the next change."""
    found = row or settings_row()
    return {**{name: getattr(found, name) for name in FIELDS}, "version": found.version}


def save_brand(
    values: Mapping[str, Any],
    *,
    uploads: Mapping[str, bytes],
    removed: frozenset[str] = frozenset(),
    version: int | None = None,
    by: int | None,
) -> OrganizationSettings:
    """Change name and colours, keep the `uploads` and take away the pictures that are `removed`.

    What was before can be taken back by `undo_brand`. Raises `Invalid` with everything that is wrong, `Stale` where
    `version` is not the newest.
    """
    row = _locked(version)
    changed = {**_checked(values), **dict.fromkeys(removed & set(PICTURES))}
    drawn = _drawn(uploads)
    for name, content in drawn.items():
        suffix = pictures.KINDS[name].suffix
        kind = "image/jpeg" if suffix == "jpg" else "image/png"
        changed[name] = storage.storage().put(storage.key_for(AREA, suffix), content, kind)
    return _change(row, changed, "brand:changed")


def reset_brand(*, version: int | None = None, by: int | None) -> OrganizationSettings:
    """Go back to the plain look; `undo_brand` brings the brand back."""
    return _change(_locked(version), defaults(), "brand:reset")


def undo_brand(*, version: int | None = None, by: int | None) -> OrganizationSettings:
    """Take the last change of the brand back; a second time brings it back. Raises `Conflict` where there was none."""
    row = _locked(version)
    if not row.previous_brand:
        raise Conflict("There is no earlier brand to go back to.")
    earlier = {name: row.previous_brand.get(name) for name in FIELDS}
    return _change(row, earlier, "brand:undone")


def _change(row: OrganizationSettings, values: Mapping[str, Any], action: str) -> OrganizationSettings:
    before = {name: getattr(row, name) for name in FIELDS}
    if {**before, **values} == before:
        return row
    assign(row, {**values, "previous_brand": before})
    session.flush()
    audit.record(action, "organization_settings", subject_id=str(row.id))
    return row


def _locked(version: int | None) -> OrganizationSettings:
    row: OrganizationSettings = session.query(OrganizationSettings).with_for_update().populate_existing().one()
    if version is not None and version != row.version:
        raise Stale("Somebody else changed the settings in the meantime. Load them again.")
    return row


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    problems = Problems()
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    for name in tidy.keys() - {"display_name", *COLORS}:
        problems.add(name, "There is no setting called this.")
    name = tidy.get("display_name") or ""
    if not isinstance(name, str) or len(name) > LONGEST_NAME or "\x00" in name:
        problems.add("display_name", _("Use at most %(most)d characters.", most=LONGEST_NAME))
    if "theme_color" in tidy:
        tidy["theme_color"] = tidy["theme_color"] or None
    check_place({key: value for key, value in tidy.items() if value is not None}, problems)
    problems.refuse()
    if "display_name" in tidy:
        tidy["display_name"] = tidy["display_name"] or None
    return tidy


def _drawn(uploads: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every picture drawn anew. Raises `Invalid` with what is wrong with each."""
    problems, drawn = Problems(), {}
    for name, content in uploads.items():
        try:
            drawn[name] = pictures.drawn_anew(name, content)
        except Invalid as refused:
            for sentence in refused.errors.get(name, [refused.message]):
                problems.add(name, sentence)
    problems.refuse()
    return drawn


def picture_path(key: str) -> str:
    """The path at which a picture of the brand is shown to everybody."""
    return f"/theme/pictures/{key.rpartition('/')[2]}"
