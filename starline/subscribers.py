"""Imports every module that subscribes to events. Whoever runs verbs (web, worker, commands) imports this one."""

from starline.clients import documents as client_documents
from starline.identity import onboarding
from starline.notifications import security
from starline.scheduling import leaving
from starline.services import founding as services
from starline.staff import catalogue
from starline.staff import documents as staff_documents
from starline.webhooks import telling as webhooks

__all__ = [
    "catalogue",
    "client_documents",
    "leaving",
    "onboarding",
    "security",
    "services",
    "staff_documents",
    "webhooks",
]
