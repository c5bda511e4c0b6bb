"""The effect of the fault tests: a counter and a mail for each client, so that one that came twice or never shows."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import text as sql

from starline.core import mail, tenancy
from starline.core.db import session
from starline.core.tasks import task

EFFECT = "effect:"
"""How the counters' names begin; the client's id follows, without its dashes."""
COUNT = sql(
    "INSERT INTO organization_counters (organization_id, name, value) VALUES (:organization_id, :name, 1)"
    " ON CONFLICT (organization_id, name) DO UPDATE SET value = organization_counters.value + 1"
)


@task("faults.effect")
def effect(client_id: str) -> None:
    """Count and send a mail; both for this client alone."""
    name = EFFECT + UUID(client_id).hex
    session.execute(COUNT, {"organization_id": tenancy.current_organization_id(), "name": name})
    key = sha256(name.encode()).hexdigest()[:40]
    mail.send(mail.Message(f"{client_id}@effects.example", "a@b.example", "Effect", "Done.", "Done.", key, "effect"))
