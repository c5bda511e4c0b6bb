"""A browser and its push service on this machine: what was sent is kept, and opened with the browser's keys."""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from starline.core import outbound
from starline.core.webpush import CURVE, Subscription
from tests.webhooks.receiver import HOST, Heard, Receiver, rules

A_SUBSCRIPTION: dict[str, Any] = {
    "endpoint": "https://push.example/one",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
"""A browser's own words, with the keys of RFC 8291's example."""


@dataclass
class PushService(Receiver):
    """Answers 201, or what stands in `statuses`."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def rules(self) -> outbound.Rules:
        """What lets requests reach it."""
        return rules(self.port)

    @property
    def subscription(self) -> Subscription:
        return self.at("one")

    def at(self, name: str) -> Subscription:
        """What the browser would say of itself under another address."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(f"{self.origin}/{name}", _encoded(point), _encoded(self.secret))

    def opened(self, got: Heard) -> dict[str, Any]:
        """What the browser reads."""
        told = http_ece.decrypt(got.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return dict(json.loads(told))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
