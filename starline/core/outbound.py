"""The one door for requests to an address that a person typed: it leads to public machines only.

The name is resolved once, every address it has is judged, and the connection goes to one of those, so that a second
answer of the name server can't lead elsewhere. The certificate is checked for the name, and no redirect is followed.
Where the deployment names the machines that may be called, no other is.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from config import settings
from starline.core.errors import Invalid, Unavailable
from starline.core.language import _

TIMEOUT = urllib3.Timeout(connect=5, read=10)
LONGEST_ANSWER = 15.0
"""Seconds that the whole of an answer may take: who sends a byte now and then is never silent for as long as `TIMEOUT`,
and would keep a worker from everybody else's work."""

LARGEST_ANSWER = 256 * 1024
LONGEST_ADDRESS = 2_000
NAT64 = ipaddress.ip_network("64:ff9b::/96")
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: IPAddress) -> bool:
    """Whether an address is of a machine that anybody may reach, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped
        if address in NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if wrapped is not None:
            return is_public(wrapped)
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> list[IPAddress]:
    """Every address of a name. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found))


@dataclass(frozen=True, slots=True)
class Rules:
    """What an address may be. Other rules than these are for tests, which answer from this machine."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443, 8443})
    may_reach: Callable[[IPAddress], bool] = is_public
    resolve: Callable[[str, int], list[IPAddress]] = resolve
    authorities: str | None = None
    """A file of certificates to trust instead of the common ones."""


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request goes: the name for the certificate, and the address that was judged."""

    scheme: str
    host: str
    port: int
    target: str
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def check(url: str, rules: Rules = RULES, *, name: str = "url") -> Place:
    """Where `url` leads. Raises `Invalid` for the field `name` where no request may go there."""
    parts = _parts(url, rules, name)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if port not in rules.ports:
        raise _refused(
            name, _("The address may use the ports %(ports)s, not %(port)d.", ports=_listed(rules.ports), port=port)
        )
    if not _is_allowed(host):
        raise _refused(
            name, _("Nothing is sent to %(host)s from here: ask whoever runs this system to allow it.", host=host)
        )
    try:
        found = rules.resolve(host, port)
    except (OSError, UnicodeError, ValueError):
        found = []
    if not found:
        raise _refused(name, _("There is no machine called %(host)s: check the spelling of the address.", host=host))
    if not all(rules.may_reach(address) for address in found):
        sentence = _("%(host)s is not a public address: give one that can be reached from the internet.", host=host)
        raise _refused(name, sentence)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, target, str(found[0]))


def send(
    url: str, *, method: str = "POST", body: bytes = b"", headers: Mapping[str, str] | None = None, rules: Rules = RULES
) -> Answer:
    """One request and the first `LARGEST_ANSWER` bytes of its answer; a redirect is answered, not followed.

    Raises `Invalid` where no request may go there, `Unavailable` where nothing answers in time.
    """
    place = check(url, rules)
    given = {key: value for key, value in (headers or {}).items() if key.lower() not in OWN_HEADERS}
    is_usual = place.port == (443 if place.scheme == "https" else 80)
    named = f"[{place.host}]" if ":" in place.host else place.host
    given["Host"] = named if is_usual else f"{named}:{place.port}"
    try:
        with _pool(place, rules) as pool:
            answer = pool.urlopen(
                method, place.target, body=body or None, headers=given, redirect=False, retries=False,
                timeout=TIMEOUT, preload_content=False, decode_content=False,
            )  # fmt: skip
            try:
                return Answer(answer.status, answer.read(LARGEST_ANSWER), dict(answer.headers))
            finally:
                answer.close()
    except (urllib3.exceptions.HTTPError, OSError):
        raise Unavailable(_("%(host)s doesn't answer; it will be tried again later.", host=place.host)) from None


class _InTime(RawIOBase):
    """What a connection receives, each read within what is left of the time for the whole."""

    def __init__(self, received: RawIOBase, connection: socket.socket) -> None:
        self._received, self._connection = received, connection
        self._ends_at = time.monotonic() + LONGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(left, TIMEOUT.read_timeout or left))
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer that must have come, from its first line to its last byte, before the time for it is over."""

    def __init__(self, connection: socket.socket, *given: Any, **options: Any) -> None:
        super().__init__(connection, *given, **options)
        self.fp = BufferedReader(_InTime(self.fp.detach(), connection))


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


def _pool(place: Place, rules: Rules) -> urllib3.HTTPConnectionPool:
    """A connection to the judged address, which must show the certificate of the name."""
    pool: urllib3.HTTPConnectionPool
    if place.scheme == "http":
        pool = urllib3.HTTPConnectionPool(place.address, place.port)
        pool.ConnectionCls = _Connection
        return pool
    pool = urllib3.HTTPSConnectionPool(
        place.address,
        place.port,
        cert_reqs="CERT_REQUIRED",
        ca_certs=rules.authorities,
        server_hostname=place.host,
        assert_hostname=place.host,
    )
    pool.ConnectionCls = _SecureConnection
    return pool


def _parts(url: str, rules: Rules, name: str) -> SplitResult:
    """The address taken apart. Raises `Invalid`."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 # raises where it is no number
    except ValueError:
        raise _refused(name, _("This is not an address: it looks like https://example.com/path.")) from None
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" \\") and len(url) <= LONGEST_ADDRESS
    if not is_plain or not parts.hostname:
        raise _refused(name, _("This is not an address: it looks like https://example.com/path."))
    if parts.scheme not in rules.schemes:
        raise _refused(name, _("The address must begin with %(scheme)s://.", scheme=sorted(rules.schemes)[-1]))
    if parts.username is not None or parts.password is not None:
        raise _refused(name, _("The address may not hold a name or a password."))
    return parts


def _is_allowed(host: str) -> bool:
    """Whether the deployment's list names the host, or a domain of it by a leading dot; without a list all are."""
    hosts, asked = settings().outbound_hosts, host.rstrip(".").lower()
    return not hosts or any(asked == one or (one.startswith(".") and asked.endswith(one)) for one in hosts)


def _refused(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors={name: [sentence]}, code="address_refused")


def _listed(ports: frozenset[int]) -> str:
    return ", ".join(str(port) for port in sorted(ports))
