"""A person's request at work in a worker: what the screens' checks and verbs ask of a request, without a browser.

The worker's process has one application and one application context for its life. It is never left: leaving it would
end the session in the middle of the task's transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, has_app_context
from werkzeug.test import EnvironBuilder

from app.core import tenancy as tenants
from app.core.languages import speak
from app.core.profile import date_format
from starline.core import language, tenancy
from starline.identity.viewer import Viewer, load_viewer_of_user

REMEMBERED = ("viewer", "tenant", "profile", "user", "relied_on")


@contextmanager
def as_person(user_id: int) -> Iterator[Viewer | None]:
    """Act as the person, with the permissions that they have now; None where they may no longer sign in."""
    application: Any = current_app._get_current_object() if has_app_context() else _application()  # type: ignore[attr-defined]
    with (
        application.request_context(EnvironBuilder(path="/").get_environ()),
        language.speaking(language.DEFAULT),
        language.writing_days(date_format),
    ):
        before = {name: g.get(name) for name in REMEMBERED if name in g}
        try:
            viewer = load_viewer_of_user(user_id)
            _forget()
            g.viewer = g.user = viewer
            g.tenant = tenants.find(by_id=tenancy.current_organization_id())
            if viewer is not None:
                speak(viewer.locale)
            yield viewer
        finally:
            _forget()
            for name, value in before.items():
                setattr(g, name, value)


def _forget() -> None:
    for name in REMEMBERED:
        g.pop(name, None)


@lru_cache(maxsize=1)
def _made() -> Flask:
    from app import create_app

    return create_app()


def _application() -> Flask:
    application = _made()
    application.app_context().push()
    return application
