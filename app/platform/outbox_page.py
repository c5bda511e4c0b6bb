"""The developer's outbox: mail of the embedded set-up, read in the browser instead of sent. Development only."""

from flask import Blueprint, Response, abort, render_template

from config import settings
from starline.core.adapters.mail_folder import KeptMail, MailFolder

SHOWN = 100

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")


@blueprint.before_request
def only_in_development() -> None:
    """Links that sign people in are written here."""
    if settings().environment != "development":
        abort(404)


@blueprint.get("/")
def mails() -> str:
    """The newest messages. The template gets `mails`, and `mail`: the one that is open or None."""
    return render_template("platform/outbox.html", mails=_folder().kept()[:SHOWN], mail=None)


@blueprint.get("/<key>")
def mail(key: str) -> str:
    """One message beside the list."""
    return render_template("platform/outbox.html", mails=_folder().kept()[:SHOWN], mail=_found(key))


@blueprint.get("/<key>/body")
def body(key: str) -> Response:
    """The HTML part, for a frame: mail styles itself inline, which our own pages don't allow."""
    response = Response(_found(key).html, mimetype="text/html")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:"
    response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'self'; sandbox allow-popups"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _folder() -> MailFolder:
    return MailFolder(settings().mail_dir)


def _found(key: str) -> KeptMail:
    found = _folder().find(key)
    if found is None:
        abort(404)
    return found
