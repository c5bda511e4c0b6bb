"""`/search`: what fits, by kind of record."""

from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose

from app.core.lists import with_pairs
from app.core.numbers import looked_through
from app.core.searching import Hit, search_records, searchable
from app.core.security import confirm_viewer, required_viewer
from app.search.numbers import NumbersView
from starline.core.language import gettext as _
from starline.core.search.asking import LONGEST_TEXT

SHOWN, SHOWN_OF_ONE_KIND = 10, 50


class SearchView(BaseView):  # type: ignore[misc]
    """`/search?q=`, and `&types=clients` for more of one kind."""

    route_base = "/search"
    default_view = "results"

    @expose("", methods=["GET"])
    def results(self) -> str:
        required_viewer()
        confirm_viewer()
        viewer, text = required_viewer(), request.args.get("q", "").strip()[:LONGEST_TEXT]
        kinds = searchable(viewer)
        only = next((one for one in kinds if one.name == request.args.get("types")), None)
        most = SHOWN_OF_ONE_KIND if only else SHOWN
        hits = search_records(viewer, text, [only.name] if only else None, most + 1)
        groups = [_group(one, [hit for hit in hits if hit.type == one.name], text, most) for one in kinds]
        return render_template(
            "search/results.html",
            text=text,
            only=_(only.title) if only else None,
            all_url=with_pairs([("q", text)]),
            titles=[_(one.title).lower() for one in kinds],
            numbers_url="/search/numbers" if looked_through() else None,
            groups=sorted((group for group in groups if group["hits"]), key=lambda group: group["cost"]),
        )


VIEWS = (SearchView, NumbersView)


def _group(resource: Any, hits: list[Hit], text: str, most: int) -> dict[str, Any]:
    """One kind of record. The kind with the best hit stands first."""
    more = with_pairs([("q", text)], types=resource.name) if len(hits) > most and most == SHOWN else None
    return {
        "name": resource.name,
        "title": _(resource.title),
        "icon": resource.icon,
        "count": f"{most}+" if len(hits) > most else str(len(hits)),
        "hits": hits[:most],
        "cost": hits[0].cost if hits else 0,
        "more_url": more,
    }
