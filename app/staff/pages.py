"""Buttons beyond add and edit: answering time off, verifying a credential."""

from app.core.resource import registry
from app.staff.actions import action_view

VIEWS = (action_view(registry["TimeOffRequests"]), action_view(registry["Credentials"]))
