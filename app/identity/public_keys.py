"""`/.well-known/jwks.json`: the keys by which others check our tokens (RFC 7517). Shared keys are told to nobody."""

from flask import Blueprint, Response, jsonify

from starline.identity import signing

blueprint = Blueprint("keys", __name__)


@blueprint.get("/.well-known/jwks.json")
def jwks() -> Response:
    answer = jsonify(signing.public_keys())
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
