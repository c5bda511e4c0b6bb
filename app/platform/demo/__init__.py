"""The demo: two fictional agencies with clients, staff and sign-ins, the same ones every time.

Content depends on a fixed seed and on today's date only. Loading twice changes nothing; production refuses it.
"""

import starline.subscribers  # noqa: F401  (set-up needs what other domains add)
from app.platform.demo.agencies import HARBOR, PASSWORD, SUMMIT, forget_invitations, load_agency
from config import settings
from starline.core import clock, tenancy
from starline.core.db import User, session, transaction
from starline.core.errors import NotAllowed
from starline.identity import passwords
from starline.organizations.models import Organization
from starline.organizations.service import set_up_platform

OPERATOR_EMAIL = "operator@starline.example"


def load() -> bool:
    """Load what is missing; whether anything was. Raises `NotAllowed` in production."""
    if settings().is_production:
        raise NotAllowed("The demo isn't loaded in production: its sign-ins are public.")
    with tenancy.acting(tenancy.PLATFORM_ID, None, reason="Demo data"), transaction():
        if session.query(Organization.id).filter_by(slug=HARBOR.slug).first():
            return False
        # One hash for all: each would cost a quarter of a second of bcrypt, and the password is printed anyway.
        password_hash = passwords.hashed(PASSWORD)
        _load_platform(password_hash)
        for agency in (HARBOR, SUMMIT):
            load_agency(agency, password_hash)
        return True


def _load_platform(password_hash: str) -> None:
    if session.get(Organization, tenancy.PLATFORM_ID) is not None:
        return
    set_up_platform(
        {
            "administrator_email": OPERATOR_EMAIL,
            "administrator_first_name": "Robin",
            "administrator_last_name": "Castellan",
            "email_domain": "starline.example",
        }
    )
    with tenancy.acting(tenancy.PLATFORM_ID, None, reason="Demo data"):
        operator = session.query(User).filter_by(email=OPERATOR_EMAIL).one()
        operator.password, operator.password_changed_at = password_hash, clock.now()
        forget_invitations()
