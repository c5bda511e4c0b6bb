"""The tokens are of the rows as they are, whoever wrote them, and are entered by an index."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy import text as sql

from app.platform.local import databases
from starline.clients.models import Client
from starline.core import db, search, tenancy
from starline.core.search import tasks
from starline.staff.models import StaffMember
from tests.isolation.roles import as_runtime, rows
from tests.organizations.factories import HARBOR, SUMMIT, a_client, acting_for, branch_id
from tests.search.conftest import EVERYBODY, names
from tests.search.test_words import one_typo, typo

MANY = 3_000
_SYLLABLES = "an ber cor dan el fin gar hol in jen kel lor mar nor ol per quin ros sel tor ul ver wil yar zel"
_FIRST = "Ada Bruno Clara Dana Emil Flora Gus Hana Ivo June Karl Lena Milo Nora Otto Pia Rosa Sami Tess Uma"
SYLLABLES, FIRST = _SYLLABLES.split(), _FIRST.split()


@pytest.fixture(scope="module")
def agency(database: str, _copy: Any) -> list[tuple[str, str]]:
    """Harbor with some thousand clients, whose names are told, and Summit with one."""
    chance = random.Random(7)
    made = []
    while len(made) < MANY:
        last = "".join(chance.choice(SYLLABLES) for _part in range(chance.randint(2, 3)))
        made.append((chance.choice(FIRST), last.capitalize()))
    with acting_for(HARBOR, "harbor"), db.transaction():
        a_client(first_name="Zed", last_name="Template")
        db.session.flush()
        columns = [one.name for one in Client.__table__.c if one.computed is None]
        changed = {
            "id": "gen_random_uuid()",
            "first_name": "n.first",
            "last_name": "n.last",
            "client_number": "1000 + n.number",
        }
        selected = ", ".join(changed.get(name, f"c.{name}") for name in columns)
        statement = (
            f"INSERT INTO clients ({', '.join(columns)}) SELECT {selected} FROM clients c,"
            " unnest(CAST(:firsts AS text[]), CAST(:lasts AS text[])) WITH ORDINALITY AS n(first, last, number)"
        )
        db.session.execute(sql(statement), {"firsts": [a for a, _b in made], "lasts": [b for _a, b in made]})
    with acting_for(SUMMIT, "summit"), db.transaction():
        a_client(first_name="Zed", last_name="Quillfeather")
    with databases.superuser(_copy.server, _copy.name) as run:
        run.execute("ANALYZE")
    return made


@pytest.fixture
def acting(agency: Any) -> Iterator[list[tuple[str, str]]]:
    with tenancy.acting(HARBOR):
        yield agency
        db.roll_back()
        db.session.remove()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, MANY - 1), typo, st.booleans(), st.booleans())
def test_any_name_is_found_with_a_typo(
    acting: list[tuple[str, str]], number: int, change: tuple[str, int, str], in_first: bool, is_swapped: bool
) -> None:
    first, last = acting[number]
    typed = (one_typo(first, *change), last) if in_first else (first, one_typo(last, *change))
    assume(not any(is_name_of(typed, one) for one in acting))  # then whoever is called so is meant, and nobody else
    text = " ".join(reversed(typed) if is_swapped else typed)
    assert f"{first} {last}" in names(text), text


def is_name_of(typed: tuple[str, str], person: tuple[str, str]) -> bool:
    """Whether what was typed begins the person's names, in either order."""
    ways = (typed, typed[::-1])
    return any(
        all(name.lower().startswith(word.lower()) for name, word in zip(person, way, strict=True)) for way in ways
    )


def test_another_agencys_rows_are_never_found(acting: Any) -> None:
    assert names("quillfeather") == names("quilfeather") == []
    with tenancy.acting(SUMMIT):
        assert names("quilfeather") == ["Zed Quillfeather"]
        assert names("template") == []


@pytest.mark.parametrize("typed", ["ada", "ada mar", "adda marberr", "1500", "a", "0142", "5/2/1941", "zzz qqq"])
@pytest.mark.parametrize("scope", ["all", "branch", "assigned", "own"])
def test_every_statement_enters_the_tokens_by_an_index(acting: Any, typed: str, scope: str) -> None:
    """As the runtime role plans it, under row-level security."""
    plans: list[Any] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "search_" in statement and statement.startswith(("SELECT", "WITH")):
            with connection.connection.cursor() as own:
                own.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                plans.extend(_nodes(own.fetchone()[0][0]["Plan"]))

    viewer = type("V", (), {"scope": scope, "user_id": 1, "branch_id": branch_id()})
    event.listen(db.engine(), "before_cursor_execute", explain)
    try:
        names(typed, viewer=viewer)
    finally:
        event.remove(db.engine(), "before_cursor_execute", explain)
    scans = [node for node in plans if node.get("Relation Name") in ("search_tokens", "search_spellings", "clients")]
    assert scans and {node["Node Type"] for node in scans} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
    if scope in ("all", "branch"):
        assert any("token >= " in node.get("Index Cond", "") for node in plans)


def test_the_trigger_of_each_table_says_what_its_model_says(agency: Any) -> None:
    query = (
        "SELECT tgrelid::regclass::text, string_to_array(encode(tgargs, 'escape'), '\\000')"
        " FROM pg_trigger WHERE tgname = 'search'"
    )
    with as_runtime() as cursor:
        found = {table: given[:4] for table, given in rows(cursor, query)}
    assert found == {
        model.__tablename__: [
            model.__searched__.names,
            model.__searched__.number,
            model.__searched__.phones,
            model.__searched__.birthday,
        ]
        for model in (Client, StaffMember)
    }


def test_no_protected_value_is_a_token() -> None:
    for model in (Client, StaffMember):
        said = model.__searched__
        named = f"{said.names} {said.number} {said.phones} {said.birthday}"
        assert not any(word in named for word in ("ssn", "encrypted", "medicaid", "medicare"))


def test_rebuilding_changes_nothing(acting: Any) -> None:
    before = _all("search_tokens", "token, record_id, subject"), _all("search_spellings", "spelling, word")
    assert db.session.scalar(sql("SELECT app.rebuild_search()")) == len(before[0])
    assert (_all("search_tokens", "token, record_id, subject"), _all("search_spellings", "spelling, word")) == before


def test_tidying_forgets_words_that_are_gone_and_learns_lost_ones(acting: Any) -> None:
    before = _all("search_spellings", "spelling, word")
    client = db.session.query(Client).filter_by(last_name="Template").one()
    client.last_name = "Quentinsen"
    db.session.flush()
    assert names("quentinsne") == ["Zed Quentinsen"]
    client.last_name = "Template"
    db.session.flush()
    db.session.execute(sql("DELETE FROM search_spellings WHERE word = 'template'"))
    assert names("templtae") == []
    tasks.tidy_search()
    assert names("templtae") == ["Zed Template"]
    assert sorted(_all("search_spellings", "spelling, word")) == sorted(before)


def test_finding_ids_forgives_typos_only_where_nothing_fits(acting: Any) -> None:
    exact = search.find_ids(Client, "template", viewer=EVERYBODY, limit=10)
    assert search.find_ids(Client, "tempalte", viewer=EVERYBODY, limit=10) == exact and len(exact) == 1


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def _all(table: str, columns: str) -> list[Any]:
    query = f"SELECT {columns} FROM {table} WHERE organization_id = :id ORDER BY {columns}"
    return [tuple(row) for row in db.session.execute(sql(query), {"id": HARBOR})]
