"""The agency's own catalogue: its service types and its care tasks. What was ever planned stays, out of use."""

from collections.abc import Mapping
from typing import Any

from starline.core import events
from starline.core.db import session
from starline.core.rows import assign, proposed
from starline.services.models import CareTask, ServiceType
from starline.services.rules import problems_of_service_type


def add_service_type(values: Mapping[str, Any], *, by: int | None) -> ServiceType:
    problems_of_service_type(_tidied(values)).refuse()
    service = ServiceType(**_tidied(values))
    session.add(service)
    session.flush()
    events.record("service_type:added", service)
    return service


def update_service_type(service: ServiceType, values: Mapping[str, Any], *, by: int | None) -> ServiceType:
    problems_of_service_type(proposed(service, _tidied(values))).refuse()
    assign(service, _tidied(values))
    session.flush()
    events.record("service_type:updated", service)
    return service


def add_care_task(values: Mapping[str, Any], *, by: int | None) -> CareTask:
    task = CareTask(**values)
    session.add(task)
    session.flush()
    events.record("care_task:added", task)
    return task


def update_care_task(task: CareTask, values: Mapping[str, Any], *, by: int | None) -> CareTask:
    """Change it for plans that are still to be written; what plans say already stays."""
    assign(task, values)
    session.flush()
    events.record("care_task:updated", task)
    return task


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Codes in capitals, as payers write them."""
    tidy = dict(values)
    if tidy.get("hcpcs"):
        tidy["hcpcs"] = tidy["hcpcs"].strip().upper()
    if "modifiers" in tidy:
        tidy["modifiers"] = [one.strip().upper() for one in tidy["modifiers"] or []]
    return tidy
