"""Rows in the state that a request needs: a control that a row's state refuses proves nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.core.resource import registry
from starline.clients.vocabulary import IncidentStatus, PairDecision
from starline.core import clock, db, tenancy
from starline.core.db import session
from starline.scheduling.evv_vocabulary import ExceptionStatus, Standing
from starline.scheduling.offer_words import OfferStatus
from starline.scheduling.vocabulary import VisitStatus, VoidReason
from starline.services.models import PlanService, ServicePlan
from starline.services.vocabulary import PlanStatus
from starline.staff.vocabulary import OnboardingStatus, ReviewStatus
from starline.webhooks.models import WebhookDelivery
from starline.webhooks.vocabulary import DeliveryState
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
    ("service_plans", "ask_for_approval"): lambda agency, key: _with_a_service(agency, key),
    ("service_plans", "approve"): lambda agency, key: {"status": PlanStatus.PENDING_APPROVAL, "asked_by_id": None},
    ("service_plans", "send_back"): lambda agency, key: {"status": PlanStatus.PENDING_APPROVAL},
    ("service_plans", "revise"): lambda agency, key: _without_a_next_edition(agency, key),
    ("visits", "confirm"): lambda agency, key: _given_to_somebody(agency),
    ("visits", "take_off"): lambda agency, key: _given_to_somebody(agency),
    ("visits", "reinstate"): lambda agency, key: {"status": VisitStatus.CANCELLED, "void_reason": VoidReason.OTHER},
    ("visit_exceptions", "approve"): lambda agency, key: {"status": ExceptionStatus.OPEN},
    ("visit_exceptions", "send_back"): lambda agency, key: {"status": ExceptionStatus.OPEN},
    ("clock_events", "accept"): lambda agency, key: _kept_beside(agency),
    ("telephony_pins", "unlock"): lambda agency, key: {"failed_tries": 1},
    ("unplanned_calls", "set_aside"): lambda agency, key: {"settled_at": None, "visit_id": None},
    ("offers", "withdraw"): lambda agency, key: {"status": OfferStatus.OPEN, "closed_at": None},
    ("call_outs", "undo"): lambda agency, key: {"undone_at": None},
    ("calendar_feeds", "revoke"): lambda agency, key: {"revoked_at": None, "revoked_by_id": None},
    ("webhook_deliveries", "send_again"): lambda agency, key: _with_its_endpoint_on(agency, key),
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


def _with_a_service(agency: Agency, key: Any) -> dict[str, Any]:
    with tenancy.acting(agency.id), db.transaction():
        if session.query(PlanService).filter_by(plan_id=key).count() == 0:
            service_id = agency.own["service_types"]["id"]
            session.add(PlanService(plan_id=key, service_type_id=service_id, hours_per_week=Decimal(10)))
    return {"status": PlanStatus.DRAFT}


def _with_its_endpoint_on(agency: Agency, key: Any) -> dict[str, Any]:
    with tenancy.acting(agency.id), db.transaction():
        session.query(WebhookDelivery).filter_by(id=key).one().endpoint.is_active = True
    return {"state": DeliveryState.DELIVERED}


def _without_a_next_edition(agency: Agency, key: Any) -> dict[str, Any]:
    with tenancy.acting(agency.id), db.transaction():
        for draft in session.query(ServicePlan).filter_by(replaces_id=key):
            session.delete(draft)
    return {"status": PlanStatus.ACTIVE, "approved_at": clock.now()}


def _given_to_somebody(agency: Agency) -> dict[str, Any]:
    somebody = agency.factory.make(registry["StaffMembers"])
    planned = {"status": VisitStatus.SCHEDULED, "void_reason": None}
    return {**planned, "staff_member_id": somebody["id"], "open_reason": None}


def _kept_beside(agency: Agency) -> dict[str, Any]:
    somebody = agency.factory.make(registry["StaffMembers"])
    return {"standing": Standing.BESIDE, "staff_member_id": somebody["id"]}


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
