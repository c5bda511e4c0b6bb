"""The palette finds what the person may open and do, and nothing else. `benchmarks/palette.py` measures how fast."""

from typing import Any

import pytest

from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from tests.contract.callers import Caller, by_cookie, by_token, nobody
from tests.isolation.cast import Cast


@pytest.fixture(scope="module", autouse=True)
def names(cast: Cast) -> None:
    """The two clients are called as people are."""
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    for reach, first, last in ((cast.harbor.own, "Rosalind", "Hartwell"), (cast.harbor.outside, "Bernard", "Quillan")):
        sent = {"first_name": first, "last_name": last}
        answer = rest.call("PATCH", f"/api/v1/clients/{reach['clients']['id']}", json=sent)
        assert answer.status_code == 200, answer.json
        reach["clients"] = answer.json["result"]


def items(caller: Caller, typed: str = "") -> list[dict[str, Any]]:
    answer = caller.get("/palette", query_string={"q": typed})
    assert answer.status_code == 200, answer.text
    return [item for group in answer.json["groups"] for item in group["items"]]


def urls(caller: Caller, typed: str = "") -> set[str]:
    return {item["url"] for item in items(caller, typed) if "url" in item}


def client_of(cast: Cast) -> dict[str, Any]:
    return cast.harbor.own["clients"]


def test_a_client_is_found_by_name_and_what_can_be_added_to_them(cast: Cast, browser: Caller) -> None:
    client = client_of(cast)
    found = urls(browser, client["last_name"])
    assert f"/clients/show/{client['id']}" in found
    assert any(url.startswith("/contacts/add?client_id=") for url in found)


def test_a_client_is_found_in_spite_of_a_slip_and_in_any_order(cast: Cast, browser: Caller) -> None:
    client = client_of(cast)
    first, last = client["first_name"], client["last_name"]
    slipped = last[:1] + last[2:]
    for typed in (f"{last} {first}", f"{first} {slipped}"):
        assert f"/clients/show/{client['id']}" in urls(browser, typed), typed


def test_naming_a_client_is_on_record_as_a_reading(cast: Cast, browser: Caller) -> None:
    client = client_of(cast)
    answer = browser.get("/palette", query_string={"q": client["last_name"]})
    with tenancy.acting(cast.harbor.id), db.transaction():
        query = db.session.query(AuditEvent).filter_by(request_id=answer.headers["X-Request-ID"], action="read")
        assert client["id"] in {str(one) for event in query for one in event.client_ids or ()}


def test_places_and_deeds_are_found_in_spite_of_slips(browser: Caller) -> None:
    assert "/credentials/list/" in urls(browser, "credentails")
    assert "/clients/add" in urls(browser, "new clinets")
    assert "/me/password" in urls(browser, "pasword")
    assert {"act": "dark"}.items() <= items(browser, "dark colours")[-1].items() or any(
        item.get("act") == "dark" for item in items(browser, "dark colours")
    )


def test_who_types_the_name_of_a_page_goes_there_by_enter(browser: Caller) -> None:
    for typed in ("clients", "Clients", "cli"):
        assert items(browser, typed)[0]["url"] == "/clients/list/", typed
    assert items(browser, "new clients")[0]["url"] == "/clients/add"


def test_nobody_finds_what_they_may_not_open(cast: Cast) -> None:
    caregiver = by_cookie(cast.application, cast.harbor.people["Caregiver"])
    assert urls(caregiver, "roles") & {"/roles/list/", "/roles/add"} == set()
    assert "/clients/add" not in urls(caregiver, "new clients")
    own, outside = client_of(cast), cast.harbor.outside["clients"]
    assert f"/clients/show/{own['id']}" in urls(caregiver, own["last_name"])
    assert f"/clients/show/{outside['id']}" not in urls(caregiver, outside["last_name"])
    family = by_cookie(cast.application, cast.harbor.people["Family"])
    assert f"/clients/show/{outside['id']}" not in urls(family, outside["last_name"])


def test_the_other_agency_is_not_there(cast: Cast, browser: Caller) -> None:
    theirs = cast.summit.own["clients"]["id"]
    with tenancy.acting(cast.summit.id), db.transaction():
        from starline.clients.models import Client

        name = db.session.get(Client, theirs).last_name
    assert theirs not in str(items(browser, name))


def test_a_stranger_is_told_nothing(cast: Cast) -> None:
    answer = nobody(cast.application, cast.harbor.host).get("/palette?q=a")
    assert answer.status_code == 401 and "groups" not in answer.text


def test_the_records_opened_last_come_first_and_only_while_they_may_be_seen(cast: Cast, browser: Caller) -> None:
    client = client_of(cast)
    branch = cast.harbor.own["branches"]
    for path in (f"/branches/show/{branch['id']}", f"/clients/show/{client['id']}"):
        assert browser.get(path).status_code == 200
    recent = browser.get("/palette").json["groups"][0]
    assert recent["label"] == "Recent"
    assert [item["url"] for item in recent["items"]] == [
        f"/clients/show/{client['id']}",
        f"/branches/show/{branch['id']}",
    ]
    caregiver = by_cookie(cast.application, cast.harbor.people["Caregiver"])
    with caregiver.client.session_transaction(base_url=caregiver.base) as kept:
        kept["recent"] = [
            ["clients", cast.harbor.outside["clients"]["id"]],
            ["clients", cast.summit.own["clients"]["id"]],
        ]
        kept["recent"] += [["no_such_list", "1"], ["clients", "nonsense"]]
    assert all("/clients/show/" not in url for url in urls(caregiver))
