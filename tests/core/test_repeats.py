"""Rules of repetition as people say them."""

import pytest

from starline.core import language
from starline.core.repeats import sentence_of

SAID = [
    ("FREQ=DAILY", "Every day", "Todos los días"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day", "Todos los días"),
    ("FREQ=DAILY;INTERVAL=3", "Every 3 days", "Cada 3 días"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Monday to Friday", "De lunes a viernes"),
    ("FREQ=WEEKLY;BYDAY=WE", "Every week on Wed", "Cada semana: mié"),
    ("FREQ=WEEKLY;BYDAY=FR,MO,WE", "Every week on Mon, Wed, and Fri", "Cada semana: lun, mié y vie"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU", "Every 2 weeks on Sun", "Cada 2 semanas: dom"),
]
WRITTEN = ["FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=DAILY;BYMONTH=3", "FREQ=DAILY;INTERVAL=x", "", "?"]


@pytest.mark.parametrize(("rule", "english", "spanish"), SAID)
def test_a_usual_rule_is_said(rule: str, english: str, spanish: str) -> None:
    assert sentence_of(rule) == english
    with language.speaking("es"):
        assert sentence_of(rule) == spanish


@pytest.mark.parametrize("rule", WRITTEN)
def test_an_unusual_rule_stays_as_it_is_written(rule: str) -> None:
    assert sentence_of(rule) == rule
