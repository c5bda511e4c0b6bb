"""Harbor with nobody in it, for verbs; Harbor and Summit with people in them, for requests."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from starline.core import tenancy
from starline.organizations.models import Organization
from tests.identity.factories import HARBOR, SUMMIT, a_person, an_agency, committed


@pytest.fixture
def harbor(session: Any) -> Iterator[Organization]:
    """Acting for Harbor in a transaction that is rolled back."""
    with tenancy.acting(HARBOR, request_id="request-of-test"):
        yield an_agency(HARBOR, "harbor")


@dataclass(frozen=True)
class Web:
    """The application, asked as a person at one agency's host would ask it."""

    app: Any

    def at(self, host: str) -> Any:
        """A browser without cookies at the host."""
        client = self.app.test_client()
        client.environ_base["HTTP_HOST"] = host
        client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
        return client


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
