"""Two agencies, and Harbor's administrator at the browser; Harbor has fields of its own."""

import pytest

from starline.core import db, tenancy
from starline.organizations.custom_fields import add_custom_field
from tests.contract.callers import Caller, by_cookie
from tests.isolation.cast import Cast


@pytest.fixture(scope="module")
def cast(cast: Cast) -> Cast:
    with tenancy.acting(cast.harbor.id), db.transaction():
        values = {"subject": "clients", "label": "Shirt size", "kind": "choice", "choices": ["Small", "Large"]}
        add_custom_field(values, by=None)
    return cast


@pytest.fixture(scope="module")
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])
