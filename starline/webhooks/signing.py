"""The signature by which a receiver knows that a request is ours, whole and new."""

import hashlib
import hmac
import secrets

HEADER = "Starline-Signature"
PREFIX = "whsec_"


def new_secret() -> str:
    """256 random bits, spelled so that a scanner of source code recognises them."""
    return PREFIX + secrets.token_urlsafe(32)


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value: the time in Unix seconds and, over time and body, HMAC-SHA-256 in hexadecimal digits."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
