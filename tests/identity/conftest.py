"""Harbor with nobody in it, for verbs; Harbor and Summit with people in them, for requests."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from starline.core import tenancy
from starline.organizations.models import Organization
from tests.identity.factories import HARBOR, SUMMIT, a_person, an_agency, committed


@pytest.fixture
def harbor(session: Any) -> Iterator[Organization]:
    """Acting for Harbor in a transaction that is rolled back."""
    with tenancy.acting(HARBOR, request_id="request-of-test"):
        yield an_agency(HARBOR, "harbor")


class Browser(FlaskClient):
    """Without cookies at first; stays at one host unless told otherwise."""

    host = "localhost"

    def open(self, *args: Any, **options: Any) -> Any:
        options.setdefault("base_url", f"http://{self.host}")
        return super().open(*args, **options)

    def session_transaction(self, *args: Any, **options: Any) -> Any:
        """The signed cookie, to look at or to change."""
        options.setdefault("base_url", f"http://{self.host}")
        return super().session_transaction(*args, **options)


@dataclass(frozen=True)
class Web:
    """The application, asked as a person at one agency's host would ask it."""

    app: Any

    def at(self, host: str) -> Browser:
        """A browser at the host, from an address that no other test fails from."""
        browser = Browser(self.app, self.app.response_class)
        browser.host = host
        browser.environ_base["REMOTE_ADDR"] = next(_addresses)
        return browser


_addresses = (f"203.0.{block}.{number}" for block in range(256) for number in range(1, 255))


@pytest.fixture
def web(app: Any, people: None) -> Web:
    return Web(app)


@pytest.fixture(scope="module")
def people(database: str) -> None:
    """Harbor and Summit, each with an administrator, a nurse and a caregiver, committed."""
    for organization_id, slug in ((HARBOR, "harbor"), (SUMMIT, "summit")):
        with committed(organization_id):
            an_agency(organization_id, slug)
            a_person("admin", "Administrator")
            a_person("nurse", "Nurse")
            a_person("caregiver", "Caregiver")
