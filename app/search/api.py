"""`GET /api/v1/search`: records by name, number, telephone or birthday, for programs; and whose a sealed number is."""

from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder.api import BaseApi, expose

from app.core.bodies import object_sent
from app.core.numbers import LONGEST_NUMBER, find_number
from app.core.openapi import answers, document, document_post
from app.core.searching import MOST, Hit, search_records, searchable
from app.core.security import confirm_viewer, required_viewer
from app.search.numbers import asking
from starline.core.errors import Invalid
from starline.core.language import gettext as _
from starline.core.search.asking import LONGEST_TEXT

USUAL = 20


class SearchApi(BaseApi):  # type: ignore[misc]
    """Whatever the caller may read, best first."""

    resource_name = "search"
    openapi_spec_tag = "Search"

    @expose("", methods=["GET"])
    def search(self) -> Response:
        required_viewer()
        confirm_viewer()
        viewer = required_viewer()
        known = [one.name for one in searchable(viewer)]
        types, limit = _types(known), _limit()
        hits = search_records(viewer, request.args.get("q", "")[:LONGEST_TEXT], types, limit)
        return jsonify(result=[_shown(hit) for hit in hits[:limit]])


class NumbersApi(BaseApi):  # type: ignore[misc]
    """A look that changes nothing; a POST because such numbers don't belong into addresses."""

    resource_name = "search"
    openapi_spec_tag = "Search"

    @expose("/numbers", methods=["POST"])
    def find(self) -> Response:
        viewer, number = asking(), object_sent("number").get("number")
        if not isinstance(number, str):
            raise Invalid(_("Give texts."), errors={"number": [_("Give a text.")]})
        return jsonify(result=[_shown(hit) for hit in find_number(viewer, number)])


VIEWS = (SearchApi, NumbersApi)


def _types(known: list[str]) -> list[str] | None:
    asked = [name for name in request.args.get("types", "").split(",") if name]
    if set(asked) - set(known):
        sentence = _("Of these you may search: %(known)s.", known=", ".join(known) or "-")
        raise Invalid(_("The search can't be made as asked."), errors={"types": [sentence]}, code="invalid_parameters")
    return asked or None


def _limit() -> int:
    text = request.args.get("limit", str(USUAL))
    if text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MOST:
        return int(text)
    sentence = _("%(name)s is a whole number from %(low)d to %(high)d.", name="limit", low=1, high=MOST)
    raise Invalid(_("The search can't be made as asked."), errors={"limit": [sentence]}, code="invalid_parameters")


def _shown(hit: Hit) -> dict[str, Any]:
    return {"type": hit.type, "id": hit.id, "label": hit.label, "sentence": hit.sentence, "url": hit.url}


_TEXT: dict[str, Any] = {"type": "string"}
_HIT = {
    "type": "object",
    "required": ["type", "id", "label", "sentence", "url"],
    "properties": {
        "type": {**_TEXT, "description": "The resource, as in /api/v1/{type}/{id}."},
        "id": {**_TEXT, "format": "uuid"},
        "label": _TEXT,
        "sentence": {**_TEXT, "description": "What tells it from others of the same name."},
        "url": {**_TEXT, "description": "Its page for people."},
    },
}
_FOUND = {"type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items": _HIT}}}
_PARAMETERS = (
    ("q", {**_TEXT, "maxLength": LONGEST_TEXT}, "Names in any order, a number, a telephone number, a birthday."),
    ("types", _TEXT, "Resources to look in, separated by commas; all unless given."),
    ("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "Records at most."),
)
document(
    "/api/v1/search",
    "get",
    {
        "tags": ["Search"],
        "summary": "Find records, typos forgiven",
        "parameters": [
            {"name": name, "in": "query", "schema": schema, "description": description}
            for name, schema, description in _PARAMETERS
        ],
        "responses": answers(422, schema=_FOUND),
    },
)
document_post(
    "/api/v1/search/numbers",
    "Search",
    "The records within your scope that have exactly this number, of those whose numbers you may reveal",
    body={
        "type": "object",
        "required": ["number"],
        "additionalProperties": False,
        "properties": {"number": {"type": "string", "minLength": 1, "maxLength": LONGEST_NUMBER}},
    },
    told=_FOUND,
    refusals=(422,),
    headers=(),
)
