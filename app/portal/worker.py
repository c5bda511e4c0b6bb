"""What a browser keeps to open the portal without signal: the service worker, its list of files, and the manifest.

Nothing of it names anybody. The worker stands at the root of the site, because a script may look after the addresses
beneath its own only.
"""

import hashlib
from functools import cache
from pathlib import Path

import orjson
from flask import Response, request

from app.core import brand
from app.core.assets import STATIC, asset, fetched_by, vendor
from app.core.profile import current_profile

SCRIPTS = STATIC / "js" / "portal"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"
"""What the worker itself may do: it runs under the policy of its own answer, not under a page's."""

STYLES = ("css/tokens.css", "css/base.css", "css/portal.css", "css/portal_visit.css")
IN_BACKGROUND = """
self.addEventListener('sync', (event) => {
  if (event.tag === 'starline-acts') event.waitUntil(sendFromWorker());
});
"""


def script() -> Response:
    """The worker. Browsers that take modules for one let it send what is kept while no page is open."""
    body = (SCRIPTS / "service-worker.js").read_text()
    icon = brand.icon_url(current_profile(), "icon-192")
    head = f"const VERSION = '{version()}';\nconst FILES = {orjson.dumps(files()).decode()};\nconst ICON = '{icon}';\n"
    is_module = "module" in request.args
    sending = f"import {{ sendFromWorker }} from '{asset('js/portal/queue.js')}';\n"
    text = f"{sending}{head}{body}{IN_BACKGROUND}" if is_module else f"{head}{body}"
    answer = Response(text, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def manifest() -> Response:
    """The agency's portal as an installed app: its name, colours and icons are those of the brand."""
    profile = current_profile()
    told = {**brand.manifest(profile), "id": "/my", "start_url": "/my", "scope": "/", "orientation": "portrait"}
    answer = Response(orjson.dumps(told), mimetype="application/manifest+json")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def files() -> list[str]:
    """The addresses that the portal is made of."""
    profile = current_profile()
    return [
        *(asset(name) for name in STYLES),
        *(font for name in STYLES for font in fetched_by(name)),
        *(asset(f"js/portal/{one.name}") for one in _modules() if one.name != "service-worker.js"),
        vendor("icons.svg"),
        brand.style_url(profile),
        brand.icon_url(profile, "favicon-32"),
    ]


def version() -> str:
    """Changes with anything that a browser keeps of the portal."""
    return hashlib.sha256(orjson.dumps(files())).hexdigest()[:12]


@cache
def _modules() -> tuple[Path, ...]:
    return tuple(sorted(SCRIPTS.glob("*.js")))
