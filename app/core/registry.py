"""Which endpoints belong to which feature, and the declared resources made into FAB's views."""

from functools import cache
from typing import Any

from app.core.resource import registry

GROUPS = ("People", "Care", "Money", "Agency", "Settings")
"""The order of the groups in the rail; one that is not named here comes after them."""

_features: dict[str, str] = {}


def belongs_to_feature(endpoint: str, feature: str) -> None:
    """Switch the endpoints of a blueprint (`HealthApi`) off with the organisation's `feature`."""
    _features[endpoint] = feature


def feature_of_endpoint(endpoint: str) -> str | None:
    """The feature that an endpoint needs, or None."""
    return _features.get(endpoint.partition(".")[0])


def register_resources(appbuilder: Any) -> None:
    """Make a screen view and an API of every declared resource, and one more each for what else is done with it."""
    from app.core.actions import action_api, action_view
    from app.core.bulk import selection_view
    from app.core.cells import cell_view
    from app.core.documents import accept_with_forms
    from app.core.rest import rest_view
    from app.core.reveal import reveal_api, reveal_view
    from app.core.screens import screen_view

    for resource in registry.values():
        accept_with_forms(resource)
        acting = (action_view(resource), action_api(resource)) if resource.actions else ()
        editing = (cell_view(resource),) if resource.cells else ()
        showing = (reveal_view(resource), reveal_api(resource)) if resource.secrets else ()
        for made in (screen_view(resource), rest_view(resource), *acting, *showing, *editing, selection_view(resource)):
            appbuilder.add_view_no_menu(made)
            if resource.feature:
                belongs_to_feature(made.__name__, resource.feature)


@cache
def menu_groups() -> dict[str, list[Any]]:
    """The resources that have a place in the navigation, by business noun."""
    groups: dict[str, list[Any]] = {group: [] for group in GROUPS}
    for resource in registry.values():
        if resource.menu:
            groups.setdefault(resource.menu, []).append(resource)
    return {label: resources for label, resources in groups.items() if resources}
