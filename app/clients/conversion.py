"""How many referrals become clients, how fast, from where, and why the others don't."""

from datetime import timedelta
from typing import Any

from flask import Response, jsonify, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.core.access import allowed
from app.core.display import choice_label
from app.core.openapi import answers, document
from app.core.security import required_viewer
from starline.clients import referrals
from starline.clients.pipeline import Figures, Share
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.organizations.calendar import today

MAY_READ = ("can_read", "Referrals")
PERIODS = (30, 90, 180, 365)


class ConversionView(BaseView):  # type: ignore[misc]
    """`/intake/figures`."""

    route_base = "/intake"

    @expose("/figures", methods=["GET"])
    def figures(self) -> str:
        allowed(*MAY_READ)
        days = request.args.get("days", type=int)
        days = days if days in PERIODS else PERIODS[1]
        return render_template("clients/figures.html", days=days, periods=PERIODS, **_drawn(_figures(days)))


class ConversionApi(BaseApi):  # type: ignore[misc]
    """`/api/v1/intake/figures`."""

    resource_name = "intake"
    openapi_spec_tag = "Referrals"

    @expose("/figures", methods=["GET"])
    def figures(self) -> Response:
        allowed(*MAY_READ)
        text = request.args.get("days", str(PERIODS[1]))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:5]) <= PERIODS[-1]):
            sentence = _("days is a number from 1 to %(most)d.", most=PERIODS[-1])
            raise Invalid(sentence, errors={"days": [sentence]})
        found = _figures(int(text))
        return jsonify(
            count=found.count,
            won=found.won.count,
            ended=found.won.of,
            days_to_start=found.days_to_start,
            stages={one.name: one.count for one in found.funnel},
            sources={one.name: {"won": one.count, "received": one.of} for one in found.sources},
            lost={one.name: one.count for one in found.losses},
        )


def _figures(days: int) -> Figures:
    day = today()
    return referrals.figures(required_viewer(), since=day - timedelta(days=days - 1), until=day)


def _drawn(found: Figures) -> dict[str, Any]:
    """The figures as the page shows them: a bar is so many percent wide."""
    most = max((one.of for one in found.sources), default=1)
    return {
        "count": found.count,
        "won": found.won,
        "days_to_start": found.days_to_start,
        "funnel": [_bar(one, one.of) for one in found.funnel],
        "sources": [{**_bar(one, most, width=one.of), "rate": one.percent} for one in found.sources],
        "losses": [_bar(one, one.of) for one in found.losses],
    }


def _bar(one: Share, most: int, width: int | None = None) -> dict[str, Any]:
    length = round(100 * (one.count if width is None else width) / most) if most else 0
    return {"label": choice_label(one.name), "count": one.count, "of": one.of, "percent": one.percent, "width": length}


VIEWS = (ConversionView,)
APIS = (ConversionApi,)

_WHOLE = {"type": "integer"}
_COUNTS = {"type": "object", "additionalProperties": _WHOLE}
document(
    "/api/v1/intake/figures",
    "get",
    {
        "tags": ["Referrals"],
        "summary": "Conversion of the referrals received in the last days",
        "parameters": [
            {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 365, "default": 90}}
        ],
        "responses": answers(
            422,
            schema={
                "type": "object",
                "properties": {
                    "count": _WHOLE,
                    "won": _WHOLE,
                    "ended": _WHOLE,
                    "days_to_start": {**_WHOLE, "nullable": True},
                    "stages": _COUNTS,
                    "sources": {"type": "object", "additionalProperties": _COUNTS},
                    "lost": _COUNTS,
                },
            },
        ),
    },
)
