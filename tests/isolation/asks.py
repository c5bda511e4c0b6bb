"""Everything that can be asked of the declared resources, read from the URL map: a route unknown here stops the walk."""

from dataclasses import dataclass
from typing import Any

from app.core import rest, screens
from app.core.fields import Field, Kind
from app.core.resource import Resource, registry, resource_of
from app.core.reveal import REVEAL
from tests.contract.factory import FORMATS

SUFFIXES = {
    "ActionApi": False,
    "ActionView": True,
    "RevealApi": False,
    "RevealView": True,
    "CellView": True,
    "SelectionView": True,
    "Api": False,
    "View": True,
}
"""Endings of the classes made of a resource, and whether they are screens."""

KEEPS = frozenset({"GET", "HEAD"})


class UnknownRoute(Exception):
    """A rule that the walk can't build a request for. Teach it here, or in `other_asks`."""


@dataclass(frozen=True)
class Ask:
    """One request to a resource. `path` holds {} where an id goes; `sends` is what its body is made of."""

    route: str
    resource: Resource
    action: str
    method: str
    path: str
    is_screen: bool
    sends: str
    """nothing, values (of a new row), items (the same in bulk), change, reason, cell, selection, undo, or question (a form's
    button)."""

    @property
    def has_id(self) -> bool:
        return "{}" in self.path

    @property
    def permission(self) -> tuple[str, str]:
        return self.action, self.resource.permission

    @property
    def uses_up(self) -> bool:
        """Whether it needs a row of its own, because the row is another one afterwards."""
        return self.has_id and self.method not in KEEPS and (self.action == "can_delete" or self.sends == "question")

    @property
    def picked(self) -> Field | None:
        """The reference whose choices are asked for."""
        head, _slash, name = self.path.rpartition("/")
        return self.resource.fields.get(name) if head.endswith("/related") else None

    def is_allowed(self, permissions: frozenset[tuple[str, str]]) -> bool:
        """Whether these permissions suffice. Choices are also for those alone who may read them where they are kept, or
        fill in a form that asks for them.
        """
        if self.permission not in permissions:
            return False
        target = resource_of(self.picked.target) if self.picked else None
        if target is None or ("can_read", target.permission) in permissions:
            return True
        forms = {"add", "edit"} & set(self.resource.methods)
        return self.picked.name in self.resource.form_names and any(  # type: ignore[union-attr]
            (f"can_{form}", self.resource.permission) in permissions for form in forms
        )

    def options(self, values: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        """What Flask's test client is given to send `values`."""
        if self.sends == "nothing":
            return {}
        if self.is_screen:
            typed = {name: _typed(value) for name, value in values.items() if value not in (None, False)}
            return {"data": {**typed, "version": "" if version is None else str(version)}}
        return {"json": {"items": [values]} if self.sends == "items" else values}


def resource_asks(application: Any) -> list[Ask]:
    """Every request that the URL map allows for the declared resources."""
    return [
        ask
        for rule in application.url_map.iter_rules()
        if resource_of_endpoint(rule.endpoint)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        for ask in _asks(rule, method)
    ]


def resource_of_endpoint(endpoint: str) -> Resource | None:
    """The resource whose class answers the endpoint, if it is one's."""
    name = endpoint.partition(".")[0]
    found = (registry.get(name.removesuffix(suffix)) for suffix in SUFFIXES if name.endswith(suffix))
    return next((one for one in found if one is not None), None)


def _asks(rule: Any, method: str) -> list[Ask]:
    resource = resource_of_endpoint(rule.endpoint)
    assert resource is not None
    class_name, _dot, function = rule.endpoint.partition(".")
    is_screen = class_name.endswith("View")
    paths = {rule.rule.replace("<pk>", "{}").replace("<row:pk>", "{}")}
    for variable, values in _variables(resource).items():
        if f"<{variable}>" in rule.rule:
            paths = {path.replace(f"<{variable}>", value) for path in paths for value in values}
    if any("<" in path for path in paths):
        raise UnknownRoute(f"{method} {rule.rule}")
    action = _action(class_name, function, is_screen)
    return [
        Ask(f"{method} {rule.rule}", resource, action, method, path, is_screen, _sends(function, method))
        for path in sorted(paths)
    ]


def _variables(resource: Resource) -> dict[str, list[str]]:
    """What the other parts of a path can be."""
    relations = [one.name for one in resource.fields.values() if one.kind is Kind.RELATION]
    return {
        "name": relations or ["nothing"],
        "action": list(resource.actions),
        "secret": list(resource.secrets),
        "field": [one.name for one in resource.cells[:1]],
        "request_id": ["0123456789abcdef"],
    }


def _action(class_name: str, function: str, is_screen: bool) -> str:
    if function in ("act", "ask_cell", "save_cell", "undo"):
        return "can_edit"
    if function == "selected":
        return "can_export"
    if class_name.removesuffix("Api").removesuffix("View").endswith("Reveal"):
        return REVEAL
    known = screens.METHOD_PERMISSIONS if is_screen else rest.METHOD_PERMISSIONS
    if function not in known:
        raise UnknownRoute(f"{function}: no permission is known for it")
    return f"can_{known[function]}"


def _sends(function: str, method: str) -> str:
    if method in KEEPS:
        return "nothing"
    kinds = {"post": "values", "add": "values", "bulk": "items", "put": "change", "edit": "change", "reveal": "reason"}
    kinds |= {"save_cell": "cell", "selected": "selection", "undo": "undo"}
    return kinds.get(function, "question")


def a_change(resource: Resource, word: str) -> dict[str, Any]:
    """The smallest change of a row: one text, or nothing where there is none."""
    plain = (one.key for one in resource.form_fields if one.kind in (Kind.TEXT, Kind.LONG_TEXT))
    key = next((one for one in plain if one not in FORMATS and one not in ("locale",)), None)
    # An unticked box would stop the sharing by which others see the row.
    return ({key: word} if key else {}) | ({"is_shared": True} if resource.name == "saved_views" else {})


def _typed(value: Any) -> str:
    """A JSON value as a browser would send it."""
    return "y" if value is True else ", ".join(value) if isinstance(value, list) else str(value)
