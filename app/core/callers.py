"""Where a request comes from: the one place that tells the caller's address, which is counted, recorded and told."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import request

from config import Network, settings
from starline.identity.attempts import Origin

Address = IPv4Address | IPv6Address

WITH_PORT = re.compile(r"\[(?P<six>[0-9A-Fa-f:.]+)\](?::\d{1,5})?|(?P<four>[0-9.]+):\d{1,5}")
"""As some proxies write an entry of X-Forwarded-For."""


def caller_address() -> str | None:
    """The address of whoever sent this request, or None where the connection has none.

    It is the peer's, unless that is one of `STARLINE_TRUSTED_PROXIES`. Behind those it is the rightmost entry of
    X-Forwarded-For that isn't a trusted proxy: what stands left of it is the caller's own word. An entry that is no
    address ends the search, and the proxy that handed it on stands for the caller, since what stands further left may
    be made up. Nobody gets a count of their own by sending nonsense; all who do share that of the proxy.
    """
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    return _caller(request.remote_addr, entries, settings().trusted_proxies)


def origin_of_request(channel: str) -> Origin:
    """The address and the device of this request, which came by `channel`."""
    return Origin(channel=channel, address=caller_address(), device=request.user_agent.string or None)


def _caller(peer: str | None, entries: list[str], trusted: tuple[Network, ...]) -> str | None:
    found = _read(peer or "")
    if found is None:
        return peer or None
    for entry in reversed(entries):
        further = _read(entry) if _is_among(found, trusted) else None
        if further is None:
            break
        found = further
    return str(found)


def _read(text: str) -> Address | None:
    """The address that is meant, without port and zone; IPv4 as such, also where it is written as IPv6."""
    text = text.strip()
    written = WITH_PORT.fullmatch(text)
    try:
        found = ip_address((written["six"] or written["four"]) if written else text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_among(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
