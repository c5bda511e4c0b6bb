"""The OpenAPI document is true for every role: what is sent, fitting or not, is answered as it says, and nothing breaks."""

import os

import pytest

from starline.identity.roles import ROLE_TEMPLATES
from tests.isolation.cast import Cast
from tests.tools.describing import ask

EXAMPLES = int(os.environ.get("STARLINE_TEST_EXAMPLES", "3"))
"""Requests made up for each operation, beside those that go along the bounds of every parameter."""

pytestmark = pytest.mark.trust


@pytest.mark.parametrize("role", [template.name for template in ROLE_TEMPLATES])
def test_every_answer_is_one_that_the_document_describes(cast: Cast, role: str) -> None:
    found = ask(cast.application, cast.harbor.people[role], cast.harbor, examples=EXAMPLES)
    print(f"\n{role}: {found.asked} requests, {dict(found.statuses)}")
    assert found.asked > 1000
    assert not found.faults, "\n".join(f"{number} × {fault}" for fault, number in found.faults.most_common(40))


def test_signing_in_answers_strangers_as_described(cast: Cast) -> None:
    found = ask(cast.application, None, cast.harbor, examples=EXAMPLES)
    assert found.asked > 20 and not found.faults, found.faults


def test_a_document_that_is_not_true_is_noticed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.rest._one", lambda document, status=200: ("not as described", 200))
    found = ask(
        cast.application, cast.harbor.people["Administrator"], cast.harbor, examples=0, only="/api/v1/branches/"
    )
    assert any("GET /api/v1/branches/{pk} [200]" in fault for fault in found.faults)
