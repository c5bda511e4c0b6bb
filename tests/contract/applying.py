"""Which resources a test is for: one that speaks of deleting runs for those that offer it."""

from collections.abc import Callable
from typing import Any

from app.core.fields import Field, Kind
from app.core.resource import Resource
from tests.contract.factory import FORMATS

Predicate = Callable[[Resource], Any]


def resources_with(*predicates: Predicate) -> Callable[[Any], Any]:
    """Runs the test for those resources that every predicate is true of; without this, for all."""

    def chosen(test: Any) -> Any:
        test.predicates = predicates
        return test

    return chosen


def offers(*methods: str) -> Predicate:
    """Whether all of these may be done with the resource: add, edit, delete."""
    return lambda resource: set(methods) <= resource.methods


def plain_text(resource: Resource) -> str | None:
    """The key of a field that takes any words."""
    texts = (one.key for one in resource.form_fields if one.kind in (Kind.TEXT, Kind.LONG_TEXT))
    return next((key for key in texts if key not in FORMATS), None)


def secrets(resource: Resource) -> list[Field]:
    return [one for one in resource.form_fields if one.kind is Kind.SECRET]


def text_beside_required(resource: Resource) -> tuple[Field, Field] | None:
    """A short text, and a required field besides."""
    text = next((one for one in resource.form_fields if one.kind is Kind.TEXT and one.max_length), None)
    required = next((one for one in resource.form_fields if one.required and one is not text), None)
    return (text, required) if text and required else None
