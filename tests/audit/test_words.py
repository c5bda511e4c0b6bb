"""The trail says what happened as people say it, in every language."""

import pytest

from app.core.trail_words import action_word
from starline.core import language
from starline.identity.models import SignInOutcome


@pytest.mark.parametrize(
    ("action", "english", "spanish"),
    [
        ("insert", "Added", "Agregado"),
        ("auth:signed_in", "Signed in", "Inicio de sesión"),
        ("auth:second_factor_added", "Second factor added", "Segundo factor añadido"),
        ("visit:unverified", "Visit unverified", "Visita sin verificar"),
    ],
)
def test_an_action_is_told_in_words(action: str, english: str, spanish: str) -> None:
    assert action_word(action) == english
    with language.speaking("es"):
        assert action_word(action) == spanish


def test_every_way_in_that_failed_is_told_in_spanish_too() -> None:
    english = {action_word(f"auth:{one}") for one in SignInOutcome}
    with language.speaking("es"):
        assert english.isdisjoint(action_word(f"auth:{one}") for one in SignInOutcome)
