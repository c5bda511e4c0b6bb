"""`POST /api/v1/duplicates/search`: who may be known already, asked before a client is made."""

from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_appbuilder import expose
from flask_appbuilder.api import BaseApi

from app.clients.entering import as_json, note_seen
from app.core.access import allowed
from app.core.bodies import object_sent
from app.core.openapi import answers, document
from starline.clients import matching
from starline.core.errors import Invalid
from starline.core.language import gettext as _

NAMES = (
    "first_name",
    "last_name",
    "preferred_name",
    "birth_date",
    "phone",
    "mobile_phone",
    "medicaid_id",
    "medicare_id",
)


class MatchesApi(BaseApi):  # type: ignore[misc]
    """A look that changes nothing, for who takes clients in; a POST because names don't belong into addresses."""

    resource_name = "duplicates"
    openapi_spec_tag = "Possible duplicates"

    @expose("/search", methods=["POST"])
    def search(self) -> Response:
        viewer = allowed("can_add", "Clients")
        body = object_sent(*NAMES)
        wrong = [name for name, value in body.items() if not isinstance(value, str) or len(value) > 254]
        if wrong:
            raise Invalid(_("Give texts."), errors={name: [_("Give a text.")] for name in wrong})
        found = matching.possible_duplicates({**body, "birth_date": _born(body)}, viewer=viewer)
        note_seen(found)
        return jsonify(result=as_json(found))


def _born(body: dict[str, Any]) -> date | None:
    try:
        return date.fromisoformat(body["birth_date"]) if body.get("birth_date") else None
    except ValueError:
        sentence = _("Write the day as YYYY-MM-DD.")
        raise Invalid(sentence, errors={"birth_date": [sentence]}) from None


APIS = (MatchesApi,)

_TEXT = {"type": "string", "maxLength": 254}
_BODY = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(NAMES, _TEXT)}
_FOUND = {"type": "object", "properties": {"result": {"type": "array", "items": {"type": "object"}}}}
document(
    "/api/v1/duplicates/search",
    "post",
    {
        "tags": ["Possible duplicates"],
        "summary": "The clients within your scope that these particulars may describe",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}},
        "responses": answers(422, schema=_FOUND),
    },
)
