"""Answers without what differs from one request to the next."""

import re
from typing import Any

PER_REQUEST_HEADERS = frozenset({"X-Request-ID", "Content-Security-Policy", "Set-Cookie", "Content-Length", "Date"})
_PER_REQUEST = re.compile(
    r'nonce="[^"]+"|(?:value|content)="[^"]{60,}"|"request_id":"[^"]+"|(?:reference|referencia) [\w.-]+'
)


def plain(answer: Any, key: object) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers; the id that was asked for, and what belongs to the request alone, left out."""
    # A number is an id only where one can stand: it occurs in dates and digests too.
    spelled = str(key) if "-" in str(key) else rf"(?:(?<=[/='.:\"])|(?<=%3A)|(?<=&#39;)){key}(?=[\"'/?&<)]|%29|%27|$)"
    text = re.sub(spelled, "KEY", _PER_REQUEST.sub("", answer.get_data(as_text=True)))
    headers = {name: re.sub(spelled, "KEY", value) for name, value in answer.headers if name not in PER_REQUEST_HEADERS}
    return answer.status_code, text, headers
