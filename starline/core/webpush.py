"""Web push: a few words handed to the push service of a browser, which shows them with every page closed.

RFC 8030 is the sending, RFC 8291 the sealing (the service can't read the words), RFC 8292 says who sends. Like a text,
a push never holds health information: it lies on a screen that others see.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import http_ece
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config import settings
from starline.core import clock, outbound
from starline.core.errors import Invalid, Unavailable
from starline.core.language import gettext as _
from starline.core.problems import invalid

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points the curve has (FIPS 186-4, D.1.2.3): a private key is a number from 1 to one less."""

GONE = frozenset({403, 404, 410})
"""Nobody is there any more; 403 also where it was subscribed under another key of ours."""
WORTH_REPEATING = frozenset({408, 425, 429})
SIGNED_FOR = timedelta(hours=12)
AUTH_BYTES = 16


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is reached, and the keys of the browser that words to it are sealed under (base64url)."""

    endpoint: str
    p256dh: str
    auth: str

    def dumped(self) -> str:
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def loaded(cls, dumped: str) -> "Subscription":
        return cls(**orjson.loads(dumped))


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown, and the path of this site that it leads to. A later one with the same `tag` takes its place."""

    title: str
    body: str
    url: str
    tag: str
    language: str


def public_key() -> str:
    """Our side of a subscription, as browsers want it (`applicationServerKey`, base64url)."""
    point = _key(settings().secret_key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _encoded(point)


def read_subscription(sent: Any) -> Subscription:
    """A browser's `PushSubscription` as JSON. Raises `Invalid`, naming what is wrong in it."""
    given: Mapping[str, Any] = sent if isinstance(sent, dict) else {}
    endpoint, keys = given.get("endpoint"), given.get("keys")
    parts = _split(endpoint) if isinstance(endpoint, str) else None
    if parts is None or parts.scheme not in outbound.RULES.schemes or not parts.hostname:
        raise invalid("subscription", _("Send the subscription of the browser: its endpoint begins with https://."))
    named: Mapping[str, Any] = keys if isinstance(keys, dict) else {}
    found = Subscription(str(endpoint), str(named.get("p256dh")), str(named.get("auth")))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _decoded(found.p256dh))
        is_whole = len(_decoded(found.auth)) == AUTH_BYTES
    except (ValueError, binascii.Error):
        is_whole = False
    if not is_whole:
        raise invalid("subscription", _("Send the subscription of the browser with its keys p256dh and auth."))
    return found


def send(to: Subscription, notice: Notice, *, kept_for: timedelta, rules: outbound.Rules = outbound.RULES) -> bool:
    """Hand one notice to the browser's push service, which keeps it for so long; False where nobody is there any more.

    Raises `Unavailable` where another attempt may succeed, `Invalid` where the service refused it for good.
    """
    headers = {
        "Authorization": f"vapid t={_signed(to.endpoint)}, k={public_key()}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, int(kept_for.total_seconds()))),
        "Topic": _encoded(hashlib.sha256(notice.tag.encode()).digest()[:24]),
        "Urgency": "high",
    }
    status = outbound.send(to.endpoint, body=_sealed(to, notice), headers=headers, rules=rules).status
    if status in GONE:
        return False
    if status >= 500 or status in WORTH_REPEATING:
        raise Unavailable(_("The push service answered %(status)d; it will be tried again later.", status=status))
    if status >= 300:
        raise Invalid(_("The push service refused with status %(status)d.", status=status), code="push_refused")
    return True


def _sealed(to: Subscription, notice: Notice) -> bytes:
    """The notice as only that browser can read it."""
    sealed: bytes = http_ece.encrypt(
        orjson.dumps(asdict(notice)),
        private_key=ec.generate_private_key(CURVE),
        dh=_decoded(to.p256dh),
        auth_secret=_decoded(to.auth),
        version="aes128gcm",
    )
    return sealed


def _signed(endpoint: str) -> str:
    """Who we are, for this push service and a few hours (VAPID)."""
    parts = urlsplit(endpoint)
    told = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((clock.now() + SIGNED_FOR).timestamp()),
        "sub": f"mailto:{parseaddr(settings().mail_from)[1]}",
    }
    return jwt.encode(told, _key(settings().secret_key), algorithm="ES256")


@lru_cache(maxsize=2)
def _key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The key of this installation, the same in all of its processes because it follows from the secret they share."""
    seed = HKDF(SHA256(), length=48, salt=None, info=b"starline web push").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, CURVE)


def _split(url: str) -> Any:
    try:
        return urlsplit(url) if len(url) <= outbound.LONGEST_ADDRESS and url.isascii() else None
    except ValueError:
        return None


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Raises `ValueError`."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
