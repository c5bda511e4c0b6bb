"""The words of the OpenAPI document about clocking, tasks and the record of a visit."""

from typing import Any

from app.core.openapi import CHANGING, ID, VERSIONED, answers, document, document_post
from starline.scheduling.evv_vocabulary import Clash, ClockKind, Element, ReasonCode, TaskOutcome
from starline.scheduling.vocabulary import VoidReason

TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
REASON = {"type": "string", "maxLength": 300, "nullable": True}
CODE = {"type": "string", "enum": list(ReasonCode)}
ANYTHING = {"type": "object", "additionalProperties": True}
PROOF = ("events", "exceptions", "tasks", "set_aside")
ACT = {"event_id": ID, "happened_at": MOMENT}


def tell(
    path: str, tag: str, summary: str, properties: dict[str, Any], required: str, answered: dict[str, Any] | None = None
) -> None:
    """Add an operation that a program sends a JSON object to."""
    body = {"type": "object", "required": required.split(), "properties": properties}
    shown = answered or {
        "event_id": ID,
        "clash": {"type": "string", "enum": list(Clash), "nullable": True},
        "sentence": TEXT,
        "result": {**ANYTHING, "nullable": True},
    }
    document_post(path, tag, summary, body=body, told=shown, headers=VERSIONED)


CLOCKED = {"id": ID, "status": TEXT, "result": ANYTHING}
tell(
    "/api/v1/visits/{pk}/clock",
    "Visits",
    "Begin or end the visit",
    {
        "kind": {"type": "string", "enum": list(ClockKind)},
        **ACT,
        "method": {"type": "string", "enum": ["mobile", "manual"], "default": "mobile"},
        "latitude": {**NUMBER, "nullable": True},
        "longitude": {**NUMBER, "nullable": True},
        "accuracy_metres": {**WHOLE, "nullable": True},
        "device": {"type": "string", "maxLength": 120, "nullable": True},
        "sequence": {**WHOLE, "nullable": True},
        "seen_starts_at": {**MOMENT, "nullable": True},
        "reason_code": {**CODE, "nullable": True},
        "reason": REASON,
    },
    "kind happened_at event_id",
    CLOCKED,
)
document_post(
    "/api/v1/visits/{pk}/miss",
    "Visits",
    "Say that the visit did not take place",
    body={
        "type": "object",
        "required": ["reason"],
        "properties": {"reason": {"type": "string", "enum": list(VoidReason)}, "note": REASON},
    },
    told={"id": ID, "status": TEXT, "void_reason": TEXT},
    headers=CHANGING,
)
tell(
    "/api/v1/visits/{pk}/note",
    "Visits",
    "Write the note of the visit",
    {**ACT, "note": TEXT},
    "event_id happened_at note",
)
tell(
    "/api/v1/visits/{pk}/mileage",
    "Visits",
    "Tell the miles driven",
    {**ACT, "miles": TEXT},
    "event_id happened_at miles",
)
tell(
    "/api/v1/visits/{pk}/signature",
    "Visits",
    "Keep the client's signature",
    {**ACT, "name": TEXT, "image": {"type": "string", "format": "byte"}},
    "event_id happened_at name image",
)
tell(
    "/api/v1/clock_events/{pk}/correct",
    "Clock events",
    "Put another time in the place of a wrong one",
    {
        "happened_at": MOMENT,
        "reason_code": CODE,
        "reason": REASON,
        "event_id": {**ID, "nullable": True, "description": "Or an Idempotency-Key."},
    },
    "happened_at reason_code",
    CLOCKED,
)
tell(
    "/api/v1/visit_tasks/{pk}/settle",
    "Tasks of visits",
    "Say what became of the task",
    {**ACT, "outcome": {"type": "string", "enum": list(TaskOutcome)}, "reason": REASON},
    "event_id happened_at outcome",
)
document(
    "/api/v1/visit_verifications/{pk}",
    "get",
    {
        "tags": ["Visits"],
        "summary": "All that proves the visit: the six elements, clock events, exceptions, tasks, record",
        "parameters": [{"name": "pk", "in": "path", "required": True, "schema": ID}],
        "responses": answers(
            404,
            schema={
                "type": "object",
                "properties": {
                    "id": ID,
                    "status": TEXT,
                    "elements": {"type": "object", "properties": {one.value: {"type": "boolean"} for one in Element}},
                    **{name: {"type": "array", "items": ANYTHING} for name in PROOF},
                    "record": {**ANYTHING, "nullable": True},
                },
            },
        ),
    },
)
