"""Every task, worked for Harbor with Summit's ids in its arguments: it sees and changes nothing of Summit's."""

import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import app.exports.jobs
import app.imports.jobs  # noqa: F401  (as a worker's process does)
from config import settings
from starline.core import clock, db, outbound, outbox, storage, tasks, tenancy
from starline.core.outbox import OutboxMessage
from starline.files.adapters.clamd import FakeClamd
from starline.identity.models import SignInAttempt, SignInOutcome
from starline.processes import load_tasks
from tests.isolation.cast import CANARY, Agency, Cast, fingerprint, unchanged
from tests.isolation.ready_tasks import READY, Ground, Run
from tests.isolation.roles import connected, enter, rows
from tests.isolation.tables import tenant_tables
from tests.isolation.tally import Tally
from tests.isolation.unpacked import texts
from tests.notifications.push_service import PushService

WITHOUT_TRACE = {
    "core.prepare_audit_partitions": "It makes the ground's partitions, which are nobody's.",
    "core.verify_audit": "It only reads, and the trail keeps that it did.",
}
"""Tasks whose honest run leaves nothing to see, each with the reason."""
WAITING = {
    "core.seal_audit": "It seals only behind the oldest transaction of the whole server, which may be another's."
}
"""Tasks whose honest run may find nothing to do yet."""
OTHER_ARGUMENTS: dict[str, list[Any]] = {
    "identity.send_notice.template": ["support_access"],
    "identity.send_dormancy_warning.days_left": [3],
    "files.forget_photo.key": ["organizations/none/photos/none.png"],
    "scheduling.review_visits.after": ["00000000-0000-7000-8000-000000000000"],
    "scheduling.review_visits.since": [lambda: clock.today().isoformat()],
    "staff.send_reminder_list.on": [lambda: clock.today().isoformat()],
}
"""What to give parameters that aren't an id, by "task.parameter", or what tells it: a walk may go on over midnight. One
that is unknown stops the walk."""
LAST = "identity.tend_dormant_accounts"
"""After its honest run nobody may sign in."""
ALWAYS = frozenset({"outbox_messages", "audit_events"})
"""Every run is written there."""
LATER = timedelta(days=400)
"""By then whatever can expire has."""


class UnknownArgument(Exception):
    """A task takes something that the walk can't choose. Say in `OTHER_ARGUMENTS` what to give it."""


@pytest.fixture
def phones(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """What is outside answers here: a push service, and a scanner for viruses."""
    with PushService().serving() as service, FakeClamd() as scanner:
        monkeypatch.setattr(outbound, "RULES", service.rules)
        monkeypatch.setenv("STARLINE_CLAMAV_URL", scanner.url)
        settings.cache_clear()
        yield service
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def busy(cast: Cast) -> Iterator[Cast]:
    """Both agencies have somebody who signed in from a new device; the process is a worker's, with its application."""
    load_tasks()
    for agency in (cast.harbor, cast.summit):
        user_id = agency.people["Nurse"].user_id
        with tenancy.acting(agency.id), db.transaction():
            db.session.add(SignInAttempt(user_id=user_id, outcome=SignInOutcome.SUCCEEDED, address="127.0.0.1"))
    with cast.application.app_context():
        yield cast


def test_no_task_reaches_past_its_organisation(busy: Cast, phones: PushService, tally: Tally) -> None:
    findings, cases, controls = [], 0, 0
    ids = [_ids_of(agency) for agency in (busy.harbor, busy.summit)]
    ground = Ground(busy.harbor, phones)
    for name, function in _tasks().items():
        with unchanged(busy.summit):
            for arguments in _arguments(name, function, ids[1]):
                cases += 1
                _perform(busy.harbor.id, name, arguments)
        runs = _prepared(ground, name) or _with_every_row(name, function, ids[0])
        has_run = _leaves_trace(ground, name, runs)
        controls += has_run
        if not has_run and name not in {**WITHOUT_TRACE, **WAITING}:
            findings.append(f"{name}: with Harbor's own ids nothing happened either, so nothing is proved")
        if has_run and name in WITHOUT_TRACE:
            findings.append(f"{name}: a waiver that isn't needed")
        if _words_in_harbor(busy.harbor) or any(CANARY in text for text in (*_mails(), *_kept(busy.harbor))):
            findings.append(f"{name}: Summit's words came to Harbor")
    tally.add(tasks=len(_tasks()), cases=cases, positive_controls=controls, leaks=len(findings))
    tally.add(waived_controls=len(WITHOUT_TRACE))
    assert findings == []
    assert READY.keys() <= _tasks().keys()


def test_a_message_of_summits_is_nothing_to_harbor(busy: Cast) -> None:
    message_id = _enqueue(busy.summit.id, "identity.purge_expired", {})
    with unchanged(busy.summit):
        assert not tasks.perform(busy.harbor.id, message_id)
    assert tasks.perform(busy.summit.id, message_id)


def test_no_task_works_without_an_organisation(busy: Cast) -> None:
    message_id = _enqueue(busy.harbor.id, "identity.purge_expired", {})
    task = tasks.TenantTask()
    with pytest.raises((TypeError, ValueError, AttributeError)):
        task.run(None, str(message_id))  # type: ignore[arg-type]
    with ExitStack() as stack:
        for agency in (busy.harbor, busy.summit):
            stack.enter_context(unchanged(agency))
        stack.enter_context(clock.frozen(clock.now() + LATER))
        for name, function in _tasks().items():
            for arguments in _arguments(name, function, _ids_of(busy.summit)):
                _run_bare(function, arguments)
    assert not any(CANARY in text for text in _mails())


def _tasks() -> dict[str, Any]:
    """Every task of the product; tests of the workers register some of their own."""
    found = {name: one for name, one in tasks.registered().items() if not one.__module__.startswith("tests.")}
    return dict(sorted(found.items(), key=lambda one: one[0] == LAST))


def _run_bare(function: Any, arguments: dict[str, Any]) -> None:
    """Without anybody acting a task may fail as it likes."""
    try:
        with db.transaction():
            function(**arguments)
    except Exception:
        db.session.remove()


def _arguments(name: str, function: Any, ids: list[str]) -> list[dict[str, Any]]:
    """Every choice of arguments; an id is tried with a row of each table."""
    parameters = list(inspect.signature(function).parameters)
    if not parameters:
        return [{}]
    wanted = [one for one in parameters if not one.endswith("_id")]
    unknown = [one for one in wanted if f"{name}.{one}" not in OTHER_ARGUMENTS]
    if unknown:
        raise UnknownArgument(f"{name}: {unknown}")
    given = {one: OTHER_ARGUMENTS[f"{name}.{one}"][0] for one in wanted}
    fixed = {one: value() if callable(value) else value for one, value in given.items()}
    return [{**fixed, **{one: key for one in parameters if one not in fixed}} for key in ids]


def _ids_of(agency: Agency) -> list[str]:
    """The first and the last id of each of the agency's tables."""
    with connected(settings().database_url) as cursor:
        enter(cursor, agency.id)
        found = []
        for table, key in tenant_tables(cursor).items():
            named = rows(cursor, "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id'", table)
            if named:
                query = f"SELECT min(id::text), max(id::text) FROM {table} WHERE {key} = %s"
                found += [one for one in rows(cursor, query, str(agency.id))[0] if one is not None]
        return sorted(set(found))


def _enqueue(organization_id: UUID, name: str, arguments: dict[str, Any]) -> UUID:
    with tenancy.acting(organization_id), db.transaction():
        message = outbox.enqueue(name, **arguments)
        db.session.flush()
        return UUID(str(message.id))


def _perform(organization_id: UUID, name: str, arguments: dict[str, Any]) -> bool:
    return tasks.perform(organization_id, _enqueue(organization_id, name, arguments))


def _prepared(ground: Ground, name: str) -> list[Run]:
    if name not in READY:
        return []
    with tenancy.acting(ground.agency.id), db.transaction():
        return READY[name](ground)


def _with_every_row(name: str, function: Any, ids: list[str]) -> list[Run]:
    """A run with each of the agency's own ids, now and when all has expired."""
    choices = _arguments(name, function, ids)
    return [Run(one, at) for at in (clock.now(), clock.now() + LATER) for one in choices]


def _leaves_trace(ground: Ground, name: str, runs: list[Run]) -> bool:
    """Whether a run with the agency's own rows does something; of prepared ones, the last."""
    *first, last = runs
    before = None if name in READY else _state(ground)
    for one in first:
        _honest(ground, name, one)
    before = before or _state(ground)
    _honest(ground, name, last)
    return _state(ground) != before


def _honest(ground: Ground, name: str, run: Run) -> None:
    with clock.frozen(run.at or clock.now()):
        _perform(run.organization_id or ground.agency.id, run.task or name, run.arguments)


def _state(ground: Ground) -> tuple[Any, ...]:
    """What is the agency's: rows, mails and texts, what phones were shown, files, and the heads of its trail."""
    kept = {table: digest for table, digest in fingerprint(ground.agency).items() if table not in ALWAYS}
    heads = sum(one.stat().st_size for one in Path(settings().audit_heads_dir).rglob("*") if one.is_file())
    return kept, len(_mails()), len(ground.phones.heard), _kept(ground.agency).keys(), heads


def _kept(agency: Agency) -> dict[str, str]:
    """The agency's files by their keys, opened."""
    with tenancy.acting(agency.id), db.transaction():
        store = storage.storage()
        return {key: "\n".join(texts(store.get(key))) for key in store.list_keys()}


def _mails() -> list[str]:
    folder = Path(settings().mail_dir)
    return [one.read_text(errors="replace") for one in folder.rglob("*") if one.is_file()]


def _words_in_harbor(agency: Agency) -> list[str]:
    """The tables in which Harbor has a word of Summit's, the refusals that name an asked-for id left out."""
    with connected(settings().database_url) as cursor:
        enter(cursor, agency.id)
        return [
            table
            for table in tenant_tables(cursor)
            if rows(cursor, f"SELECT 1 FROM {table} t WHERE t::text LIKE '%%{CANARY}%%' LIMIT 1")
        ]


def test_a_failed_tasks_sentence_quotes_nothing(busy: Cast) -> None:
    with tenancy.acting(busy.harbor.id), db.transaction():
        failures = [one.failure for one in db.session.query(OutboxMessage).filter(OutboxMessage.failure.is_not(None))]
    assert failures, "the walk with Summit's ids makes some fail"
    assert not any(CANARY in text for text in failures)
