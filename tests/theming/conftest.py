"""Two agencies with their people, and pictures to upload."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from starline.core import db
from starline.identity import passwords
from tests.identity.conftest import Web
from tests.identity.factories import PASSWORD
from tests.identity.test_web_sign_in import sign_in
from tests.organizations.factories import HARBOR, SUMMIT, a_user, acting_for

Browser = Any


@pytest.fixture(scope="module")
def people(database: str) -> None:
    """An administrator and a caregiver at Harbor, an administrator at Summit."""
    for organization_id, slug in ((HARBOR, "harbor"), (SUMMIT, "summit")):
        with acting_for(organization_id, slug), db.transaction():
            for name, role in (("ada", "Administrator"), ("carla", "Caregiver")):
                a_user(name, role).password = passwords.hashed(PASSWORD)


@pytest.fixture
def browser(app: Any, people: None) -> Callable[..., Browser]:
    """A browser at an agency's address, signed in where a name is given."""

    def begin(slug: str, name: str | None = None) -> Browser:
        opened = Web(app).at(f"{slug}.localhost")
        if name:
            sign_in(opened, name)
        return opened

    return begin


def a_picture(kind: str = "PNG", size: tuple[int, int] = (600, 200), color: str = "#336699") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    out.seek(0)
    return out
