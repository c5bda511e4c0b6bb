"""AWS KMS as the master key. The encryption context names the organisation, so CloudTrail shows whose key was opened.

Credentials and region come from the machine's role or the usual AWS variables. moto stands in for it in tests.
"""

from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from starline.core.errors import Unavailable


class KmsMasterKey:
    """A KMS key. Rotating it in KMS needs nothing here: a wrapped key names the version that wrapped it."""

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id

    def wrap(self, key: bytes, context: str) -> bytes:
        """`key` wrapped for `context` (organization|purpose|number). Raises `Unavailable`."""
        answer = self._call("encrypt", Plaintext=key, EncryptionContext=_encryption_context(context))
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """The key that `wrap` was given for the same context. Raises `Unavailable`, also for another context."""
        answer = self._call("decrypt", CiphertextBlob=wrapped, EncryptionContext=_encryption_context(context))
        return bytes(answer["Plaintext"])

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(KeyId=self._key_id, **parameters)
        except (ClientError, BotoCoreError):
            raise Unavailable("The key service can't be reached, or it refused; try again in a minute.") from None
        return answer

    @cached_property
    def _client(self) -> Any:
        patience = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
        return boto3.client("kms", config=patience)


def _encryption_context(context: str) -> dict[str, str]:
    organization, purpose, number = context.split("|")
    return {"organization": organization, "purpose": purpose, "number": number}
