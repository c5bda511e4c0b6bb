"""Acting for Harbor, in a transaction that is rolled back; and a receiver on this machine."""

from collections.abc import Iterator

import pytest

from starline.core import outbound
from tests.clients.conftest import harbor
from tests.webhooks.receiver import Receiver, rules

__all__ = ["harbor", "receiver"]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server that answers 200 until told otherwise, at an address that passes for a public one."""
    with Receiver().serving() as one:
        monkeypatch.setattr(outbound, "RULES", rules(one.port))
        yield one
