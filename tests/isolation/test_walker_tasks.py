"""Every task, worked for Harbor with Summit's ids in its arguments: it sees and changes nothing of Summit's."""

import inspect
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from config import settings
from starline.core import clock, db, outbox, tasks, tenancy
from starline.core.outbox import OutboxMessage
from starline.identity.models import SignInAttempt, SignInOutcome
from starline.processes import load_tasks
from tests.isolation.cast import CANARY, Agency, Cast, fingerprint, unchanged
from tests.isolation.roles import connected, enter, rows
from tests.isolation.tables import tenant_tables
from tests.isolation.tally import Tally

WITHOUT_TRACE = {
    "core.prepare_audit_partitions": "It makes the ground's partitions, which are nobody's.",
    "core.publish_audit_heads": "It writes outside the database; tests/audit looks there.",
    "core.seal_audit": "What there was to seal it sealed with Summit's ids; tests/audit proves the sealing.",
    "core.tidy_search": "Every word is somebody's; tests/core/test_search_tokens.py proves the tidying.",
    "identity.tend_dormant_accounts": "Nobody is warned twice; tests/identity proves the warnings.",
    "identity.watch": "There is nothing unusual; tests/identity proves the alerts.",
    "files.forget_photo": "It takes away a file outside the database; tests/files proves it.",
    "scheduling.watch_visits": "The cast's visits are long over; tests/scheduling proves the watch.",
    "scheduling.send_offer": "Nobody of the cast is asked about a visit that is open; tests/scheduling reads the mails.",
    "scheduling.send_offer_over": "Nor is anybody told that one is taken; tests/scheduling reads the mails.",
    "scheduling.text_offer": "As for the mail; tests/scheduling reads the texts.",
    "scheduling.text_offer_over": "As for the mail; tests/scheduling reads the texts.",
    "scheduling.push_offer": "As for the mail; tests/scheduling reads the pushes.",
    "scheduling.push_offer_over": "As for the mail; tests/scheduling reads the pushes.",
    "scheduling.review_visits": "What was clocked is judged as it stands; tests/scheduling changes the rules.",
    "services.expire_plans": "No plan of the cast was agreed; tests/services proves that they expire.",
    "staff.remind_of_expiry": "Nothing of the cast ends soon; tests/staff proves the reminders.",
    "files.scan_version": "No scanner is connected here; tests/files has one.",
    "files.scan_waiting": "No scanner is connected here; tests/files has one.",
    "files.sweep": "No bytes of the cast are nobody's; tests/files makes some.",
    "webhooks.deliver": "It speaks to other machines; tests/webhooks has one.",
    "clients.find_duplicates": "Pairs are formed as clients are taken in; tests/clients proves what the night finds.",
    "core.verify_audit": "It only reads, and the trail keeps that it did.",
}
"""Tasks whose honest run leaves nothing to see among an agency's rows and mails, each with the reason."""
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
ALWAYS = frozenset({"outbox_messages", "audit_events"})
"""Every run is written there."""
LATER = timedelta(days=400)
"""By then whatever can expire has."""


class UnknownArgument(Exception):
    """A task takes something that the walk can't choose. Say in `OTHER_ARGUMENTS` what to give it."""


@pytest.fixture(scope="module")
def busy(cast: Cast) -> Cast:
    """Both agencies have somebody who signed in from a new device."""
    load_tasks()
    for agency in (cast.harbor, cast.summit):
        user_id = agency.people["Nurse"].user_id
        with tenancy.acting(agency.id), db.transaction():
            db.session.add(SignInAttempt(user_id=user_id, outcome=SignInOutcome.SUCCEEDED, address="127.0.0.1"))
    return cast


def test_no_task_reaches_past_its_organisation(busy: Cast, tally: Tally) -> None:
    findings, cases, controls = [], 0, 0
    ids = [_ids_of(agency) for agency in (busy.harbor, busy.summit)]
    for name, function in _tasks().items():
        with unchanged(busy.summit):
            for arguments in _arguments(name, function, ids[1]):
                cases += 1
                _perform(busy.harbor, name, arguments)
        if _words_in_harbor(busy.harbor) or any(CANARY in text for text in _mails()):
            findings.append(f"{name}: Summit's words came to Harbor")
        has_run = _leaves_trace(busy.harbor, name, _arguments(name, function, ids[0]))
        controls += has_run
        if not has_run and name not in WITHOUT_TRACE:
            findings.append(f"{name}: with Harbor's own ids nothing happened either, so nothing is proved")
    tally.add(tasks=len(_tasks()), cases=cases, positive_controls=controls, leaks=len(findings))
    assert findings == []


def test_a_message_of_summits_is_nothing_to_harbor(busy: Cast) -> None:
    message_id = _enqueue(busy.summit, "identity.purge_expired", {})
    with unchanged(busy.summit):
        assert not tasks.perform(busy.harbor.id, message_id)
    assert tasks.perform(busy.summit.id, message_id)


def test_no_task_works_without_an_organisation(busy: Cast) -> None:
    message_id = _enqueue(busy.harbor, "identity.purge_expired", {})
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
    return {name: one for name, one in tasks.registered().items() if one.__module__.startswith("starline.")}


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


def _enqueue(agency: Agency, name: str, arguments: dict[str, Any]) -> UUID:
    with tenancy.acting(agency.id), db.transaction():
        message = outbox.enqueue(name, **arguments)
        db.session.flush()
        return UUID(str(message.id))


def _perform(agency: Agency, name: str, arguments: dict[str, Any]) -> bool:
    return tasks.perform(agency.id, _enqueue(agency, name, arguments))


def _leaves_trace(agency: Agency, name: str, choices: list[dict[str, Any]]) -> bool:
    """Whether a run with the agency's own ids does something, now or when all has expired."""
    before = _state(agency)
    for at in (clock.now(), clock.now() + LATER):
        for arguments in choices:
            with clock.frozen(at):
                _perform(agency, name, arguments)
            if len(choices) < 5 and _state(agency) != before:
                return True
    return _state(agency) != before


def _state(agency: Agency) -> tuple[Any, int]:
    kept = {table: digest for table, digest in fingerprint(agency).items() if table not in ALWAYS}
    return kept, len(_mails())


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
