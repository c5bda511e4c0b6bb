"""Where a request may be sent on to: a path of this site, however the wish was spelled."""

from urllib.parse import urlsplit


def local_path(text: str, otherwise: str = "/") -> str:
    """`text` if it is a path on this site, else `otherwise`: never another host, however it is spelled."""
    if not text.startswith("/") or text.startswith("//") or "\\" in text or any(ord(one) < 32 for one in text):
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else text
