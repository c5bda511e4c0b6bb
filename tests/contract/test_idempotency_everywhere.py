"""Every POST of the REST API takes an `Idempotency-Key`: a client that got no answer may always ask again."""

from typing import Any

SIGNING_IN = {"AuthApi.login", "AuthApi.verify", "AuthApi.refresh", "AuthApi.logout"}
"""Refused or repeated they change nothing that would hurt twice, and a refresh token serves once anyway."""

ASKING = {"BreakGlassApi.find", "MatchesApi.search"}
"""They ask and change nothing."""


CALLING = {"TelephonyApi.call"}
"""A call has an id of its own, under which it counts once: whoever answers telephones sends no such header."""


def test_every_post_remembers_its_first_answer(app: Any) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") and "POST" in rule.methods]
    assert len(rules) > 20
    forgetful = {rule.endpoint for rule in rules if not _remembers(app.view_functions[rule.endpoint])}
    revealing = {endpoint for endpoint in forgetful if endpoint.endswith("RevealApi.reveal")}
    assert revealing, "a secret that was shown is kept nowhere, not even to be answered again"
    assert forgetful == SIGNING_IN | ASKING | CALLING | revealing


def _remembers(view: Any) -> bool:
    """Whether `once` is one of the view's wrappings."""
    while view is not None:
        if getattr(view, "is_once", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
