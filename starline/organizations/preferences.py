"""Reading and changing what an agency decides for itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from starline.core import audit, clock, events, tenancy
from starline.core.db import Role, session
from starline.core.errors import Stale
from starline.core.language import _
from starline.core.official_numbers import tax_id_digits
from starline.core.problems import Problems
from starline.core.rows import assign
from starline.organizations import custom_fields
from starline.organizations.checks import check_features, check_mail, check_place, check_policy, check_tax_id
from starline.organizations.models import Organization, OrganizationSettings
from starline.organizations.settings import POLICIES, features, policy, settings_row

FILES = ("logo_file", "favicon_file", "login_background_file", "email_header_file")
PLAIN = (
    *("display_name", "primary_color", "secondary_color", "theme_color"),
    *("time_zone", "locale", "date_format", "currency"),
    *("email_from_name", "email_from_address", "email_reply_to"),
)
OPTIONAL = frozenset({"display_name", "theme_color", "email_from_name", "email_from_address", "email_reply_to"})
OF_THE_ORGANIZATION = ("id", "name", "slug", "custom_domain", "email_domain", "subscription_tier", "status")
LONGEST, ENDING = 120, 4


def read_settings() -> dict[str, Any]:
    """The organisation's settings with every default filled in, as JSON values; `version` is for the next change."""
    row, organization = settings_row(), own_organization()
    return {
        "organization": {name: _json(getattr(organization, name)) for name in OF_THE_ORGANIZATION},
        "tax_id": f"•••• {organization.tax_id_last4}" if organization.tax_id_last4 else None,
        **{name: getattr(row, name) for name in (*PLAIN, *FILES)},
        "features": features(row),
        **{name: policy(name, row) for name in POLICIES},
        "version": row.version,
    }


def update_settings(values: Mapping[str, Any], *, by: int | None, version: int | None = None) -> OrganizationSettings:
    """Change the settings named in `values`; features and policies are merged, name by name.

    Raises `Invalid` with everything that is wrong, `Stale` where `version` is not the newest.
    """
    row = session.query(OrganizationSettings).with_for_update().populate_existing().one()
    if version is not None and version != row.version:
        raise Stale(_("Somebody else changed the settings in the meantime. Load them again."))
    tidy: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    _check(tidy)
    assign(row, {name: tidy[name] or None if name in OPTIONAL else tidy[name] for name in PLAIN if name in tidy})
    for name in ("features", *POLICIES):
        if name in tidy:
            assign(row, {name: {**getattr(row, name), **tidy[name]}})
    if "tax_id" in tidy:
        _keep_tax_id(tidy["tax_id"])
        if not session.is_modified(row):
            _note_tax_id(row)
        row.changed_on = clock.now()  # and so has another version, though the number lies elsewhere
    session.flush()
    events.record("organization:settings_changed", row)
    return row


def own_organization() -> Organization:
    """The acting organisation's own row."""
    found: Organization = session.get_one(Organization, tenancy.current_organization_id())
    return found


def rename_role(name: str, new_name: str | None) -> None:
    """Keep what names roles in step, such as who must have a second factor: one got `new_name`, or is gone (None)."""
    custom_fields.rename_role(name, new_name)
    row = session.query(OrganizationSettings).with_for_update().populate_existing().one_or_none()
    listed = row.security_policy.get("mfa_roles") or [] if row is not None else []
    if row is None or name not in listed:
        return
    renamed = [new_name if one == name else one for one in listed]
    row.security_policy = {**row.security_policy, "mfa_roles": [one for one in renamed if one is not None]}
    session.flush()


def _keep_tax_id(text: str | None) -> None:
    organization = own_organization()
    digits = tax_id_digits(text) if text else None
    organization.tax_id = digits
    organization.tax_id_last4 = digits[-ENDING:] if digits else None


def _note_tax_id(row: OrganizationSettings) -> None:
    """Each version of the settings has its event, by which a late save finds what came before it."""
    audit.record("update", row.__tablename__, subject_id=str(row.id), changes={"tax_id": [None, None]})


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    for name in values.keys() - {*PLAIN, "tax_id", "features", *POLICIES}:
        problems.add(name, "There is no setting called this.")
    for name in ("features", *POLICIES):
        if name in values and not isinstance(values[name], Mapping):
            problems.add(name, "Give an object of names and values.")
    for name in PLAIN:
        _check_text(name, values, problems)
    problems.refuse()
    check_place(values, problems)
    check_mail(values, problems)
    check_tax_id(values, problems)
    check_features(values.get("features") or {}, problems)
    for name in POLICIES:
        check_policy(name, values.get(name) or {}, problems)
    problems.refuse()
    _check_roles((values.get("security_policy") or {}).get("mfa_roles") or (), problems)
    problems.refuse()


def _check_roles(names: Iterable[str], problems: Problems) -> None:
    """A misspelt role would demand a second factor of nobody."""
    known = sorted(session.scalars(select(Role.name))) if names else []
    for name in names:
        if name not in known:
            problems.add(
                "security_policy",
                _("There is no role called %(name)s. Choose from: %(known)s.", name=name, known=", ".join(known)),
            )


def _check_text(name: str, values: Mapping[str, Any], problems: Problems) -> None:
    value = values.get(name, "")
    longest = 254 if name in ("email_from_address", "email_reply_to") else LONGEST
    if value is None and name in OPTIONAL:
        return
    if not isinstance(value, str) or "\x00" in value:
        problems.add(name, "Give a text.")
    elif len(value) > longest:
        problems.add(name, _("Use at most %(most)d characters.", most=longest))


def _json(value: Any) -> Any:
    return value if isinstance(value, (int, bool, type(None))) else str(value)
