"""100,000 clients in 50 organisations, the same every time, and each contender's users.

The rows go in by COPY. Reads use the first organisations and creates the last, so that the pages which are read stay
the same bytes during a run.
"""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import layout
from psycopg2.extensions import cursor as Cursor

FIRST = [
    "Ada",
    "Ben",
    "Cora",
    "Dan",
    "Elsa",
    "Finn",
    "Gina",
    "Hugo",
    "Iris",
    "Jack",
    "Kira",
    "Liam",
    "Mona",
    "Noah",
    "Opal",
    "Paul",
    "Quinn",
    "Rosa",
    "Seth",
    "Tess",
]
LAST = [
    "Abbott",
    "Barnes",
    "Carver",
    "Dalton",
    "Ellis",
    "Foster",
    "Garner",
    "Hayes",
    "Irving",
    "Jensen",
    "Keller",
    "Lawson",
    "Mercer",
    "Norris",
    "Osborn",
]
STATUSES = ["active"] * 8 + ["inquiry", "on_hold"]
NAMESPACE = uuid.UUID("5f2d1c1e-9d5f-4b53-8a43-0d2f8f9f6a10")

FASTAPI_USERS = """
CREATE TABLE IF NOT EXISTS bench_fastapi.users (
    id integer PRIMARY KEY, email varchar NOT NULL UNIQUE, is_active boolean NOT NULL, organization_id uuid NOT NULL);
"""


@dataclass(frozen=True)
class Organization:
    """An organisation of the benchmark with its one user."""

    number: int
    id: uuid.UUID

    @property
    def name(self) -> str:
        return f"bench{self.number}"

    @property
    def email(self) -> str:
        return f"admin@{self.name}.example"

    @property
    def branch_id(self) -> uuid.UUID:
        return uuid.uuid5(self.id, "branch")


def organizations() -> list[Organization]:
    """All of them; numbers start at 1."""
    return [
        Organization(number, uuid.uuid5(NAMESPACE, f"organization {number}"))
        for number in range(1, layout.ORGANIZATIONS + 1)
    ]


def fill(run: Cursor) -> None:
    """Make organisations, branches and clients unless they are there; `run` is the superuser's."""
    run.execute("SELECT count(*) FROM clients WHERE organization_id = %s", (str(organizations()[-1].id),))
    if run.fetchone()[0]:
        return
    # Neither audit rows nor versions of a hundred thousand seeded rows are wanted.
    run.execute("SET session_replication_role = replica")
    for found in organizations():
        _add_organization(run, found)
    run.copy_expert(f"COPY clients ({', '.join(COPIED)}) FROM STDIN", io.StringIO("".join(_rows())))
    run.execute("SET session_replication_role = DEFAULT")
    run.execute("VACUUM ANALYZE")


def _add_organization(run: Cursor, found: Organization) -> None:
    stamped = {"id": str(found.id), "branch": str(found.branch_id), "number": found.number, "name": found.name}
    stamped["last"] = layout.CLIENTS // layout.ORGANIZATIONS
    for statement in ORGANIZATION:
        run.execute(statement, stamped)


ORGANIZATION = (
    "INSERT INTO organizations (id, name, slug, status, subscription_tier, data_retention_years, created_on,"
    " changed_on, version) VALUES (%(id)s, %(name)s, 'bench' || %(number)s, 'active', 'standard', 10, now(), now(), 1)",
    "INSERT INTO organization_versions VALUES (%(id)s, 1)",
    "INSERT INTO organization_counters VALUES (%(id)s, 'clients', %(last)s)",
    "INSERT INTO branches (id, organization_id, name, is_active, created_on, changed_on, version)"
    " VALUES (%(branch)s, %(id)s, 'Main', true, now(), now(), 1)",
    "INSERT INTO organization_settings (id, organization_id, primary_color, secondary_color, features, time_zone,"
    " locale, date_format, currency, security_policy, scheduling_policy, billing_policy, file_policy, client_policy,"
    " created_on, changed_on, version) VALUES (gen_random_uuid(), %(id)s, '#0f7c6c', '#c2410c', '{}',"
    " 'America/New_York', 'en', 'MM/DD/YYYY', 'USD', '{}', '{}', '{}', '{}', '{}', now(), now(), 1)",
)
COPIED = [
    "id",
    "organization_id",
    "client_number",
    "first_name",
    "last_name",
    "birth_date",
    "status",
    "branch_id",
    "phone",
    "email",
    "sex",
    "languages",
    "is_elopement_risk",
    "has_pets",
    "is_smoking_home",
    "custom",
    "created_on",
    "changed_on",
    "version",
]


def _rows() -> Iterator[str]:
    chance = random.Random(2026)
    each = layout.CLIENTS // layout.ORGANIZATIONS
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(1, each + 1):
        for owner in organizations():
            # Agencies grow side by side, so a page's rows lie scattered over the table.
            at = start + timedelta(minutes=number * 60 + owner.number)
            client = _ordered_id(at, chance)
            first, last = chance.choice(FIRST), chance.choice(LAST) + chance.choice(("", "son", "man", "ley", "field"))
            born = date(1930, 1, 1) + timedelta(days=chance.randrange(12_000))
            phone = f"(555) 555-01{chance.randrange(100):02d}"
            email = f"{first}.{last}.{number}@example.com".lower()
            status = chance.choice(STATUSES)
            told = (client, owner.id, number, first, last, born, status, owner.branch_id, phone, email)
            yield "\t".join(map(str, (*told, "unknown", "{en}", "f", "f", "f", "{}", at, at, 1))) + "\n"


def _ordered_id(at: datetime, chance: random.Random) -> uuid.UUID:
    """A UUIDv7 of that moment."""
    start = int(at.timestamp() * 1000) << 80 | 0x7 << 76
    return uuid.UUID(int=start | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62))


def fastapi_users(run: Cursor) -> None:
    """One user per organisation, numbered like it."""
    run.execute(FASTAPI_USERS)
    for found in organizations():
        run.execute(
            "INSERT INTO bench_fastapi.users VALUES (%s, %s, true, %s) ON CONFLICT DO NOTHING",
            (found.number, found.email, str(found.id)),
        )


def sample(run: Cursor, many: int) -> list[tuple[Organization, str]]:
    """`many` clients of the reading organisations, taken in turn."""
    readers = organizations()[: layout.READERS]
    found = []
    for turn in range(many):
        owner = readers[turn % len(readers)]
        run.execute(
            "SELECT id FROM clients WHERE organization_id = %s ORDER BY id OFFSET %s LIMIT 1",
            (str(owner.id), (turn * 37) % 1500),
        )
        found.append((owner, str(run.fetchone()[0])))
    return found


def forget_created(run: Cursor) -> None:
    """Delete what the creates left, so that every round starts from the same table."""
    last = layout.CLIENTS // layout.ORGANIZATIONS
    run.execute("SET session_replication_role = replica")
    run.execute("TRUNCATE client_status_changes, outbox_messages, match_keys, duplicate_pairs")
    run.execute("DELETE FROM clients WHERE client_number > %s RETURNING id", (last,))
    gone = [key for (key,) in run.fetchall()]
    run.execute("DELETE FROM search_tokens WHERE record_id = ANY(%s::uuid[])", (gone,))
    run.execute("UPDATE organization_counters SET value = %s WHERE name = 'clients'", (last,))
    run.execute("SET session_replication_role = DEFAULT")
    run.execute("TRUNCATE audit_events")
    run.execute("VACUUM ANALYZE clients")
