"""Answers without what differs from one request to the next."""

import re
from typing import Any

PER_REQUEST_HEADERS = frozenset(
    {
        "X-Request-ID",
        "Content-Security-Policy",
        "Set-Cookie",
        "Content-Length",
        "Date",
        "RateLimit-Remaining",
        "RateLimit-Reset",
    }
)
_PER_REQUEST = re.compile(
    r'nonce="[^"]+"|name="(?:csrf[-_]token|form_key)" (?:value|content)="[^"]*"|"(?:now|token)": "[^"]*"'
)


def plain(answer: Any, key: object) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers; the id that was asked for, and what belongs to the request alone, left out."""
    text = answer.get_data(as_text=True).replace(answer.headers.get("X-Request-ID") or "-", "REFERENCE")
    text = _PER_REQUEST.sub("", text).replace(str(key), "KEY")
    headers = {
        name: value.replace(str(key), "KEY") for name, value in answer.headers if name not in PER_REQUEST_HEADERS
    }
    return answer.status_code, text, headers
