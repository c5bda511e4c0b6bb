"""Imports every module that subscribes to events. Whoever runs verbs (web, worker, commands) imports this one."""

from starline.clients import documents as client_documents
from starline.identity import onboarding
from starline.notifications import security
from starline.scheduling import documents as visit_documents
from starline.scheduling import following, leaving, offers, tolerances
from starline.services import documents as plan_documents
from starline.services import founding as services
from starline.staff import catalogue
from starline.staff import documents as staff_documents
from starline.webhooks import telling as webhooks

__all__ = [
    "catalogue",
    "client_documents",
    "following",
    "leaving",
    "offers",
    "onboarding",
    "plan_documents",
    "security",
    "services",
    "staff_documents",
    "tolerances",
    "visit_documents",
    "webhooks",
]
