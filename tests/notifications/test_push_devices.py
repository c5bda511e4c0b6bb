"""Which browsers show what somebody should know, and when they stop."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from starline.core import audit, outbound
from starline.core.db import session
from starline.core.errors import Unavailable
from starline.core.webpush import Notice
from starline.identity import sessions
from starline.identity.attempts import Origin
from starline.notifications import devices
from starline.notifications.models import PushDevice
from tests.notifications.push_service import PushService
from tests.organizations.factories import a_user

NOTICE = Notice("Harbor", "A visit is open.", "/my/offers", "offer:1", "en")
HOUR = timedelta(hours=1)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with PushService().serving() as answering:
        monkeypatch.setattr(outbound, "RULES", answering.rules)
        yield answering


def turned_on(person: Any, service: PushService, name: str = "one") -> Any:
    """The session in which the person turned it on."""
    opened = sessions.start(person, origin=Origin("web", "127.0.0.1", "A phone"), has_second_factor=False)
    devices.keep(service.at(name), user_id=person.id, session_id=opened.id)
    return opened


def test_a_person_is_told_on_each_of_their_devices_and_nobody_elses(harbor: Any, service: PushService) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    for person, name in ((ada, "phone"), (ada, "tablet"), (bo, "his")):
        turned_on(person, service, name)
    assert devices.push(ada.id, NOTICE, kept_for=HOUR) == 2
    assert sorted(one.path for one in service.heard) == ["/phone", "/tablet"]
    assert (devices.is_reached(ada.id), devices.is_reached(a_user("cy").id)) == (True, False)


def test_turned_on_twice_it_is_one_device_with_the_newest_keys(harbor: Any, service: PushService) -> None:
    ada = a_user("ada")
    turned_on(ada, service)
    service.secret = b"another secret.."
    turned_on(ada, service)
    assert devices.push(ada.id, NOTICE, kept_for=HOUR) == 1
    assert service.opened(service.heard[0])["body"] == "A visit is open."


def test_a_phone_that_changed_hands_tells_its_new_person(harbor: Any, service: PushService) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    turned_on(ada, service)
    turned_on(bo, service)
    assert (devices.push(ada.id, NOTICE, kept_for=HOUR), devices.push(bo.id, NOTICE, kept_for=HOUR)) == (0, 1)


def test_turned_off_by_its_person_alone_it_is_forgotten(harbor: Any, service: PushService) -> None:
    ada, bo = a_user("ada"), a_user("bo")
    turned_on(ada, service)
    devices.forget(service.subscription.endpoint, user_id=bo.id)
    devices.forget("https://push.example/unknown", user_id=ada.id)
    assert devices.is_reached(ada.id)
    devices.forget(service.subscription.endpoint, user_id=ada.id)
    assert not devices.is_reached(ada.id)


def test_a_session_that_is_ended_takes_its_device_along(harbor: Any, service: PushService) -> None:
    ada = a_user("ada")
    phone, tablet = turned_on(ada, service, "phone"), turned_on(ada, service, "tablet")
    sessions.end(phone.id, user_id=ada.id)
    assert devices.push(ada.id, NOTICE, kept_for=HOUR) == 1
    sessions.end_all(ada.id, reason=sessions.PASSWORD_CHANGED, but=tablet.id)
    assert devices.is_reached(ada.id)
    sessions.end_all(ada.id, reason=sessions.DISABLED)
    assert not devices.is_reached(ada.id)


def test_a_device_that_isnt_there_any_more_is_forgotten_and_the_others_are_told(
    harbor: Any, service: PushService
) -> None:
    ada = a_user("ada")
    turned_on(ada, service)
    service.statuses = [410]
    assert devices.push(ada.id, NOTICE, kept_for=HOUR) == 0
    assert not devices.is_reached(ada.id)
    turned_on(ada, service)
    service.statuses = [400]  # refused for good
    assert devices.push(ada.id, NOTICE, kept_for=HOUR) == 0 and not devices.is_reached(ada.id)


def test_a_service_that_is_down_is_asked_again_later(harbor: Any, service: PushService) -> None:
    ada = a_user("ada")
    turned_on(ada, service)
    service.statuses = [503]
    with pytest.raises(Unavailable):
        devices.push(ada.id, NOTICE, kept_for=HOUR)
    assert devices.is_reached(ada.id)


def test_somebody_with_ever_new_browsers_keeps_the_latest(harbor: Any, service: PushService) -> None:
    ada = a_user("ada")
    for number in range(devices.MOST_OF_ONE + 2):
        turned_on(ada, service, f"phone{number:02}")
    assert devices.push(ada.id, NOTICE, kept_for=HOUR) == devices.MOST_OF_ONE
    assert {"/phone00", "/phone01"}.isdisjoint(one.path for one in service.heard)


def test_an_address_is_neither_kept_nor_told_in_the_clear(harbor: Any, service: PushService) -> None:
    ada = a_user("ada")
    turned_on(ada, service, "a-secret-address")
    row = session.query(PushDevice).one()
    assert b"a-secret-address" not in bytes(row.subscription_encrypted)
    told = [str(one.changes) for one in audit.history("push_devices", row.id)]
    assert told and "a-secret-address" not in "".join(told)
