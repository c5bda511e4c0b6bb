"""The JSON object that a program has sent."""

from typing import Any

import orjson
from flask import request

from starline.core.errors import Invalid
from starline.core.language import gettext as _


def object_sent(*known: str) -> dict[str, Any]:
    """The object, with nothing in it but the known names. Raises `Invalid`."""
    try:
        body = orjson.loads(request.get_data() or b"null")
    except orjson.JSONDecodeError:
        raise Invalid(_("The body is not valid JSON."), code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid(_("Send one JSON object."), code="invalid_json")
    unknown = body.keys() - set(known)
    if unknown:
        raise Invalid(_("There is no field called this."), errors={name: [_("Not taken here.")] for name in unknown})
    return body
