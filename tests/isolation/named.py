"""Ids that a request beyond the resources names beside its path: in the body, a nested key, a list, the query."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.isolation.honest import Request

Put = Callable[[Request, Any], Request]


@dataclass(frozen=True)
class Named:
    """A place for the id of a row of `resource`, and how it is put there."""

    place: str
    resource: str
    put: Put


def in_body(name: str, resource: str, **more: Any) -> Named:
    return Named(name, resource, lambda asked, key: replace(asked, body={**asked.body, **more, name: key}))


def in_list(name: str, resource: str) -> Named:
    """Second in the list, after what honestly stands there."""

    def put(asked: Request, key: Any) -> Request:
        return replace(asked, body={**asked.body, name: [*asked.body.get(name, []), key]})

    return Named(f"{name}, second in the list", resource, put)


def in_values(name: str, resource: str) -> Named:
    def put(asked: Request, key: Any) -> Request:
        return replace(asked, body={**asked.body, "values": {**asked.body["values"], name: key}})

    return Named(f"values.{name}", resource, put)


def in_act(name: str, resource: str, **more: Any) -> Named:
    """In an act of a phone's batch."""

    def put(asked: Request, key: Any) -> Request:
        (act,) = asked.body["acts"]
        return replace(asked, body={"acts": [{**act, **more, name: key}]})

    return Named(f"acts[].{name}", resource, put)


def in_query(name: str, resource: str) -> Named:
    return Named(f"?{name}", resource, lambda asked, key: replace(asked, query={**asked.query, name: key}))


TASK = {"kind": "task", "outcome": "done"}

NAMED: dict[tuple[str, str], tuple[Named, ...]] = {
    ("OfferingApi.offer", "POST"): (in_list("staff_member_ids", "staff"),),
    ("InvitingApi.invite", "POST"): (in_list("staff_member_ids", "staff"),),
    ("MatchView.assign", "POST"): (in_body("assign", "staff"),),
    ("MatchView.offer", "POST"): (in_body("staff_member_id", "staff"),),
    ("VisitMoveApi.move", "POST"): (in_body("staff_member_id", "staff"),),
    ("VisitChangeApi.change_series", "POST"): (
        in_values("staff_member_id", "staff"),
        in_values("service_type_id", "service_types"),
        in_values("service_address_id", "service_addresses"),
    ),
    ("ScheduleApi.take_back", "POST"): (in_list("ids", "visits"),),
    ("MyVisitsApi.acts", "POST"): (
        in_act("visit_id", "visits"),
        in_act("task_id", "visit_tasks", **TASK),
    ),
    ("PortalView.act", "POST"): (in_body("task_id", "visit_tasks", **TASK),),
    ("WinningView.client", "POST"): (in_body("link", "clients"),),
    ("WinningApi.make_client", "POST"): (in_body("client_id", "clients"),),
    ("MergeView.merge", "POST"): (in_body("kept", "clients"),),
    ("MergeApi.merge", "POST"): (in_body("kept_client_id", "clients"),),
    ("FileApi.upload", "POST"): (in_body("owner_id", "clients"),),
    ("ComplianceApi.clearance", "GET"): (in_query("staff_member_id", "staff"),),
    ("OwnCredentialsView.hand_in", "POST"): (in_body("credential_type_id", "credential_types"),),
}
