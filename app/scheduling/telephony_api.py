"""`POST /api/v1/telephony/calls`: what a telephone line tells of a call, signed with the line's secret.

The header `X-Starline-Signature: t=<unix>,v1=<hex>` holds HMAC-SHA256 of the time, a dot and the body. A signed call is
answered with 200 and what to say to the caller, also where it was not accepted: a wrong try is to be remembered.
"""

from flask import Response, g, jsonify, request
from flask_appbuilder.api import BaseApi, expose

from app.core.bodies import object_sent
from app.core.openapi import answers, document
from starline.core import clock
from starline.core.errors import Invalid, Unauthenticated
from starline.core.language import gettext as _
from starline.scheduling import telephony
from starline.scheduling.evv_vocabulary import ClockKind

FIELDS = ("call_id", "caller", "staff_number", "pin", "kind")
HEADER = "X-Starline-Signature"
LONGEST = 80


class TelephonyApi(BaseApi):  # type: ignore[misc]
    """Open to strangers; the signature says who asks."""

    resource_name = "telephony"
    openapi_spec_tag = "Telephone lines"

    @expose("/calls", methods=["POST"])
    def call(self) -> Response:
        if g.tenant is None or g.tenant.is_platform:
            raise Unauthenticated(_("Call the address of your agency."))
        line = telephony.line_that_signed(request.headers.get(HEADER, ""), request.get_data())
        body = object_sent(*FIELDS)
        wrong = [name for name in FIELDS if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= LONGEST]
        if wrong or body["kind"] not in list(ClockKind):
            told = {name: [_("Send this as a short text.")] for name in wrong} or {"kind": [_("Send in or out.")]}
            raise Invalid(_("Please check the marked fields."), errors=told)
        given = {name: body[name] for name in FIELDS if name != "kind"}
        call = telephony.Call(**given, kind=ClockKind(body["kind"]), happened_at=clock.now())
        answer = telephony.take_call(call, line)
        return jsonify(accepted=answer.is_accepted, say=answer.say)


document(
    "/api/v1/telephony/calls",
    "post",
    {
        "tags": ["Telephone lines"],
        "summary": "Tell of a caregiver's call",
        "security": [],
        "parameters": [{"name": HEADER, "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": list(FIELDS),
                        "properties": {
                            **{name: {"type": "string", "maxLength": LONGEST} for name in FIELDS},
                            "kind": {"type": "string", "enum": list(ClockKind)},
                        },
                    }
                }
            },
        },
        "responses": answers(
            422,
            schema={
                "type": "object",
                "properties": {"accepted": {"type": "boolean"}, "say": {"type": "string"}},
            },
        ),
    },
)
