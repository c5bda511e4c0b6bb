"""Somebody asks for another e-mail address on their profile."""

from typing import Any

import pytest
from sqlalchemy import select

from starline.core import db
from starline.core.db import User
from starline.identity import invitations
from starline.identity.models import TokenPurpose, UserToken
from tests.identity.conftest import Web
from tests.identity.factories import HARBOR, PASSWORD, committed
from tests.identity.test_web_sign_in import new_person, outcomes, send, sign_in


@pytest.fixture
def browser(web: Web) -> Any:
    return web.at("harbor.localhost")


def email_links(user_id: int) -> list[UserToken]:
    """The links to a new address that the person could still open."""
    with committed(HARBOR):
        query = select(UserToken).filter_by(user_id=user_id, purpose=TokenPurpose.EMAIL_CHANGE, used_at=None)
        return list(db.session.scalars(query))


def test_a_new_e_mail_address_asks_for_the_password_that_one_has(browser: Any) -> None:
    user_id = new_person("vic")
    sign_in(browser, "vic")
    fields = {"first_name": "Victor", "last_name": "Ng", "phone": "", "locale": "", "time_zone": ""}
    assert send(browser, "/me", email="vic@harbor.example", **fields).status_code == 302
    for password in ("", "wrong"):
        refused = send(browser, "/me", email="new@harbor.example", current_password=password, **fields)
        assert refused.status_code == 422 and "current password" in refused.text
    assert outcomes("vic")[-2:] == ["succeeded", "wrong_password"] and email_links(user_id) == []
    assert send(browser, "/me", email="new@harbor.example", current_password=PASSWORD, **fields).status_code == 302
    assert len(email_links(user_id)) == 1


def test_signing_out_everywhere_else_takes_a_new_e_mail_address_back(browser: Any) -> None:
    user_id = new_person("wes")
    sign_in(browser, "wes")
    with committed(HARBOR):
        invitations.request_email_change(db.session.get_one(User, user_id), "wes.new@harbor.example")
    assert len(email_links(user_id)) == 1
    send(browser, "/me/sessions/others", page="/me/sessions")
    assert email_links(user_id) == []
