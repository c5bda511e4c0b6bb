"""Every view that a role may open, in Spanish: it is drawn, and its page says which language it is in.

A browser draws them in `tests/browser`; what differs between languages is made by the server.
"""

import pytest

from starline.core import db, tenancy
from starline.identity.roles import ROLE_TEMPLATES
from tests.browser.walking import screens, status_of
from tests.contract.callers import by_cookie
from tests.isolation.cast import Cast


@pytest.mark.parametrize("role", [one.name for one in ROLE_TEMPLATES])
def test_every_view_that_a_role_may_open_is_drawn_in_spanish(cast: Cast, role: str) -> None:
    person = cast.harbor.people[role]
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.get_one(db.User, person.user_id).locale = "es"
    browser, findings, paths = by_cookie(cast.application, person), [], screens(cast, role)
    for path in paths:
        answer = browser.get(path, follow_redirects=True)
        is_whole = answer.mimetype == "text/html" and "<html" in answer.text
        if answer.status_code != status_of(path, role):
            findings.append(f"{path}: {answer.status_code}")
        elif is_whole and '<html lang="es"' not in answer.text:
            findings.append(f"{path}: not in Spanish")
    assert findings == []
    assert len(paths) > 5
