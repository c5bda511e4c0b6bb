"""`/api/v1/health`: is the process alive, and is everything it needs there."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text as sql

from starline.core.db import session

blueprint = Blueprint("health", __name__, url_prefix="/api/v1/health")


@blueprint.get("")
@blueprint.get("/")
def alive() -> Response:
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """200 when database and schema answer, 503 otherwise."""
    try:
        session.execute(sql("SELECT app.current_organization_id()"))
    except Exception:
        return jsonify(status="unavailable", database="unavailable"), 503
    return jsonify(status="ok", database="ok"), 200
