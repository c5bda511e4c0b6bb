"""The cast of the isolation tests: Harbor and Summit, of the same shape, with everybody who could ask.

Every text of Summit holds a canary, a word that no answer to Harbor's people may contain.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.core.resource import Resource, registry
from config import settings
from starline import subscribers
from starline.core import crypto, db, tenancy
from starline.core.db import Role, User, session
from starline.identity import roles, sessions, tokens, users
from starline.identity.attempts import Origin
from starline.identity.models import RecordScope
from starline.organizations.service import set_up_organization, set_up_platform
from tests.contract.factory import Factory
from tests.isolation.records import CANARY, keep_records
from tests.isolation.roles import connected, enter, rows
from tests.isolation.unwritten import unwritten

LEFT_PLAIN = {
    "organizations": "The name and the addresses of an agency stand on its public sign-in page.",
    "organization_settings": "So does its brand.",
    "audit_events": "Nobody may change them; they hold the canaries of the rows they tell of.",
    "audit_sightings": "Nor these, which repeat them.",
    "audit_texts": "Their texts are sealed; the rest names what they tell of.",
    "ab_role": "Names are those of the templates in every organisation.",
    "user_sessions": "The channel decides how a session is checked.",
    "organization_keys": "The purpose decides what a key is for.",
    "outbox_messages": "Task names are the same for all.",
    "organization_counters": "Names of series are the same for all.",
    "search_spellings": "Triggers make them of the names, which hold canaries.",
    "search_tokens": "These too.",
}
assert subscribers


@dataclass
class Person:
    """Somebody with a session. `template` is the name of their role."""

    template: str
    user_id: int
    organization_id: UUID
    host: str
    token: str
    session_id: str
    permissions: frozenset[tuple[str, str]]
    scope: str


@dataclass
class Agency:
    """An organisation with its people by role, and rows of every resource by its name."""

    id: UUID
    host: str
    people: dict[str, Person] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    """A row that caregiver and family may see as well."""
    outside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """A row of another client and another staff member, in another branch."""
    parents: dict[str, Any] = field(default_factory=dict)
    """The ids, by table, of the branch, the client and the staff member that own the rows within reach."""
    used_up: dict[str, str] = field(default_factory=dict)
    """The ids of rows that one route each may use up."""
    broken: dict[str, str] = field(default_factory=dict)
    """Why there is no row of a resource, by its name."""
    factory: Any = None


@dataclass
class Cast:
    application: Any
    harbor: Agency
    summit: Agency
    spare: Agency
    """Only there to be suspended and opened again."""
    operator: Person
    callers: dict[tuple[str, bool], Any] = field(default_factory=dict)
    """Browsers and scripts by session, as the walks have opened them."""


def assemble(application: Any) -> Cast:
    """Both agencies with their people and rows, committed."""
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        set_up_platform(_administrator("starline"))
    _leap_numbers(700500300)
    harbor = found(application, "harbor")
    _leap_numbers(800600400)
    summit = found(application, "summit")
    plant_canaries(summit)
    platform = Agency(tenancy.PLATFORM_ID, "platform.localhost")
    spare = Agency(_set_up("spare"), "spare.localhost")
    return Cast(application, harbor, summit, spare, join(platform, "Second operator", roles.OPERATOR.name))


def found(application: Any, name: str) -> Agency:
    """One agency: people of every template role, a caregiver of another client, somebody disabled, and rows."""
    agency = Agency(_set_up(name), f"{name}.localhost")
    with tenancy.acting(agency.id), db.transaction():
        _add_branch_role()
    for template in (*(one.name for one in roles.ROLE_TEMPLATES), "Branch office"):
        agency.people[template] = join(agency, template, template)
    agency.people["Other caregiver"] = join(agency, "Other caregiver", "Caregiver")
    agency.people["Disabled"] = join(agency, "Disabled", "Administrator")
    # Rows that name a person name one who plays no part: a role more would change what a part may do.
    near, far = (join(agency, name, "Family").user_id for name in ("Near", "Far"))
    agency.factory = Factory(sender(application, agency.people["Administrator"]), near)
    _fill(agency, near, far)
    keep_records(agency, near)
    _disable(agency.people["Disabled"])
    return agency


def join(agency: Agency, name: str, template: str) -> Person:
    """A new person of the agency with one role, signed in on the API and in a browser."""
    word = name.lower().replace(" ", "-")
    with tenancy.acting(agency.id), db.transaction():
        role = session.query(Role).filter_by(template=template).one()
        values = {"email": f"{word}@{agency.host}.example", "first_name": name, "last_name": "Person", "roles": [role]}
        user = users.create_user(values, by=None)
        opened = sessions.start(user, origin=Origin("api", "127.0.0.1", "test"), has_second_factor=True)
        web = sessions.start(user, origin=Origin("web", "127.0.0.1", "test"), has_second_factor=True)
        token = _lasting_token(opened)
        permissions = frozenset((one.permission.name, one.view_menu.name) for one in role.permissions)
        return Person(template, user.id, agency.id, agency.host, token, str(web.id), permissions, role.record_scope)


def _lasting_token(opened: Any) -> str:
    """A walk over everything takes longer than an access token usually lives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "ACCESS_LIFETIME", timedelta(hours=2))
        return tokens.issue(opened).access_token


def sender(application: Any, person: Person) -> Any:
    """POSTs JSON as the person; the way of the factory."""
    client = application.test_client()
    headers = {"Authorization": f"Bearer {person.token}"}

    def send(path: str, values: dict[str, Any]) -> Any:
        keyed = {**headers, "Idempotency-Key": str(uuid4())}
        return client.post(path, json=values, headers=keyed, base_url=f"http://{person.host}")

    return send


def plant_canaries(agency: Agency, canary: str = CANARY) -> int:
    """Put a word of its own into every text that the agency keeps; how many texts there are."""
    planted = 0
    with connected(settings().database_url) as cursor:
        enter(cursor, agency.id)
        for table, column, length in rows(cursor, _TEXTS):
            if table in LEFT_PLAIN or (length is not None and length < len(canary) + 7):
                continue
            word = f"{canary}{hashlib.md5(f'{table}.{column}'.encode()).hexdigest()[:4]}"
            cursor.execute(
                f"UPDATE {table} SET {column} = '{word}' || to_hex((row_number)::int) FROM (SELECT ctid AS row_place,"
                f" row_number() OVER () FROM {table}) AS numbered WHERE {table}.ctid = numbered.row_place"
                f" AND {table}.{column} IS NOT NULL"
            )
            planted += cursor.rowcount
        cursor.connection.commit()
    planted += _plant_in_sealed_texts(agency, canary)
    assert planted > 50
    return planted


def _plant_in_sealed_texts(agency: Agency, canary: str) -> int:
    planted = 0
    with tenancy.acting(agency.id), db.transaction():
        for model in (mapper.class_ for mapper in db.Model.registry.mappers):
            table = model.__table__
            for part in crypto.sealed_texts(model):
                column = table.c[part.attribute]
                word = f"{canary}{hashlib.md5(f'{table.name}.{part.name}'.encode()).hexdigest()[:4]}"
                own = (table.c.organization_id == agency.id, column.is_not(None))
                for key in session.scalars(select(table.c.id).where(*own)).all():
                    place = {"table": table.name, "column": part.attribute, "row_id": key}
                    sealed = crypto.encrypt(f"{word}{planted:x}", **place)
                    session.execute(update(table).where(table.c.id == key).values({part.attribute: sealed}))
                    planted += 1
    return planted


# Every stored text column but those bound by a rule: checked, generated, a hash, an address of a file, a time zone.
_TEXTS = """
SELECT c.relname, a.attname, CASE WHEN a.atttypmod > 4 THEN a.atttypmod - 4 END
  FROM pg_policies p JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = 'public'::regnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE p.policyname = 'tenant' AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
   AND a.attname !~ '_hash$|^password$|^time_zone$'
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND a.attnum = ANY (k.conkey)
                      AND pg_get_constraintdef(k.oid) !~ 'IS (NOT )?NULL')
 ORDER BY 1, 2
"""


def fingerprint(agency: Agency) -> dict[str, str]:
    """An md5 of all rows of each table of the agency, read as itself."""
    with connected(settings().database_url) as cursor:
        enter(cursor, agency.id)
        tables = rows(cursor, "SELECT tablename FROM pg_policies WHERE policyname = 'tenant' ORDER BY 1")
        found = {}
        for (table,) in tables:
            key = "id" if table == "organizations" else "organization_id"
            query = f"SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t"
            found[table] = rows(cursor, f"{query} WHERE {key} = %s", str(agency.id))[0][0]
        return found


@contextmanager
def unchanged(agency: Agency, *, but: frozenset[str] = frozenset()) -> Iterator[None]:
    """Fails where anything of the agency is another after the block than before, save in the tables of `but`."""
    before = fingerprint(agency)
    yield
    after = fingerprint(agency)
    changed = {table for table in before if before[table] != after[table]} - but
    assert not changed, f"changed: {sorted(changed)}"


@lru_cache
def narrows(resource: Resource, scope: str) -> bool:
    """Whether the record scope leaves rows of the resource out; kept as it was first found, for the mutants' sake."""
    narrow = getattr(resource.model, "visible_to", lambda viewer: None)
    return str(narrow(_Scope(scope))) != str(narrow(_Scope(RecordScope.ALL)))


@dataclass
class _Scope:
    scope: str
    user_id: int = 0
    readable: tuple[str, ...] = ("Clients", "StaffMembers", "Credentials")
    branch_id: UUID = field(default_factory=lambda: UUID(int=0))


def _set_up(name: str) -> UUID:
    with tenancy.acting(tenancy.PLATFORM_ID), db.transaction():
        values = {"name": f"{name.title()} Care", "slug": name, **_administrator(name)}
        return set_up_organization(values, by=None).id


def _leap_numbers(start: int) -> None:
    """Let the whole-number ids of the next agency look like nothing else on a page, such as the size of a picture."""
    with connected(settings().owner_database_url) as cursor:
        for table in ("ab_user", "ab_role", "ab_user_role"):
            cursor.execute(f"SELECT setval('{table}_id_seq', {start})")
        cursor.connection.commit()


def _administrator(name: str) -> dict[str, str]:
    return {
        "administrator_email": f"first@{name}.example",
        "administrator_first_name": "First",
        "administrator_last_name": "Person",
    }


def _add_branch_role() -> None:
    """A role that may do all, in one branch: none of the templates is so."""
    everything = roles.role_of(roles.ADMINISTRATOR).permissions
    role = Role(name="Branch office", record_scope=RecordScope.BRANCH, template="Branch office")
    role.permissions = list(everything)
    session.add(role)


def _fill(agency: Agency, near: int, far: int) -> None:
    """Rows of every resource, first within everybody's reach, then out of it."""
    make, by_table = agency.factory, {one.model.__tablename__: one for one in registry.values()}
    caregiver, family = agency.people["Caregiver"].user_id, agency.people["Family"].user_id
    for reach, user_id, relative, somebody in (
        (agency.own, caregiver, family, near),
        (agency.outside, agency.people["Other caregiver"].user_id, None, far),
    ):
        make.user_id = somebody
        make.renew_parents()
        branch = make.make(by_table["branches"], full=True)
        make.parents["branches"] = branch["id"]
        client = make.make(by_table["clients"], full=True)
        staff = make.make(by_table["staff_members"], full=True, user_id=user_id)
        make.parents |= {"clients": client["id"], "staff_members": staff["id"]}
        reach |= {"branches": branch, by_table["clients"].name: client, by_table["staff_members"].name: staff}
        parents = dict(make.parents)
        if reach is agency.own:
            agency.parents = parents
        for resource in registry.values():
            if resource.name not in reach:
                make.parents = dict(parents)
                special = {
                    "ab_user": {"branch_id": parents["branches"]},
                    "care_team_members": {"user_id": user_id},
                    "contacts": {"user_id": relative},
                }
                given = special.get(resource.model.__tablename__, {}) | dated(resource) | children(resource, parents)
                try:
                    reach[resource.name] = _row(agency, resource, given)
                except AssertionError as problem:
                    # One resource that can't be written must not hide what the others do.
                    agency.broken[resource.name] = str(problem)
    make.user_id = near
    make.roots = {"branches": agency.parents["branches"]}
    _settle(agency)


def _row(agency: Agency, resource: Resource, given: dict[str, Any]) -> dict[str, Any]:
    """A new row: through REST, or past it where the resource offers no adding."""
    if "add" in resource.methods:
        made: dict[str, Any] = agency.factory.make(resource, full=True, **given)
        return made
    values = agency.factory.values(resource, full=True, **given)
    by_key = {one.key: one for one in resource.form_fields}
    users_ = {one.key: agency.factory.user_id for one in resource.form_fields if one.target is User}
    more = unwritten(agency, resource)
    with tenancy.acting(agency.id), db.transaction():
        typed = {name: by_key[name].read(value) for name, value in (values | users_).items()}
        row = resource.model(**typed | more)
        session.add(row)
        session.flush()
        known = {"id": str(row.id), "version": row.version}
        if resource.client_column != "client_id":
            return known
        return known | {"client_id": str(row.client_id) if row.client_id else None}


def another(agency: Agency, resource: Resource) -> dict[str, Any]:
    """One more row of a resource that offers no adding."""
    agency.factory.parents = dict(agency.parents)
    return _row(agency, resource, {})


def dated(resource: Resource) -> dict[str, Any]:
    """An assignment that runs: only the present care team sees a client. A view that is shared: others see no other."""
    return {
        "care_team_members": {"starts_on": "2024-01-01", "ends_on": None},
        "saved_views": {"is_shared": True},
    }.get(resource.model.__tablename__, {})


def children(resource: Resource, parents: dict[str, Any]) -> dict[str, Any]:
    """The ids of the shared parents for every reference that decides where the row belongs."""
    return {
        one.key: parents[one.target.__tablename__]
        for one in resource.form_fields
        if one.target is not None
        and (one.required or one.target.__tablename__ == "branches")
        and one.target.__tablename__ in parents
    }


def _settle(agency: Agency) -> None:
    """The branch office sits in the branch of the rows within reach, and so does whom rows name."""
    with tenancy.acting(agency.id), db.transaction():
        for user_id in (agency.people["Branch office"].user_id, agency.factory.user_id):
            session.query(User).filter_by(id=user_id).one().branch_id = UUID(agency.own["branches"]["id"])


def _disable(person: Person) -> None:
    """Shut out without ending the sessions, as a half-done administrator would: the flag alone must do."""
    with tenancy.acting(person.organization_id), db.transaction():
        session.query(User).filter_by(id=person.user_id).one().active = False
