"""Two administrators save the settings at once: the second sees both versions and can save after all."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from starline.core import db, tenancy
from starline.organizations import preferences
from tests.contract.callers import Caller, by_token
from tests.isolation.cast import Cast


def version_of(page: Any) -> str:
    return re.search(r'name="version" value="(\d+)"', page.text)[1]  # type: ignore[index]


def change(cast: Cast, **values: Any) -> None:
    """What somebody else saves in the meantime."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        preferences.update_settings(values, by=None)


def now(cast: Cast) -> dict[str, Any]:
    with tenancy.acting(cast.harbor.id), db.transaction():
        return preferences.read_settings()


@pytest.fixture
def administrator(cast: Cast) -> Caller:
    return by_token(cast.application, cast.harbor.people["Administrator"])


@pytest.fixture
def sent(administrator: Caller, cast: Cast) -> Iterator[dict[str, Any]]:
    """The form as it was drawn, with its version."""
    present = now(cast)
    data = {name: present[name] or "" for name in ("time_zone", "locale", "date_format", "currency")}
    for policy in ("security_policy", "client_policy", "scheduling_policy", "billing_policy", "file_policy"):
        for name, value in present[policy].items():
            if value is not False:
                data[f"{policy}.{name}"] = ", ".join(value) if isinstance(value, list) else str(value)
    data |= {f"features.{name}": "y" for name, is_on in present["features"].items() if is_on}
    yield {**data, "version": version_of(administrator.get("/settings/"))}
    change(cast, **{name: present[name] for name in ("billing_policy", "security_policy", "primary_color")})


def test_a_late_save_shows_both_versions_and_its_retry_is_kept(
    administrator: Caller, sent: dict[str, Any], cast: Cast
) -> None:
    change(cast, security_policy={"idle_minutes": 25})
    sent = {**sent, "billing_policy.invoice_prefix": "ZZ-"}
    refused = administrator.post("/settings/", data=sent)
    assert refused.status_code == 200 and 'value="ZZ-"' in refused.text
    assert "Someone else saved this record first" in refused.text
    assert re.search(r'name="choose.security_policy.idle_minutes" value="theirs"[^>]* checked', refused.text)
    assert re.search(r'name="choose.billing_policy.invoice_prefix" value="mine"[^>]* checked', refused.text)
    again = {**sent, "version": version_of(refused), "choose.security_policy.idle_minutes": "theirs"}
    assert administrator.post("/settings/", data={**again, "resolve": "chosen"}).status_code == 302
    found = now(cast)
    assert (found["security_policy"]["idle_minutes"], found["billing_policy"]["invoice_prefix"]) == (25, "ZZ-")


def test_all_of_mine_and_all_of_theirs(administrator: Caller, sent: dict[str, Any], cast: Cast) -> None:
    change(cast, security_policy={"idle_minutes": 25})
    theirs = administrator.post("/settings/", data={**sent, "resolve": "theirs"})
    assert theirs.status_code == 302 and now(cast)["security_policy"]["idle_minutes"] == 25
    mine = administrator.post("/settings/", data={**sent, "resolve": "mine"})
    assert mine.status_code == 302
    assert str(now(cast)["security_policy"]["idle_minutes"]) == sent["security_policy.idle_minutes"]


def test_a_tax_id_is_not_shown_to_who_typed_it_and_has_a_version_of_its_own(
    administrator: Caller, sent: dict[str, Any], cast: Cast
) -> None:
    change(cast, security_policy={"idle_minutes": 25})
    change(cast, tax_id="12-3456789")
    refused = administrator.post("/settings/", data={**sent, "tax_id": "98-7654321"})
    assert "Someone else saved this record first" in refused.text
    assert "7654321" not in refused.text and "choose.tax_id" not in refused.text
    assert re.search(r'name="choose.security_policy.idle_minutes" value="theirs"[^>]* checked', refused.text)


def test_an_older_save_does_not_count_for_a_tax_id_that_came_after_it(
    administrator: Caller, sent: dict[str, Any], cast: Cast
) -> None:
    change(cast, security_policy={"idle_minutes": 35})
    late = {**sent, "version": version_of(administrator.get("/settings/")), "security_policy.idle_minutes": "40"}
    change(cast, tax_id="12-3456789")
    change(cast, billing_policy={"invoice_prefix": "QQ-"})
    refused = administrator.post("/settings/", data=late)
    assert re.search(r'name="choose.security_policy.idle_minutes" value="mine"[^>]* checked', refused.text)


def test_colours_that_were_saved_meanwhile_are_no_conflict(
    administrator: Caller, sent: dict[str, Any], cast: Cast
) -> None:
    change(cast, primary_color="#123456")
    saved = administrator.post("/settings/", data={**sent, "billing_policy.invoice_prefix": "YY-"})
    assert saved.status_code == 302
    assert (now(cast)["primary_color"], now(cast)["billing_policy"]["invoice_prefix"]) == ("#123456", "YY-")
