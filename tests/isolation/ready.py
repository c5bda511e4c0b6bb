"""Rows in the state that a request needs: a control that a row's state refuses proves nothing."""

from collections.abc import Callable
from typing import Any

from app.core.resource import registry
from starline.clients.vocabulary import IncidentStatus, PairDecision
from starline.core import clock, db, tenancy
from starline.core.db import session
from starline.staff.vocabulary import OnboardingStatus, ReviewStatus
from tests.isolation.asks import Ask
from tests.isolation.cast import Agency

States = Callable[[Agency, Any], dict[str, Any]]

STATES: dict[tuple[str, str], States] = {
    ("custom_fields", "reactivate"): lambda agency, key: {"is_active": False},
    ("custom_fields", "move_down"): lambda agency, key: {"position": 0},
    ("duplicates", "look_again"): lambda agency, key: {"decision": PairDecision.NOT_DUPLICATE},
    ("incidents", "close"): lambda agency, key: {"status": IncidentStatus.INVESTIGATING, **LOOKED_INTO},
    ("incidents", "reopen"): lambda agency, key: {"status": IncidentStatus.CLOSED, "closed_at": clock.now()},
    ("onboarding_items", "reopen"): lambda agency, key: {"status": OnboardingStatus.DONE, "done_on": clock.today()},
    ("performance_reviews", "sign"): lambda agency, key: {"rating": 4, "strengths": "Calm and on time."},
    ("staff", "invite_to_sign_in"): lambda agency, key: {"user_id": None, "email": f"{key}@{agency.host}.example"},
}
"""What a row is set to before its verb is asked for, by resource and verb."""
LOOKED_INTO = {"investigation": "The rug slipped.", "corrective_action": "It is gone.", "is_reportable": False}
LATER = frozenset({("performance_reviews", "assigned"), ("performance_reviews", "own")})
"""Rows that a scope opens later: whoever is reviewed sees the review once it is signed."""


def make_ready(agency: Agency, ask: Ask, key: Any) -> None:
    """Set the row to a state in which the verb of `ask` is allowed."""
    states = STATES.get((ask.resource.name, ask.path.rpartition("/")[2]))
    if states is not None and ask.method == "POST":
        _set(agency, ask.resource.model, key, states(agency, key))


def signed(agency: Agency, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A signed review of the staff member of `rows`, which are those within reach or those out of it."""
    if "performance_reviews: later" not in rows:
        factory = agency.factory
        factory.renew_parents()
        staff_id = rows["staff"]["id"]
        made = factory.make(registry["PerformanceReviews"], full=True, staff_member_id=staff_id)
        moment = {"status": ReviewStatus.SIGNED, "signed_at": clock.now(), "signed_by_id": factory.user_id}
        _set(agency, registry["PerformanceReviews"].model, made["id"], {"rating": 4, **moment})
        rows["performance_reviews: later"] = made
    return rows["performance_reviews: later"]


def _set(agency: Agency, model: Any, key: Any, values: dict[str, Any]) -> None:
    with tenancy.acting(agency.id), db.transaction():
        row = session.query(model).filter_by(id=key).one()
        for name, value in values.items():
            setattr(row, name, value)
