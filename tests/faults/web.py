"""The web application of the fault tests: Starline's own, where every client that is taken in promises one effect."""

from typing import Any

from app import create_app
from starline.clients.models import Client
from starline.core.db import session
from starline.core.events import subscribe
from starline.core.outbox import enqueue


@subscribe("client:created")
def promise_effect(client: Client) -> None:
    session.flush()
    enqueue("faults.effect", client_id=str(client.id))


def application() -> Any:
    return create_app()
