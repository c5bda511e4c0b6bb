"""Requests to an address that a person typed reach public machines only, and exactly the one that was judged."""

import ast
import dataclasses
import datetime
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import settings
from starline.core import outbound
from starline.core.adapters.stand_in import NEARBY, answering
from starline.core.errors import Invalid, Unavailable
from starline.core.outbound import Rules, check, is_public, send
from tests.house_rules import sends

NAME = "hooks.example"


class Heard:
    """A server on this machine: what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str, bytes]] = []
        self.status, self.headers, self.body = 200, {}, b"fine"  # type: ignore[var-annotated]
        self.port = 0
        self.slow = ""
        self.has_ended = Event()

    @contextmanager
    def serving(self, context: ssl.SSLContext | None = None) -> Iterator["Heard"]:
        heard = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                heard.requests.append((self.command, self.path, self.headers["Host"], body))
                if heard.slow:
                    self.trickle()
                    return
                self.send_response(heard.status)
                for key, value in heard.headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(heard.body)

            def trickle(self) -> None:
                """A byte now and then, of the headers or of the body, until the other end has had enough."""
                self.send_response(200)
                if heard.slow == "body":
                    self.end_headers()
                self.flush_headers()
                self.close_connection = True
                with suppress(OSError):
                    while not heard.has_ended.wait(0.02):
                        self.wfile.write(b"x")

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        server = ThreadingHTTPServer(NEARBY, Handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_port
        with answering(server):
            try:
                yield self
            finally:
                self.has_ended.set()


def rules(port: int, scheme: str = "http", authorities: str | None = None) -> Rules:
    """Names lead to this machine, as if it were a public one."""
    return Rules(frozenset({scheme}), frozenset({port}), lambda address: True, _here, authorities)


def _here(host: str, port: int) -> list[outbound.IPAddress]:
    return [ipaddress.ip_address("127.0.0.1")]


def named(*answers: str) -> Callable[[str, int], list[outbound.IPAddress]]:
    return lambda host, port: [ipaddress.ip_address(one) for one in answers]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.0.1"),
        *("169.254.169.254", "169.254.170.2", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1"),
        *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:4136:e378::1"),
        "::127.0.0.1",
    ],
)
def test_no_request_goes_to_a_machine_that_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(Invalid) as refused:
        check(f"https://{NAME}/x", Rules(resolve=named(address)))
    assert "not a public address" in refused.value.errors["url"][0]


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:220:1::1", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"]
)
def test_public_machines_may_be_reached(address: str) -> None:
    assert check(f"https://{NAME}/x?y=1", Rules(resolve=named(address))).target == "/x?y=1"


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        *(("hooks.agency.example", True), ("HOOKS.agency.example", True), ("a.b.partner.example", True)),
        *(("agency.example", False), ("x.hooks.agency.example", False), ("partner.example", False)),
        *(("evilpartner.example", False), ("partner.example.evil.example", False)),
    ],
)
def test_a_deployment_that_names_whom_it_may_call_calls_nobody_else(
    monkeypatch: pytest.MonkeyPatch, host: str, is_allowed: bool
) -> None:
    named_hosts = dataclasses.replace(settings(), outbound_hosts=("hooks.agency.example", ".partner.example"))
    monkeypatch.setattr(outbound, "settings", lambda: named_hosts)
    rules = Rules(resolve=named("93.184.215.14"))
    if is_allowed:
        assert check(f"https://{host}/", rules).address == "93.184.215.14"
    else:
        with pytest.raises(Invalid, match="Nothing is sent to"):
            send(f"https://{host}/", rules=rules)


def test_one_hidden_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(Invalid):
        check(f"https://{NAME}/", Rules(resolve=named("93.184.215.14", "10.0.0.1")))


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://localhost/"),
        *("https://[::1]/", "https://[::ffff:7f00:1]/", "https://127.0.0.1:8443/"),
    ],
)
def test_odd_spellings_of_this_machine_are_seen_through(url: str) -> None:
    with pytest.raises(Invalid):
        check(url, Rules(schemes=frozenset({"http", "https"}), ports=frozenset({80, 443, 8443})))


@pytest.mark.parametrize(
    "url",
    [
        *("", "nothing", "https://", "https:///x", "file:///etc/passwd", "gopher://x/", "http://hooks.example/"),
        *("https://hooks.example:22/", "https://hooks.example:x/", "https://ada:word@hooks.example/"),
        *("https://hooks.example\\@evil.example/", "https://hooks.example/\r\nX: y", "https://hooks.example/ x"),
        *("https://hööks.example/", "https://hooks.example/" + "x" * 2_000, "https://[::1/"),
    ],
)
def test_what_is_no_plain_address_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(url, Rules(resolve=named("93.184.215.14")), name="address")
    assert refused.value.errors["address"][0].endswith(".")


def test_a_name_without_a_machine_is_told() -> None:
    def none(host: str, port: int) -> list[outbound.IPAddress]:
        raise OSError

    with pytest.raises(Invalid, match="no machine called"):
        check(f"https://{NAME}/", Rules(resolve=none))


def test_the_request_goes_to_the_judged_address_under_its_name() -> None:
    """The name server is asked once: a second, different answer is never heard."""
    asked = []

    def rebinding(host: str, port: int) -> list[outbound.IPAddress]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1")]

    with Heard().serving() as heard:
        allowed = Rules(frozenset({"http"}), frozenset({heard.port}), lambda address: True, rebinding)
        answer = send(f"http://{NAME}:{heard.port}/in?x=1", body=b"{}", headers={"host": "evil.example"}, rules=allowed)
    assert (answer.status, answer.body, asked) == (200, b"fine", [NAME])
    assert heard.requests == [("POST", "/in?x=1", f"{NAME}:{heard.port}", b"{}")]


def test_a_redirect_is_answered_and_not_followed() -> None:
    with Heard().serving() as heard:
        heard.status, heard.headers = 302, {"Location": f"http://{NAME}:{heard.port}/inner"}
        assert send(f"http://{NAME}:{heard.port}/", rules=rules(heard.port)).status == 302
    assert len(heard.requests) == 1


def test_a_long_answer_is_cut() -> None:
    with Heard().serving() as heard:
        heard.body = b"x" * (outbound.LARGEST_ANSWER * 2)
        answer = send(f"http://{NAME}:{heard.port}/", rules=rules(heard.port))
    assert len(answer.body) == outbound.LARGEST_ANSWER


def test_nothing_there_is_worth_another_attempt() -> None:
    with Heard().serving() as heard:
        port = heard.port
    with pytest.raises(Unavailable):
        send(f"http://{NAME}:{port}/", rules=rules(port))


@pytest.mark.parametrize("slow", ["headers", "body"])
@pytest.mark.parametrize("is_secret", [False, True])
def test_who_answers_a_byte_now_and_then_fails_like_who_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str, is_secret: bool
) -> None:
    monkeypatch.setattr(outbound, "LONGEST_ANSWER", 0.3)
    chain, context, scheme = certificate(NAME, tmp_path), None, "http"
    if is_secret:
        scheme, context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
    with Heard().serving(context) as heard:
        heard.slow = slow
        with pytest.raises(Unavailable):
            send(f"{scheme}://{NAME}:{heard.port}/", rules=rules(heard.port, scheme, str(chain)))
        assert len(heard.requests) == 1


@pytest.mark.parametrize(("certificate_for", "is_reached"), [(NAME, True), ("other.example", False)])
def test_the_certificate_must_be_of_the_name(tmp_path: Path, certificate_for: str, is_reached: bool) -> None:
    chain = certificate(certificate_for, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with Heard().serving(context) as heard:
        allowed = rules(heard.port, "https", str(chain))
        if is_reached:
            assert send(f"https://{NAME}:{heard.port}/", rules=allowed).status == 200
        else:
            with pytest.raises(Unavailable):
                send(f"https://{NAME}:{heard.port}/", rules=allowed)
    assert len(heard.requests) == is_reached


@pytest.mark.parametrize(
    "line", ["import urllib3", "from urllib import request", "from http.client import HTTPSConnection"]
)
def test_nothing_else_sends_requests(line: str) -> None:
    assert list(sends("starline/anything.py", ast.parse(line)))
    assert not list(sends("starline/anything.py", ast.parse("from urllib.parse import quote")))


def certificate(name: str, folder: Path) -> Path:
    """A key and its self-signed certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    kind = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
