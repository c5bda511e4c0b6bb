"""Which views read what a request brings beside its path: found in their code, and in what they call in their domain."""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

PLACES = frozenset({"args", "form", "values", "get_json", "get_data"})
SENT = frozenset({"object_sent", "sent_value", "json_body", "Given"})
"""Readers that all domains share."""


def reads_more(view: Any) -> bool:
    """Whether the view, or a function of the application's domains that it calls, reads body, form or query."""
    todo, seen = [_function(view)], set()
    owner = type(getattr(view, "__self__", None))
    while todo:
        function = todo.pop()
        if function in seen:
            continue
        seen.add(function)
        names = set(_names(function.__code__))
        if names & SENT or ("request" in names and names & PLACES):
            return True
        todo += _called(function, names, owner)
    return False


def _called(function: FunctionType, names: set[str], owner: type) -> Iterator[FunctionType]:
    for name in names:
        known = function.__globals__.get(name)
        candidates = [getattr(known, one, None) for one in names] if isinstance(known, ModuleType) else [known]
        for one in (*candidates, getattr(owner, name, None)):
            called = _function(one)
            if isinstance(called, FunctionType) and _is_of_a_domain(called):
                yield called


def _is_of_a_domain(function: FunctionType) -> bool:
    return function.__module__.startswith("app.") and not function.__module__.startswith("app.core.")


def _function(one: Any) -> Any:
    try:
        found = inspect.unwrap(one)
    except ValueError:
        return None
    return getattr(found, "__func__", found)


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function uses, also in what is nested in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
