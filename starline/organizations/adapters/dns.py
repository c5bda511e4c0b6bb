"""The domain name system: which texts the owner of a domain has published under a name."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

import dns.exception
import dns.resolver

from starline.core.errors import Unavailable

SECONDS = 5.0


class NameServer(Protocol):
    """Whom to ask. Raises `Unavailable` where nobody answers; a name that doesn't exist has no texts."""

    def texts(self, name: str) -> list[str]: ...


class PublicNames:
    """The name servers that this machine uses."""

    def texts(self, name: str) -> list[str]:
        try:
            found = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError):
            raise Unavailable("No name server answers at the moment; try again in a few minutes.") from None
        return [b"".join(one.strings).decode(errors="replace") for one in found]


class PretendNames:
    """For tests: the texts by name. A name of `broken` is answered by nobody."""

    def __init__(self, published: Mapping[str, list[str]], broken: frozenset[str] = frozenset()) -> None:
        self.published, self.broken = published, broken

    def texts(self, name: str) -> list[str]:
        if name in self.broken:
            raise Unavailable("No name server answers at the moment; try again in a few minutes.")
        return list(self.published.get(name, []))


@lru_cache(maxsize=1)
def name_server() -> NameServer:
    """This process's way to ask."""
    return PublicNames()
