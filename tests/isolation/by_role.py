"""The walk of roles: each route beyond the resources, asked by those who hold its permission and by those who don't."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.contract.callers import PLAINLY, Caller
from tests.isolation.cast import CANARY, Cast, Person
from tests.isolation.controls import caller_of, sent
from tests.isolation.other_routes import OtherAsk, other_asks, path_of
from tests.isolation.permits import permit_of
from tests.isolation.slots import denials
from tests.isolation.unpacked import words_of

ROLES = ("Scheduler", "Nurse", "Biller", "Human resources", "Caregiver", "Family", "Auditor", "API")
"""The administrator holds everything, and the walk of controls asks as one."""
REFUSED = (403, 404)


@dataclass
class RoleWalk:
    """What a walk has found. `refused` is who was answered 403, and to what, by the request's number."""

    cases: int = 0
    let_in: int = 0
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def look(self, answer: object, ask: OtherAsk, person: Person, *, may: bool) -> None:
        """Note where somebody was let in or refused against their permissions, and what broke."""
        status = answer.status_code  # type: ignore[attr-defined]
        what = f"{ask.method} {ask.path} as {person.template}: {status}"
        self.cases += 1
        self.let_in += may and status not in REFUSED
        if status >= 500 or CANARY in words_of(answer):
            self.findings.append(f"{what}, breaks or tells")
        if may and status == 403:
            self.findings.append(f"{what}, though they may")
        if not may and status not in REFUSED:
            self.findings.append(f"{what}, though they may not")
        if status == 403:
            self.refused[answer.headers["X-Request-ID"]] = (person.user_id, what)  # type: ignore[attr-defined]


def walk_roles(cast: Cast, names: tuple[str, ...] = ROLES) -> RoleWalk:
    """Ask every route by each role. Whoever may not asks for what the administrator could have."""
    found, callers = RoleWalk(), dict[tuple[str, bool, bool], Caller]()
    for ask in other_asks(cast.application):
        for person, may in _askers(cast, ask, names):
            key = (person.template, ask.is_api, may)
            caller = callers.get(key) or callers.setdefault(key, _caller(cast, ask, person, may))
            whose = person if may else cast.harbor.people["Administrator"]
            found.look(sent(caller, ask, path_of(ask, ask.other.own(cast.harbor, whose))), ask, person, may=may)
            if not ask.is_api and ask.method != "GET":
                caller.forget_messages()
    recorded = denials(cast.harbor)
    found.findings += [
        f"{what}: the denial isn't in the audit"
        for number, (user_id, what) in found.refused.items()
        if recorded.get(number) != user_id
    ]
    return found


def _askers(cast: Cast, ask: OtherAsk, names: tuple[str, ...]) -> Iterator[tuple[Person, bool]]:
    """Each role with whether it may; nobody where all may who are signed in."""
    needed = permit_of(ask)
    for person in (cast.harbor.people[name] for name in names if needed):
        yield person, needed <= person.permissions


def _caller(cast: Cast, ask: OtherAsk, person: Person, may: bool) -> Caller:
    caller = caller_of(cast, ask, person)
    caller.headers |= {} if may else PLAINLY
    return caller
