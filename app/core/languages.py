"""Which language a request is answered in, and where Flask-Babel finds its sentences."""

from functools import lru_cache
from pathlib import Path

import flask_appbuilder
from babel.support import Translations
from flask import Flask, request, session
from flask_babel import Domain, refresh

from starline.core import language

_FAB = Path(flask_appbuilder.__file__).parent / "translations"


class Catalogues(Domain):
    """Our sentences in the language that is spoken, and Flask-AppBuilder's own where we have none."""

    def get_translations(self) -> Translations:
        return _with_framework(language.current())


def init_languages(app: Flask) -> None:
    """Answer in the language that `starline.core.language` speaks. After Flask-AppBuilder, which brings Flask-Babel."""
    babel = app.extensions["babel"]
    babel.locale_selector = language.current
    babel.instance.domain_instance = Catalogues()
    # A page says some hundred sentences; Flask-Babel would look up the request for each.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _with_framework(language.current()).ugettext(text),
        ngettext=lambda one, many, number: _with_framework(language.current()).ungettext(one, many, number),
        newstyle=True,
    )


def speak(chosen: str | None) -> None:
    """Answer the rest of this request in `chosen`."""
    if chosen != language.current():
        language.use(chosen)
        refresh()


def remember(chosen: str) -> None:
    """Keep in this browser what a stranger chose."""
    session["locale"] = chosen


def language_of_stranger() -> str:
    """What a stranger chose on the sign-in page, else what the browser asks for."""
    chosen = session.get("locale")
    if chosen in language.LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(language.LANGUAGES)) or language.DEFAULT


@lru_cache(maxsize=8)
def _with_framework(code: str) -> Translations:
    ours = language.catalogue(code)
    theirs = Translations.load(str(_FAB), [code])
    if isinstance(theirs, Translations):
        ours.add_fallback(theirs)
    return ours
