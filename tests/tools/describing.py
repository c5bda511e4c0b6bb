"""Schemathesis over the OpenAPI document, inside this process: what it found wrong, told in one line each."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis import Case
from schemathesis.config import ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.config._checks import ChecksConfig, SimpleCheckConfig
from schemathesis.config._generation import GenerationConfig
from schemathesis.config._phases import CoveragePhaseConfig, FuzzingPhaseConfig, PhasesConfig, StatefulPhaseConfig
from schemathesis.engine import events, from_schema

from starline.core import db, tenancy
from starline.identity import sessions, tokens
from starline.identity.attempts import Origin
from tests.isolation.cast import Agency, Person

DOCUMENT = "/api/v1/_openapi"
SEED = 20261124
LEAVES = r"/api/v1/auth/(logout|login|refresh|mfa)"
"""Signing in and out, which would end the session of the run; asked without one."""

OFF = (
    "use_after_free",  # rows stay readable to whoever may see what was voided
    "ensure_resource_availability",
    "object_level_authorization",  # the isolation walk
    "ignored_auth",  # the isolation walk asks every route as a stranger
)
PASSED_OVER = {
    "positive_data_acceptance": "the rules of a domain refuse more than a schema can say",
    "negative_data_rejection": "an empty filter means none, a long search is cut, yes and no are read in several spellings",
}


@dataclass
class Found:
    """How many requests were made, and each fault with the number of its occurrences."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


def ask(
    application: Any, person: Person | None, agency: Agency, *, examples: int, but: tuple[str, ...] = (), only: str = ""
) -> Found:
    """Send what the document allows and what it forbids to every operation, as the person."""
    headers = {"Authorization": f"Bearer {_fresh_token(person)}"} if person else {}
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, application, config=_config(headers, examples, but))
    schema = schema.include(path_regex=LEAVES) if person is None else schema.exclude(path_regex=LEAVES)
    schema.hook(_own_ids(agency))
    schema = schema.include(path_regex=only) if only else schema
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            found.faults[f"{event.label}: {event.info.title}: {event.value}"] += 1
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            _count(event.recorder, found)
    return found


def _fresh_token(person: Person) -> str:
    """That of the cast may be older than the quarter of an hour for which it is good."""
    with tenancy.acting(person.organization_id), db.transaction():
        user = db.session.get_one(db.User, person.user_id)
        opened = sessions.start(user, origin=Origin("api", "127.0.0.1", "test"), has_second_factor=True)
        return tokens.issue(opened).access_token


def _config(headers: dict[str, str], examples: int, but: tuple[str, ...]) -> SchemathesisConfig:
    checks = ChecksConfig(**{name: SimpleCheckConfig(enabled=False) for name in (*OFF, *but)})
    generation = GenerationConfig(
        with_security_parameters=False, max_examples=examples, deterministic=True, no_shrink=True, database="none"
    )
    phases = PhasesConfig(
        coverage=CoveragePhaseConfig(),
        fuzzing=FuzzingPhaseConfig(enabled=examples > 0),
        stateful=StatefulPhaseConfig(enabled=False),
    )
    project = ProjectConfig(
        headers=headers, checks=checks, generation=generation, phases=phases, workers=1, continue_on_failure=True
    )
    return SchemathesisConfig(seed=SEED, projects=ProjectsConfig(default=project))


def _own_ids(agency: Agency) -> Any:
    """Every other id becomes one that the agency has, so that more is asked than what isn't found."""
    turn = Counter[str]()

    def map_case(context: Any, case: Case) -> Case:
        resource = case.path.removeprefix("/api/v1/").partition("/")[0]
        own = agency.own.get(resource)
        if own and "pk" in case.path_parameters and case.method in ("GET", "PUT", "PATCH"):
            turn[case.path] += 1
            if turn[case.path] % 2:
                case.path_parameters["pk"] = own["id"]
        return case

    return map_case


def _count(recorder: Any, found: Found) -> None:
    for interaction in recorder.interactions.values():
        if interaction.response is not None:
            found.asked += 1
            found.statuses[interaction.response.status_code] += 1
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None and check.name not in PASSED_OVER:
                failure = check.failure_info.failure
                asked = recorder.cases[case_id].value
                answer = recorder.interactions[case_id].response
                told = " ".join(f"{failure.title} {failure.message}".split())[:300]
                found.faults[f"{asked.method} {asked.path} [{answer and answer.status_code}] {check.name}: {told}"] += 1
