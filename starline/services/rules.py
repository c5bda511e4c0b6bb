"""Pure rules of services and plans."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starline.core.language import _
from starline.core.problems import Problems
from starline.staff.vocabulary import Discipline, Weekday

MOST_MODIFIERS = 4
_CODE = re.compile(r"[A-V]\d{4}|\d{4}[0-9FTU]")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")


def problems_of_service_type(values: Mapping[str, Any]) -> Problems:
    """What is wrong with a service type's code and modifiers (HCPCS level II: a letter and four digits)."""
    problems = Problems()
    code, modifiers = values.get("hcpcs"), values.get("modifiers") or []
    if code and not _CODE.fullmatch(code):
        problems.add("hcpcs", "A billing code is a letter and four digits, such as T1019.")
    if len(modifiers) > MOST_MODIFIERS:
        problems.add("modifiers", "A claim's line has room for four modifiers.")
    wrong = [one for one in modifiers if not _MODIFIER.fullmatch(one)]
    if wrong:
        problems.add("modifiers", _("%(wrong)s is no modifier: give two letters or digits.", wrong=", ".join(wrong)))
    if modifiers and not code:
        problems.add("hcpcs", "Modifiers belong to a billing code; give that too.")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", values.get("color") or "#000000"):
        problems.add("color", "Give the colour as # and six digits, such as #0f7c6c.")
    return problems


def may_give(discipline: Discipline) -> frozenset[str]:
    """Who may do what is given by a discipline: it, and those whose training includes it."""
    return frozenset({discipline, *_INCLUDED_IN.get(discipline, ())})


_AIDES = (Discipline.HHA, Discipline.CNA)
_NURSES = (Discipline.LPN, Discipline.RN)
_INCLUDED_IN: dict[Discipline, tuple[Discipline, ...]] = {
    Discipline.COMPANION: (Discipline.PCA, *_AIDES),
    Discipline.PCA: (*_AIDES, *_NURSES),
    Discipline.HHA: (Discipline.CNA, *_NURSES),
    Discipline.CNA: _NURSES,
    Discipline.LPN: (Discipline.RN,),
}


def problems_of_weekdays(names: Iterable[str]) -> Problems:
    """What is wrong with the days of a task."""
    problems = Problems()
    wrong = [one for one in names if one not in list(Weekday)]
    if wrong:
        problems.add(
            "weekdays",
            _("%(wrong)s is no day; choose from: %(days)s.", wrong=", ".join(wrong), days=", ".join(Weekday)),
        )
    return problems
