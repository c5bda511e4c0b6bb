"""The face of Starline: `create_app` puts screens, REST API and sign-in before the domains."""

import importlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder

from config import Settings, settings
from starline.core.language import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
FACES = (
    "organizations",
    "identity",
    "clients",
    "staff",
    "services",
    "scheduling",
    "webhooks",
    "notifications",
    "shell",
    "theming",
    "home",
    "search",
    "platform",
    "files",
    "audit",
    "imports",
    "exports",
    "portal",
)
"""The packages of `app` whose resources, pages and APIs are served, in the order of the navigation."""


def create_app(given: Settings | None = None) -> Flask:
    """The WSGI application. Needs a migrated database; touches it only once a request comes."""
    from app.core import errors, navigation, requests, rest, security
    from starline.identity import signing

    given = given or settings()
    signing.keys()  # refuses to start where they can't be used
    app = requests.StarlineFlask(__name__, template_folder=str(ROOT / "templates"))
    app.config.update(_flask_config(given))
    app.url_map.converters["row"] = rest.RowConverter
    security.csrf.init_app(app)
    with app.app_context():
        _build(app)
    requests.init_requests(app)
    errors.init_errors(app)
    navigation.init_navigation(app)
    return app


def _build(app: Flask) -> None:
    from app import health
    from app.core import languages, openapi
    from app.core.registry import register_resources
    from app.core.security import SecurityManager
    from starline import subscribers  # noqa: F401
    from starline.core import db

    for face in FACES:
        _import_if_there(f"app.{face}.resources")
    SecurityManager.authdbview = _face("identity").AuthView
    builder = AppBuilder(security_manager_class=SecurityManager, indexview=_face("home").HomeView, update_perms=False)
    builder.init_app(app, db.session)
    languages.init_languages(app)
    register_resources(builder)
    for face in FACES:
        for module in ("pages", "api", "outbox_page"):
            _serve(app, builder, _import_if_there(f"app.{face}.{module}"))
    app.register_blueprint(health.blueprint)
    openapi.init_openapi(app)


def _face(name: str) -> Any:
    """The pages of a face that FAB must know by name."""
    return importlib.import_module(f"app.{name}.pages")


def _serve(app: Flask, builder: AppBuilder, module: Any) -> None:
    """Serve a module's FAB views (`VIEWS`) and its blueprint (`blueprint`)."""
    for view in getattr(module, "VIEWS", ()):
        builder.add_view_no_menu(view)
    if hasattr(module, "blueprint"):
        app.register_blueprint(module.blueprint)


def _import_if_there(name: str) -> Any:
    """The module, or None: not every package has resources, pages and an API."""
    file = ROOT.joinpath(*name.split("."))
    return importlib.import_module(name) if file.with_suffix(".py").exists() else None


def _flask_config(given: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": given.secret_key,
        "ENVIRONMENT": given.environment,
        "APP_NAME": "Starline",
        "MAX_CONTENT_LENGTH": 20 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-session" if given.is_production else "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": given.is_production,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "WTF_CSRF_CHECK_DEFAULT": False,  # asked for in `security.check_csrf`, where the kind of sign-in is known
        "WTF_CSRF_TIME_LIMIT": None,
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_ADD_OPENAPI_VIEW": False,
        "FAB_ADD_MENU_API": False,
        "FAB_BASE_TEMPLATE": "appbuilder/baselayout.html",
        "FAB_API_SWAGGER_UI": False,
        "LANGUAGES": {code: {"flag": code, "name": name} for code, name in LANGUAGES.items()},
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "BABEL_DEFAULT_LOCALE": "en",
        "JWT_SECRET_KEY": given.jwt_key,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
    }
