"""Support access in the browser: marked, reading only, each row with its reason, over at once when it is ended."""

from typing import Any

from sqlalchemy import select

from starline.core.audit import AuditEvent
from starline.core.db import session
from starline.identity import support
from starline.identity.support import Operator, SupportAccess
from tests.identity.factories import HARBOR, committed

WHY = "A report shows no rows"


def _entered(web: Any) -> Any:
    """The operator's browser at Harbor's address, just handed over."""
    with committed(HARBOR):
        asked = support.request_access(Operator(7, "Odile Operator", "odile@platform.example"), reason=WHY, hours=1)
        secret = support.hand_over(support.approve(asked, by=None))
    browser = web.at("harbor.localhost")
    assert browser.get(f"/support/{secret}").status_code == 302
    assert web.at("harbor.localhost").get(f"/support/{secret}").status_code == 404
    return browser


def test_support_looks_marked_changes_nothing_and_is_over_when_ended(web: Any) -> None:
    browser = _entered(web)
    page = browser.get("/clients/list/")
    assert page.status_code == 200
    assert "Support access: you may look and change nothing" in page.get_data(as_text=True)
    assert WHY in page.get_data(as_text=True)
    for path in ("/clients/add", "/clients/download", "/me", "/enrol"):
        assert browser.get(path).status_code in (302, 403, 404), path
    for path in ("/me", "/break-glass/", "/api/v1/clients/", "/me/sessions/revoke-others"):
        assert browser.post(path, data={}).status_code >= 400, path
    with committed(HARBOR):
        read = session.scalars(select(AuditEvent).where(AuditEvent.action == "read", AuditEvent.subject == "clients"))
        reasons = {one.reason for one in read}
        access = session.scalars(select(SupportAccess)).one()
        support.end(access, by=None)
    assert reasons == {f"Support access by Odile Operator: {WHY}"}
    assert browser.get("/clients/list/").status_code in (302, 401)
    assert browser.get("/api/v1/clients/").status_code == 401
