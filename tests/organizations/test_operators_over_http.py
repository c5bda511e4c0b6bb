"""The operator's and the administrator's addresses, asked as people ask them."""

from typing import Any
from uuid import UUID

import pytest

from app.platform import demo
from app.platform.demo.agencies import PASSWORD
from starline.organizations.settings import POLICIES
from tests.isolation.roles import as_owner, enter, rows

VALLEY = {
    "name": "Valley Care",
    "slug": "valley",
    "administrator_email": "ada@valley.example",
    "administrator_first_name": "Ada",
    "administrator_last_name": "Prentiss",
}


@pytest.fixture(scope="module", autouse=True)
def agencies(database: str) -> None:
    """The demo's agencies with their people, and nothing for these to do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.platform.demo.agencies._fill", lambda *_: None)
        demo.load()


class Caller:
    """Somebody with an access token at one host."""

    def __init__(self, app: Any, host: str, email: str) -> None:
        self.browser, self.base = app.test_client(), f"http://{host}.localhost"
        sign_in = {"email": email, "password": PASSWORD}
        answer = self.browser.post("/api/v1/auth/login", json=sign_in, base_url=self.base)
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.browser.open(path, method=method, base_url=self.base, headers=headers, **options)


@pytest.fixture
def operator(app: Any) -> Caller:
    return Caller(app, "platform", "operator@starline.example")


@pytest.fixture
def administrator(app: Any) -> Caller:
    return Caller(app, "harbor", "admin@harbor.example")


def test_an_operator_sets_an_agency_up_once(operator: Caller) -> None:
    key = {"Idempotency-Key": "one-valley"}
    made = operator.ask("POST", "/api/v1/organizations/setup", json=VALLEY, headers=key)
    assert (made.status_code, made.json["result"]["status"]) == (201, "trial")
    again = operator.ask("POST", "/api/v1/organizations/setup", json=VALLEY, headers=key)
    assert again.json["id"] == made.json["id"]
    taken = operator.ask("POST", "/api/v1/organizations/setup", json=VALLEY)
    assert (taken.status_code, list(taken.json["errors"])) == (409, ["slug"])
    page = operator.ask("GET", "/organizations/")
    assert "Valley Care" in page.text
    assert "Harbor Home Care" in page.text


def test_an_operator_suspends_an_agency_and_its_people_are_shut_out(app: Any, operator: Caller) -> None:
    summit = next(
        one for one in operator.ask("GET", "/api/v1/organizations/").json["result"] if one["slug"] == "summit"
    )
    person = Caller(app, "summit", "admin@summit.example")
    assert person.ask("GET", "/api/v1/clients/").status_code == 200
    answer = operator.ask("POST", f"/organizations/{summit['id']}/suspend", data={"reason": "Unpaid"})
    assert answer.status_code == 302
    assert operator.ask("GET", f"/organizations/show/{summit['id']}").status_code == 200


def test_a_suspension_sent_twice_happens_once(operator: Caller) -> None:
    body = {"name": "Ridge Care", "slug": "ridge", **{k: v for k, v in VALLEY.items() if k.startswith("admin")}}
    made = operator.ask(
        "POST", "/api/v1/organizations/setup", json={**body, "administrator_email": "ada@ridge.example"}
    )
    for verb in ("suspend", "reopen"):
        path, key = f"/api/v1/organizations/{made.json['id']}/{verb}", {"Idempotency-Key": f"{verb}-ridge"}
        first, again = (operator.ask("POST", path, json={"reason": "Unpaid"}, headers=key) for _time in range(2))
        assert (first.status_code, again.status_code) == (200, 200), first.json
        assert again.json == first.json and again.headers["Idempotency-Replayed"] == "true"
        other = operator.ask("POST", path, json={"reason": "Another"}, headers=key)
        assert (other.status_code, other.json["code"]) == (422, "key_reused")


@pytest.mark.parametrize("who", ["admin", "scheduler", "auditor", "caregiver", "family"])
def test_for_an_agencys_people_the_platform_does_not_exist(app: Any, who: str) -> None:
    person = Caller(app, "harbor", f"{who}@harbor.example")
    for method, path in (
        ("GET", "/api/v1/organizations/"),
        ("POST", "/api/v1/organizations/setup"),
        ("GET", "/organizations/"),
        ("POST", "/organizations/add"),
    ):
        assert person.ask(method, path, json={} if method == "POST" else None).status_code == 404


def test_an_operator_reads_no_client(operator: Caller) -> None:
    assert operator.ask("GET", "/api/v1/clients/").status_code in (403, 404)


def test_the_form_of_a_new_agency_says_what_is_missing(operator: Caller) -> None:
    answer = operator.ask("POST", "/organizations/add", data={"name": "Valley", "slug": "x"})
    assert answer.status_code == 200
    assert "Give the administrator&#39;s first name." in answer.text


def test_the_form_of_a_new_agency_sets_one_up_however_often_it_is_sent(operator: Caller) -> None:
    key = operator.ask("GET", "/organizations/add").text.partition('name="form_key" value="')[2][:32]
    sent = {**VALLEY, "name": "Hill Care", "slug": "hill", "administrator_email": "ada@hill.example"}
    sent |= {"time_zone": "America/New_York", "form_key": key}
    for _time in range(2):
        answer = operator.ask("POST", "/organizations/add", data=sent)
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/organizations/"), answer.text
    other = operator.ask("POST", "/organizations/add", data={**sent, "name": "Hill Care again"})
    assert other.status_code == 200 and "This form was saved before, with other values." in other.text


def test_settings_are_read_changed_and_guarded_by_version(administrator: Caller) -> None:
    found = administrator.ask("GET", "/api/v1/organization/settings")
    etag = found.headers["ETag"]
    changed = administrator.ask(
        "PATCH", "/api/v1/organization/settings", json={"currency": "CAD"}, headers={"If-Match": etag}
    )
    assert changed.json["currency"] == "CAD"
    stale = administrator.ask(
        "PATCH", "/api/v1/organization/settings", json={"currency": "MXN"}, headers={"If-Match": etag}
    )
    assert stale.status_code == 412
    wrong = administrator.ask("PATCH", "/api/v1/organization/settings", json={"time_zone": "Mars/X", "slug": "x"})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["slug"])
    for body in (b"[]", b"{", b""):
        assert administrator.ask("PATCH", "/api/v1/organization/settings", data=body).status_code == 422


def test_a_scheduler_has_no_settings(app: Any) -> None:
    person = Caller(app, "harbor", "scheduler@harbor.example")
    for method, path in (("GET", "/settings/"), ("GET", "/api/v1/organization/settings")):
        assert person.ask(method, path).status_code == 403


def test_the_tax_id_is_shown_masked_and_revealed_with_a_reason(app: Any, administrator: Caller) -> None:
    settings, reveal = "/api/v1/organization/settings", "/api/v1/organization/tax_id/reveal"
    changed = administrator.ask("PATCH", settings, json={"tax_id": "98-7654321"})
    assert changed.json["tax_id"] == "•••• 4321"
    page = administrator.ask("GET", "/settings/").text
    assert "/settings/tax-id" in page and "7654321" not in page
    assert administrator.ask("POST", reveal, json={"reason": ""}).status_code == 422
    shown = administrator.ask("POST", reveal, json={"reason": "For the claim of May"})
    assert shown.json == {"result": {"tax_id": "987654321"}}
    refused = administrator.ask("POST", "/settings/tax-id", data={"reason": " "})
    assert refused.status_code == 422 and "987654321" not in refused.text
    asked = administrator.ask("GET", "/settings/tax-id")
    assert asked.status_code == 200 and "4321" not in asked.text
    assert "987654321" in administrator.ask("POST", "/settings/tax-id", data={"reason": "For the claim of May"}).text
    person = Caller(app, "harbor", "scheduler@harbor.example")
    assert person.ask("POST", reveal, json={"reason": "Out of curiosity"}).status_code == 403
    with as_owner() as cursor:
        enter(cursor, UUID(changed.json["organization"]["id"]))
        told = rows(cursor, "SELECT reason, changes FROM audit_events WHERE action = 'reveal'")
    assert told == [("For the claim of May", {"field": "tax_id"})] * 2


def test_the_settings_screen_saves_and_keeps_what_was_typed(administrator: Caller) -> None:
    page = administrator.ask("GET", "/settings/")
    assert page.status_code == 200
    defaults = {
        f"{policy}.{name}": str(setting.default)
        for policy, settings in POLICIES.items()
        for name, setting in settings.items()
        if not isinstance(setting.default, bool | tuple)
    }
    sent = defaults | {
        "display_name": "Harbor & Friends",
        "primary_color": "#0f7c6c",
        "secondary_color": "#c2410c",
        "time_zone": "America/Los_Angeles",
        "locale": "en",
        "date_format": "YYYY-MM-DD",
        "currency": "USD",
        "features.billing": "y",
        "security_policy.idle_minutes": "2",
        "security_policy.absolute_hours": "12",
        "security_policy.remember_days": "30",
        "security_policy.min_password_length": "12",
        "security_policy.lockout_attempts": "5",
        "security_policy.lockout_minutes": "60",
        "security_policy.dormant_days": "90",
        "security_policy.mass_export_rows": "2000",
        "security_policy.alert_denials": "50",
        "scheduling_policy.late_alert_minutes": "10",
        "scheduling_policy.late_escalation_minutes": "20",
        "scheduling_policy.missing_out_minutes": "20",
        "scheduling_policy.overtime_rule": "flsa_40",
        "scheduling_policy.week_start": "monday",
        "billing_policy.unit_rounding": "nearest",
        "billing_policy.invoice_prefix": "H-",
        "billing_policy.terms_days": "14",
        "billing_policy.invoice_terms": "Thank you.",
    }
    refused = administrator.ask("POST", "/settings/", data=sent)
    assert "must lie between 5 and 480" in refused.text
    assert 'value="H-"' in refused.text
    saved = administrator.ask("POST", "/settings/", data={**sent, "security_policy.idle_minutes": "45"})
    assert saved.status_code == 302
    found = administrator.ask("GET", "/api/v1/organization/settings").json
    assert (found["display_name"], found["features"]["billing"], found["features"]["offline"]) == (
        "Harbor & Friends",
        True,
        False,
    )
    assert (found["security_policy"]["idle_minutes"], found["scheduling_policy"]["week_start"]) == (45, "monday")
