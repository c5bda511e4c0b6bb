"""Imports every module that subscribes to events. Whoever runs verbs (web, worker, commands) imports this one."""

from starline.identity import onboarding
from starline.notifications import security
from starline.staff import catalogue

__all__ = ["catalogue", "onboarding", "security"]
