"""Verbs beyond CRUD: `POST /api/v1/time_off/<pk>/approve` and its like."""

from app.core.resource import registry
from app.staff.actions import action_api

VIEWS = (action_api(registry["TimeOffRequests"]), action_api(registry["Credentials"]))
