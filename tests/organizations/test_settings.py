"""What an agency decides for itself: defaults, bounds, merging, and who may not see the other's."""

from typing import Any

import pytest
from sqlalchemy import text

from starline.core.errors import Invalid, Stale
from starline.organizations import preferences
from starline.organizations.settings import FEATURES, POLICIES, feature_enabled, policy
from tests.organizations.factories import SUMMIT, acting_for

pytestmark = pytest.mark.usefixtures("harbor")


def test_every_setting_has_a_default_that_passes_its_own_check() -> None:
    for settings in POLICIES.values():
        for name, setting in settings.items():
            assert setting.problem(setting.default) is None, name


def test_what_was_not_chosen_is_the_default() -> None:
    found = preferences.read_settings()
    assert found["features"] == {name: one.default for name, one in FEATURES.items()}
    assert found["scheduling_policy"]["late_alert_minutes"] == 15
    assert found["organization"]["slug"] == "harbor"


def test_features_and_policies_are_merged_name_by_name() -> None:
    preferences.update_settings({"features": {"billing": False}, "security_policy": {"idle_minutes": 20}}, by=None)
    preferences.update_settings({"features": {"offline": False}, "security_policy": {"absolute_hours": 8}}, by=None)
    assert (feature_enabled("billing"), feature_enabled("offline"), feature_enabled("api_access")) == (
        False,
        False,
        True,
    )
    assert (policy("security_policy")["idle_minutes"], policy("security_policy")["absolute_hours"]) == (20, 8)


def test_an_unknown_feature_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        feature_enabled("flying")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"primary_color": "#12345"}, "primary_color"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"currency": "XXXX"}, "currency"),
        ({"locale": "tlh"}, "locale"),
        ({"date_format": "YY"}, "date_format"),
        ({"email_from_address": "nobody"}, "email_from_address"),
        ({"email_from_name": "Harbor\r\nBcc: x@y.example"}, "email_from_name"),
        ({"features": {"billing": "yes"}}, "features"),
        ({"features": None}, "features"),
        ({"security_policy": {"idle_minutes": 1}}, "security_policy"),
        ({"security_policy": {"idle_minutes": True}}, "security_policy"),
        ({"security_policy": {"door": 1}}, "security_policy"),
        ({"security_policy": {"mfa_roles": [5]}}, "security_policy"),
        ({"billing_policy": {"unit_rounding": "sideways"}}, "billing_policy"),
        ({"logo_file": "organizations/x/y.png"}, "logo_file"),
        ({"organization_id": str(SUMMIT)}, "organization_id"),
        ({"display_name": "x" * 121}, "display_name"),
        ({"time_zone": None}, "time_zone"),
        ({"tax_id": "12-34567"}, "tax_id"),
        ({"tax_id": 123456789}, "tax_id"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(values: dict[str, Any], field: str) -> None:
    before = preferences.read_settings()
    with pytest.raises(Invalid) as refused:
        preferences.update_settings({"display_name": "Other", **values}, by=None)
    assert list(refused.value.errors) == [field]
    assert preferences.read_settings() == before


def test_an_empty_name_gives_way_to_the_agencys_own() -> None:
    preferences.update_settings({"display_name": "Harbor & Friends"}, by=None)
    preferences.update_settings({"display_name": ""}, by=None)
    assert preferences.read_settings()["display_name"] is None


def test_a_tax_id_is_kept_sealed_and_told_by_its_ending(session: Any) -> None:
    version = preferences.read_settings()["version"]
    preferences.update_settings({"tax_id": "12-3456789"}, by=None)
    found = preferences.read_settings()
    assert (found["tax_id"], preferences.own_organization().tax_id) == ("•••• 6789", "123456789")
    assert found["version"] > version
    stored = session.execute(text("SELECT organizations::text FROM organizations")).scalars().all()
    told = session.execute(text("SELECT changes::text FROM audit_events WHERE subject = 'organizations'")).scalars()
    assert not any("123456789" in one for one in (*stored, *told))
    preferences.update_settings({"tax_id": None}, by=None)
    assert preferences.read_settings()["tax_id"] is None


def test_the_second_of_two_people_is_told() -> None:
    version = preferences.read_settings()["version"]
    preferences.update_settings({"currency": "CAD"}, by=None, version=version)
    with pytest.raises(Stale):
        preferences.update_settings({"currency": "MXN"}, by=None, version=version)


def test_each_agency_has_its_own() -> None:
    preferences.update_settings({"currency": "CAD"}, by=None)
    with acting_for(SUMMIT, "summit"):
        assert preferences.read_settings()["currency"] == "USD"
