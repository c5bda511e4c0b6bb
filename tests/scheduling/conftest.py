"""Acting for Harbor in a transaction that is rolled back."""

from tests.clients.conftest import harbor

__all__ = ["harbor"]
