"""What FAB can draw is drawn by our templates: none of its own is reached, and none of ours looks back."""

import re
from pathlib import Path
from typing import Any

import flask_appbuilder
from flask_appbuilder.charts.views import BaseChartView
from flask_appbuilder.widgets import ListCarousel, ListThumbnail
from jinja2 import meta

from config import ROOT

OURS = ROOT / "templates"
FABS = Path(flask_appbuilder.__file__).parent / "templates"
LEFT_BEHIND = re.compile(
    r"jquery|select2|glyphicon|\bfa fa-|\bcol-xs-|\bpanel-default|\bbtn-default|\bon(?:click|change|submit|load)="
    r"|https?://(?!www\.w3\.org)|google\.(?:charts|visualization)|carousel-inner|\bthumbnail\b",
    re.I,
)
NAMED = re.compile(r"appbuilder/[\w/]+\.html")


def _named_by(classes: list[type]) -> set[str]:
    """The templates that the views and their widgets name."""
    widgets = {
        value
        for one in classes
        for name in dir(one)
        if name.endswith("_widget") and isinstance(value := getattr(one, name), type)
    }
    texts = [value for one in {*classes, *widgets} for value in (getattr(one, name, None) for name in dir(one))]
    return {text for text in texts if isinstance(text, str) and NAMED.fullmatch(text)}


def _reached(application: Any) -> set[str]:
    waiting, found = _named_by([type(view) for view in application.appbuilder.baseviews]), set[str]()
    while waiting:
        name = waiting.pop()
        if name in found or (not (OURS / name).exists() and not (FABS / name).exists()):
            continue
        found.add(name)
        file = OURS / name if (OURS / name).exists() else FABS / name
        tree = application.jinja_env.parse(file.read_text())
        waiting |= {one for one in meta.find_referenced_templates(tree) if one}
    return found


def test_every_template_of_fab_that_can_be_reached_is_overridden(_application: Any) -> None:
    reached = _reached(_application)
    assert len([name for name in reached if name.startswith("appbuilder/")]) > 10
    assert sorted(name for name in reached if not (OURS / name).exists()) == []


def test_no_template_of_ours_brings_back_what_was_left_behind() -> None:
    found = {
        f"{path.relative_to(OURS)}: {match.group()}"
        for folder in ("appbuilder", "resource", "ui")
        for path in (OURS / folder).rglob("*.html")
        for match in LEFT_BEHIND.finditer(re.sub(r"{#.*?#}", "", path.read_text(), flags=re.S))
    }
    assert sorted(found) == []


def test_no_view_draws_charts_carousels_or_thumbnails_of_fab(_application: Any) -> None:
    widgets = (ListCarousel, ListThumbnail)
    for view in _application.appbuilder.baseviews:
        assert not isinstance(view, BaseChartView), view
        named = (getattr(type(view), name) for name in dir(type(view)) if name.endswith("_widget"))
        assert not [one for one in named if isinstance(one, type) and issubclass(one, widgets)], view
