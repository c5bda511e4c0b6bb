"""Imports every domain's models, so that the metadata is whole wherever this module is imported."""

from starline.clients import models as clients
from starline.core import audit, crypto, outbox, schedules, search
from starline.exports import models as exports
from starline.files import models as files
from starline.identity import alerts, break_glass, reviews, saved_views, support
from starline.identity import models as identity
from starline.imports import models as imports
from starline.lifecycle import models as lifecycle
from starline.notifications import models as notifications
from starline.organizations import custom_fields
from starline.organizations import models as organizations
from starline.scheduling import models as scheduling
from starline.services import models as services
from starline.staff import models as staff
from starline.webhooks import models as webhooks

__all__ = [
    "alerts",
    "audit",
    "break_glass",
    "clients",
    "crypto",
    "custom_fields",
    "exports",
    "files",
    "identity",
    "imports",
    "lifecycle",
    "notifications",
    "organizations",
    "outbox",
    "reviews",
    "saved_views",
    "schedules",
    "scheduling",
    "search",
    "services",
    "staff",
    "support",
    "webhooks",
]
