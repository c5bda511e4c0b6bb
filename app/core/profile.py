"""What a request needs to know of its organisation: name, brand, zone, features. Read once per version."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from flask import g, has_app_context
from sqlalchemy import text as sql

from app.core.display import Display
from starline.core import db, saying
from starline.identity.viewer import Viewer
from starline.organizations.settings import FEATURES


@dataclass(frozen=True)
class Profile:
    """An organisation as its screens show it."""

    organization_id: UUID | None = None
    version: int = -1
    name: str = "Starline"
    slug: str = ""
    logo_file: str | None = None
    favicon_file: str | None = None
    login_background_file: str | None = None
    primary_color: str = "#0f7c6c"
    secondary_color: str = "#c2410c"
    theme_color: str | None = None
    time_zone: str = "America/New_York"
    locale: str = "en"
    date_format: str = "MM/DD/YYYY"
    currency: str = "USD"
    week_start: str = "sunday"
    features: dict[str, bool] = field(default_factory=dict)

    def has_feature(self, name: str) -> bool:
        return self.features.get(name, FEATURES[name].default)

    @property
    def display(self) -> Display:
        return Display(self.date_format, self.time_zone, self.locale, self.currency, self.week_start)


_kept: dict[UUID, Profile] = {}


def current_profile() -> Profile:
    """The acting organisation's profile, or the platform's plain one; zone and language are those of who looks."""
    if "profile" not in g:
        g.profile = _for(g.get("viewer"), _load())
    profile: Profile = g.profile
    return profile


def date_format() -> str:
    """How days are written to whoever is answered."""
    return current_profile().date_format if has_app_context() else saying.USUAL_FORMAT


def _for(viewer: Viewer | None, profile: Profile) -> Profile:
    if viewer is None or viewer.organization_id != profile.organization_id:
        return profile
    return replace(profile, time_zone=viewer.time_zone, locale=viewer.locale)


def _load() -> Profile:
    tenant = g.get("tenant")
    if tenant is None:
        return Profile()
    viewer = g.get("viewer")
    known = _kept.get(tenant.id)
    if known is not None and viewer is not None and known.version == viewer.version:
        return known
    row = db.session.execute(sql(_QUERY), {"id": tenant.id}).mappings().first()
    if row is None:
        return Profile(tenant.id, name=tenant.name, slug=tenant.slug)
    profile = Profile(**row)
    _kept[tenant.id] = profile
    return profile


_QUERY = (
    "SELECT o.id AS organization_id, coalesce(v.value, 0) AS version, coalesce(s.display_name, o.name) AS name, o.slug,"
    " s.logo_file, s.favicon_file, s.login_background_file, s.primary_color, s.secondary_color, s.theme_color,"
    " s.time_zone, s.locale, s.date_format, s.currency, s.features,"
    " coalesce(s.scheduling_policy ->> 'week_start', 'sunday') AS week_start"
    " FROM organizations o JOIN organization_settings s ON s.organization_id = o.id"
    " LEFT JOIN organization_versions v ON v.organization_id = o.id WHERE o.id = :id"
)
