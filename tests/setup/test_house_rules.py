"""The rules of the house that no other tool checks find what they are for."""

import ast

import pytest

from tests.house_rules import untranslatable

OWN = "def _refused(name: str, sentence: str) -> Invalid:\n    return Invalid(sentence, errors={name: [sentence]})"


@pytest.mark.parametrize(
    ("line", "breaches"),
    [
        ('raise Conflict(f"{name} is there already.")', 1),
        ('problems.add("name", f"Use at most {most} characters.")', 1),
        ('raise Invalid(sentence, errors={"name": [sentence]})', 0),
        ('raise Conflict(_("%(name)s is there already.", name=name))', 0),
        ('log.info(f"{name} was read")', 0),
        ('raise Invalid(_("Look."), errors={"name": [f"Use at most {most} characters."]})', 1),
        (f'raise _refused("url", f"{{host}} is none.")\n{OWN}', 1),
        (f'raise _refused("url", "That is no address.")\n{OWN}', 1),
        (f'raise _refused("url", _("That is no address."))\n{OWN}', 0),
    ],
)
def test_a_refusal_put_together_before_it_is_translated_is_found(line: str, breaches: int) -> None:
    assert len(list(untranslatable("starline/x.py", ast.parse(line)))) == breaches
