"""Acting for Harbor with one branch, files in a folder of the test's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from config import settings
from starline import subscribers
from starline.core.storage import storage
from starline.organizations.models import Organization
from tests.organizations.factories import HARBOR, acting_for

assert subscribers


@pytest.fixture
def harbor(session: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Organization]:
    monkeypatch.setenv("STARLINE_FILES_DIR", str(tmp_path / "files"))
    settings.cache_clear()
    storage.cache_clear()
    with acting_for(HARBOR, "harbor") as agency:
        yield agency
    monkeypatch.undo()
    settings.cache_clear()
    storage.cache_clear()
