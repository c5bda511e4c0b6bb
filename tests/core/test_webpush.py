"""Web push: what a browser may send us, and what its push service gets from us."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from starline.core import clock, webpush
from starline.core.errors import Invalid, Unavailable
from starline.core.webpush import Notice, Subscription
from tests.notifications.push_service import A_SUBSCRIPTION, PushService

NOTICE = Notice("Harbor Home Care", "A visit is open.", "/my/offers", "offer:1", "en")


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService().serving() as answering:
        yield answering


def test_the_browser_alone_reads_what_was_sent(service: PushService) -> None:
    assert webpush.send(service.subscription, NOTICE, kept_for=timedelta(minutes=5), rules=service.rules)
    (got,) = service.heard
    assert service.opened(got) == {
        "title": "Harbor Home Care", "body": "A visit is open.", "url": "/my/offers", "tag": "offer:1", "language": "en"
    }  # fmt: skip
    assert b"Harbor" not in got.body and b"offers" not in got.body
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(
            got.body,
            private_key=ec.generate_private_key(webpush.CURVE),
            auth_secret=service.secret,
            version="aes128gcm",
        )


def test_the_service_learns_who_sends_and_how_long_it_is_worth_something(service: PushService) -> None:
    webpush.send(service.subscription, NOTICE, kept_for=timedelta(minutes=5), rules=service.rules)
    headers = service.heard[0].headers
    assert (headers["TTL"], headers["Urgency"], headers["Content-Encoding"]) == ("300", "high", "aes128gcm")
    scheme, _space, parts = headers["Authorization"].partition(" ")
    token, key = (one.strip().partition("=")[2] for one in parts.split(","))
    assert (scheme, key) == ("vapid", webpush.public_key())
    point = base64.urlsafe_b64decode(key + "=")
    who = ec.EllipticCurvePublicKey.from_encoded_point(webpush.CURVE, point)
    told = jwt.decode(token, who, algorithms=["ES256"], audience=service.origin)
    assert told["sub"] == "mailto:no-reply@starline.example"
    assert timedelta(0) < timedelta(seconds=told["exp"] - clock.now().timestamp()) <= timedelta(hours=24)


def test_one_that_follows_takes_the_place_of_the_one_before(service: PushService) -> None:
    for tag in ("offer:1", "offer:1", "offer:2"):
        webpush.send(service.subscription, Notice("", "", "/", tag, "en"), kept_for=timedelta(-1), rules=service.rules)
    topics = [one.headers["Topic"] for one in service.heard]
    assert topics[0] == topics[1] != topics[2] and all(len(one) <= 32 for one in topics)
    assert {one.headers["TTL"] for one in service.heard} == {"0"}


@pytest.mark.parametrize(("status", "is_there"), [(201, True), (200, True), (403, False), (404, False), (410, False)])
def test_who_isnt_there_any_more_is_told_apart(service: PushService, status: int, is_there: bool) -> None:
    service.statuses = [status]
    assert webpush.send(service.subscription, NOTICE, kept_for=timedelta(1), rules=service.rules) is is_there


@pytest.mark.parametrize(
    ("status", "refusal"), [(429, Unavailable), (503, Unavailable), (400, Invalid), (413, Invalid)]
)
def test_what_may_pass_is_tried_again_and_the_rest_is_not(
    service: PushService, status: int, refusal: type[Exception]
) -> None:
    service.statuses = [status]
    with pytest.raises(refusal):
        webpush.send(service.subscription, NOTICE, kept_for=timedelta(1), rules=service.rules)


def test_no_request_goes_to_a_machine_of_our_own_network(service: PushService) -> None:
    inside = Subscription("https://127.0.0.1/push", service.subscription.p256dh, service.subscription.auth)
    with pytest.raises(Invalid, match="not a public address"):
        webpush.send(inside, NOTICE, kept_for=timedelta(1))


def test_a_browsers_subscription_is_read_and_kept_whole() -> None:
    found = webpush.read_subscription(A_SUBSCRIPTION)
    assert (found.endpoint, found.auth) == (A_SUBSCRIPTION["endpoint"], A_SUBSCRIPTION["keys"]["auth"])
    assert Subscription.loaded(found.dumped()) == found


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "https://push.example/one",
        {},
        {**A_SUBSCRIPTION, "endpoint": "http://push.example/one"},
        {**A_SUBSCRIPTION, "endpoint": "https://"},
        {**A_SUBSCRIPTION, "endpoint": "https://[push"},
        {**A_SUBSCRIPTION, "endpoint": "https://push.example/" + "x" * 2_000},
        {**A_SUBSCRIPTION, "endpoint": 7},
        {**A_SUBSCRIPTION, "keys": None},
        {**A_SUBSCRIPTION, "keys": {**A_SUBSCRIPTION["keys"], "auth": "short"}},
        {**A_SUBSCRIPTION, "keys": {**A_SUBSCRIPTION["keys"], "auth": None}},
        {**A_SUBSCRIPTION, "keys": {**A_SUBSCRIPTION["keys"], "p256dh": "BCVx"}},
        {**A_SUBSCRIPTION, "keys": {**A_SUBSCRIPTION["keys"], "p256dh": "B" + "A" * 86}},
        {**A_SUBSCRIPTION, "keys": {**A_SUBSCRIPTION["keys"], "p256dh": "ö"}},
    ],
    ids=lambda sent: json.dumps(sent)[:60],
)
def test_what_is_no_subscription_is_refused_with_a_sentence(sent: Any) -> None:
    with pytest.raises(Invalid) as refused:
        webpush.read_subscription(sent)
    assert refused.value.errors["subscription"][0].startswith("Send the subscription of the browser")
