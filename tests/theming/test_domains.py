"""A domain is an agency's once its owner has published the proof, and one agency's only."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core import tenancy as hosts
from starline.core import tenancy
from starline.core.errors import Conflict, Invalid, Unavailable
from starline.organizations import domains
from starline.organizations.adapters import dns
from starline.organizations.adapters.dns import PretendNames
from starline.organizations.models import Organization
from tests.identity.test_web_sign_in import send
from tests.organizations.factories import HARBOR, SUMMIT, acting_for

CARE = "app.harborcare.example"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the name servers know."""
    texts: dict[str, list[str]] = {}
    pretend = PretendNames(texts, frozenset({"_verify.broken.example"}))
    monkeypatch.setattr(dns, "name_server", lambda: pretend)
    return texts


@pytest.fixture
def agencies(session: Any) -> Iterator[Organization]:
    """Acting for Harbor; Summit is there."""
    with acting_for(SUMMIT, "summit"):
        pass
    with acting_for(HARBOR, "harbor") as agency:
        yield agency


def publish(published: dict[str, list[str]]) -> None:
    state = domains.domain_state()
    assert state.record_name is not None and state.record_text is not None
    published[state.record_name] = ["v=spf1 -all", state.record_text]


def test_a_domain_counts_once_its_text_is_published(agencies: Organization, published: dict[str, list[str]]) -> None:
    domains.ask_for_domain(f" {CARE.upper()}. ", by=None)
    state = domains.domain_state()
    assert (state.present, state.wanted, state.record_name) == (None, CARE, f"_verify.{CARE}")
    assert domains.check_domain(by=None) is False
    assert agencies.custom_domain is None and domains.domain_state().checked_at is not None
    publish(published)
    assert domains.check_domain(by=None) is True
    assert (agencies.custom_domain, domains.domain_state().wanted) == (CARE, None)


@pytest.mark.parametrize("text", ["agency-verification=", "agency-verification=other", "", "AGENCY-VERIFICATION"])
def test_another_text_proves_nothing(agencies: Organization, published: dict[str, list[str]], text: str) -> None:
    domains.ask_for_domain(CARE, by=None)
    published[f"_verify.{CARE}"] = [text]
    assert domains.check_domain(by=None) is False


def test_the_proof_of_one_domain_is_none_for_the_next(agencies: Organization, published: dict[str, list[str]]) -> None:
    domains.ask_for_domain(CARE, by=None)
    publish(published)
    old = published[f"_verify.{CARE}"]
    domains.ask_for_domain("other.example", by=None)
    published["_verify.other.example"] = old
    assert domains.check_domain(by=None) is False


@pytest.mark.parametrize(
    "name",
    ["", "harbor", "https://a.example", "a.example/x", "a b.example", "-a.example", "harbor.localhost", "localhost"],
)
def test_what_can_be_nobodys_domain_is_refused(agencies: Organization, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        domains.ask_for_domain(name, by=None)
    assert "app.youragency.com" in refused.value.message


def test_a_domain_in_use_is_refused_and_the_faster_one_wins(
    agencies: Organization, published: dict[str, list[str]]
) -> None:
    domains.ask_for_domain(CARE, by=None)
    with tenancy.acting(SUMMIT):
        domains.ask_for_domain(CARE, by=None)
        publish(published)
        assert domains.check_domain(by=None) is True
    publish(published)
    with pytest.raises(Conflict, match="in use already"):
        domains.check_domain(by=None)
    with pytest.raises(Conflict, match="in use already"):
        domains.ask_for_domain(CARE, by=None)


def test_without_a_name_server_nothing_changes(agencies: Organization, published: dict[str, list[str]]) -> None:
    domains.ask_for_domain("broken.example", by=None)
    with pytest.raises(Unavailable, match="try again"):
        domains.check_domain(by=None)
    assert agencies.custom_domain is None


def test_nothing_is_checked_before_a_domain_is_asked_for(agencies: Organization) -> None:
    with pytest.raises(Conflict, match="Enter the domain"):
        domains.check_domain(by=None)


def test_the_whole_way_in_a_browser(
    app: Any, browser: Callable[..., Any], published: dict[str, list[str]], people: None
) -> None:
    ada, host = browser("harbor", "ada"), f"http://{CARE}"
    assert app.test_client().get("/login", base_url=host).status_code == 404
    send(ada, "/branding/domain", page="/branding/", domain=CARE)
    waiting = ada.get("/branding/").text
    assert "Waiting for the proof" in waiting and f"_verify.{CARE}" in waiting and "harbor.localhost" in waiting
    send(ada, "/branding/domain/check", page="/branding/")
    assert "published yet" in ada.get("/branding/").text
    assert app.test_client().get("/login", base_url=host).status_code == 404  # asking for it is no proof
    with tenancy.acting(HARBOR):
        publish(published)
    send(ada, "/branding/domain/check", page="/branding/")
    assert "In use" in ada.get("/branding/").text
    assert "Harbor Care" in app.test_client().get("/login", base_url=host).text
    send(ada, "/branding/domain/give-up", page="/branding/")
    assert app.test_client().get("/login", base_url=host).status_code == 404
    send(ada, "/branding/domain", page="/branding/", domain="nonsense")
    assert "Give a domain without https" in ada.get("/branding/").text
    assert hosts.find(domain=CARE) is None
