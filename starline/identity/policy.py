"""The acting organisation's own rules for signing in."""

from typing import Any

from sqlalchemy import select

from starline.core.db import User, session
from starline.identity.rules import SecurityPolicy
from starline.organizations.models import OrganizationSettings


def policy() -> SecurityPolicy:
    """What the agency decided in its settings, with defaults for the rest."""
    chosen: dict[str, Any] | None = session.scalars(select(OrganizationSettings.security_policy)).first()
    return SecurityPolicy.of(chosen)


def must_have_second_factor(user: User) -> bool:
    """Whether one of the person's roles, or the agency for everybody, demands a second factor."""
    return policy().demands_second_factor((role.name, role.requires_second_factor) for role in user.roles)
