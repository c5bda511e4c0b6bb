"""The walk: every route × method, asked by everybody, with every id that isn't theirs to use.

Each case begins with a positive control, the same request with the person's own id: an attack proves nothing where the
honest request fails. Findings are collected, so that one run tells all of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.resource import Resource
from starline.core.db import User
from starline.identity.models import RecordScope
from tests.contract.answers import plain
from tests.contract.callers import PLAINLY, Caller, by_cookie, by_token, nobody
from tests.isolation.asks import Ask, a_change, resource_asks
from tests.isolation.cast import CANARY, Agency, Cast, Person, another, children, dated, fingerprint, narrows
from tests.isolation.ids import differing, id_of, never, never_was, never_was_of, of_summit, others, references
from tests.isolation.ready import LATER, make_ready, signed
from tests.isolation.slots import bodies, denials, headers, kept_keys, queries
from tests.isolation.unpacked import words_of

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
MALFORMED = "not-an-id"
BEYOND_ONESELF = {
    ("roles", "Branch office"): "Nobody writes a role that sees more than they do themselves.",
    ("role_assignments", "Branch office"): "Nor gives or takes one.",
    ("api_keys", "Branch office"): "Nor issues a key of such a role.",
}
NOT_SHOWN = {True: (302, 401, 403), False: (401, 403)}
"""How a stranger is refused, by whether a screen was asked: screens send strangers to the sign-in page."""


@dataclass
class Walk:
    """What a walk has found. `vacuous` cases, whose control failed, are findings too.

    Screens ask through what REST asks through. So a walk over them that isn't `thorough` tries the ids of others once for
    each record scope instead of once for everybody, one id where all are refused, and filters in their plainest spelling,
    and has itself refused `PLAINLY`; over REST every walk is thorough.
    `asker` is the signed-in person of the case; what they are refused must be found in `denied` and in the audit.
    """

    cast: Cast
    thorough: bool = True
    routes: set[str] = field(default_factory=set)
    cases: int = 0
    controls: int = 0
    vacuous: int = 0
    findings: list[str] = field(default_factory=list)
    asker: Person | None = None
    denied: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{len(self.routes)} routes, {self.cases} cases, {self.controls} positive controls,"
            f" {len(self.denied)} denials, {len(self.findings)} findings"
        )

    @property
    def refusals(self) -> dict[str, str]:
        """The headers of a request that is to be refused."""
        return {} if self.thorough else PLAINLY

    @property
    def counts(self) -> dict[str, int]:
        """For the summary of the run."""
        return {
            "cases": self.cases,
            "positive_controls": self.controls,
            "vacuous": self.vacuous,
            "denials_audited": len(self.denied),
            "leaks": len(self.findings) - self.vacuous,
        }

    def fault(self, ask: Ask, who: str, slot: str, what: str) -> None:
        self.findings.append(f"{ask.method} {ask.path} as {who}, {slot}: {what}")

    def compare(self, ask: Ask, who: str, slot: str, answer: Any, absent: Any) -> None:
        """Note where the answer about somebody else's row isn't that about one that never was."""
        if answer != absent:
            first, second = (f"{one[0]} {one[2]}\n{one[1]}".splitlines() for one in (answer, absent))
            differing = [pair for pair in zip(first, second, strict=False) if pair[0] != pair[1]][:1]
            self.fault(ask, who, slot, f"doesn't answer as for an id that never was: {str(differing)[:700]}")

    def look(self, ask: Ask, who: str, slot: str, answer: Any, expected: Iterable[int]) -> Any:
        """Count an answer and note what is wrong with it: its status, or a word of Summit's in it."""
        self.cases += slot != "control"
        self.controls += slot == "control"
        if answer.status_code not in expected:
            self.vacuous += slot == "control"
            self.fault(ask, who, slot, f"answers {answer.status_code}: {answer.get_data(as_text=True)[:300]!r}")
        if CANARY in words_of(answer):
            self.fault(ask, who, slot, "tells a word of Summit's")
        if answer.status_code in (403, 404) and self.asker is not None:
            case = f"{ask.method} {ask.path} as {who}, {slot}"
            self.denied[answer.headers["X-Request-ID"]] = (self.asker.user_id, case)
        return answer

    def check_denials(self) -> None:
        """Every refusal of a signed-in person stands in Harbor's audit under their name."""
        recorded = denials(self.cast.harbor)
        self.findings += [
            f"{case}: the denial isn't in the audit"
            for number, (user_id, case) in self.denied.items()
            if recorded.get(number) != user_id
        ]


def walk(
    cast: Cast,
    *,
    screens: bool,
    only: Resource | None = None,
    methods: frozenset[str] = METHODS,
    thorough: bool = False,
) -> Walk:
    """Ask everything of REST, or of the screens; of all resources, or of one."""
    found = Walk(cast, thorough=thorough or not screens)
    before = fingerprint(cast.summit)
    for ask in resource_asks(cast.application):
        if ask.is_screen is screens and ask.method in methods and only in (None, ask.resource):
            found.routes.add(ask.route)
            _by_everybody(found, ask)
    found.check_denials()
    after = fingerprint(cast.summit)
    found.findings += [f"Summit's {table} changed" for table in before if before[table] != after[table]]
    return found


def without_permission(found: Walk, ask: Ask) -> None:
    """Everybody who lacks the permission asks; all are refused."""
    for name, person in found.cast.harbor.people.items():
        if name != "Disabled" and not ask.is_allowed(person.permissions):
            found.asker = person
            _as_refused(found, ask, name, person)


def stranger_walk(cast: Cast, resource: Resource) -> Walk:
    """Those who are nobody at Harbor's address read the resource's addresses there."""
    found = Walk(cast)
    for ask in resource_asks(cast.application):
        if ask.resource is resource and ask.method == "GET":
            _as_strangers(found, ask, cast.harbor.own[resource.name], cast.summit.own[resource.name])
    return found


def _by_everybody(found: Walk, ask: Ask) -> None:
    harbor = found.cast.harbor
    own, theirs = harbor.own.get(ask.resource.name), found.cast.summit.own.get(ask.resource.name)
    if own is None or theirs is None:
        found.fault(ask, "nobody", "own id", f"there is no row to ask for: {harbor.broken}")
        return
    scopes: set[str] = set()
    for name, person in harbor.people.items():
        if name == "Disabled":
            continue
        found.asker = person
        if not ask.is_allowed(person.permissions):
            _as_refused(found, ask, name, person)
            continue
        caller, values = caller_of(found.cast, ask, person), _values(harbor, ask) | _within_reach(harbor, ask, name)
        is_first = person.scope not in scopes
        _as_permitted(found, ask, name, person, caller, values, with_ids=is_first or found.thorough)
        if is_first:
            # What may be named in a body or a query hangs on the record scope alone.
            scopes.add(person.scope)
            _with_references(found, ask, name, person, caller, values)
            _with_smuggled(found, ask, name, caller, values)
            _with_queries(found, ask, name, caller)
            _with_headers(found, ask, name, caller, values)
    found.asker = None
    _as_strangers(found, ask, own, theirs)


def _as_permitted(
    found: Walk, ask: Ask, name: str, person: Person, caller: Caller, values: dict[str, Any], *, with_ids: bool
) -> None:
    """The control, then every id that isn't this person's to use."""
    harbor = found.cast.harbor
    own = harbor.outside if name == "Other caregiver" else harbor.own
    good: tuple[int, ...] = (200, 201, 302)
    slot, path = "control", ask.path
    if _is_beyond(ask, name):
        slot, good = "beyond oneself", (200, 302, 403, 422)
    if ask.has_id:
        key = _row_of(harbor, own, ask, person)["id"]
        make_ready(harbor, ask, key)
        path = ask.path.format(key)
    elif ask.sends == "undo":
        slot, good = "nothing to undo", (404,)
    elif ask.path.endswith("/related/nothing"):
        slot, good = "no reference", (404,)
    found.look(ask, name, slot, _send(caller, ask, path, values), good)
    if ask.has_id and with_ids:
        _with_ids(found, ask, name, person, caller, values)


def _row_of(harbor: Agency, own: dict[str, Any], ask: Ask, person: Person) -> dict[str, Any]:
    """The row that the person may honestly ask for."""
    if ask.uses_up:
        return _expendable(harbor, ask)
    if (ask.resource.name, person.scope) in LATER:
        return signed(harbor, own)
    found: dict[str, Any] = own[ask.resource.name]
    return found


def _is_beyond(ask: Ask, name: str) -> bool:
    """Whether the request is one that a rule beyond permissions refuses this person, so that it proves nothing."""
    return (ask.resource.name, name) in BEYOND_ONESELF and ask.method != "GET"


def _with_ids(found: Walk, ask: Ask, name: str, person: Person, caller: Caller, values: dict[str, Any]) -> None:
    """Summit's id, one that never was, one out of scope, one that is none: all not there, all alike."""
    theirs, nowhere = found.cast.summit.own[ask.resource.name]["id"], never_was(ask.resource)
    keys = {"Summit's id": theirs, "malformed id": MALFORMED}
    if narrows(ask.resource, person.scope):
        outside = found.cast.harbor.own if name == "Other caregiver" else found.cast.harbor.outside
        keys["out of scope"] = outside[ask.resource.name]["id"]
    refused = _send(caller, ask, ask.path.format(nowhere), values, found.refusals)
    absent = found.look(ask, name, "random id", refused, (404,))
    for slot, key in keys.items():
        refused = _send(caller, ask, ask.path.format(key), values, found.refusals)
        answer = found.look(ask, name, slot, refused, (404,))
        found.compare(ask, name, slot, plain(answer, key), plain(absent, nowhere))


def _with_references(found: Walk, ask: Ask, name: str, person: Person, caller: Caller, values: dict[str, Any]) -> None:
    """A row of Summit's, or out of scope, named in the body: refused as one that never was."""
    if ask.sends not in ("values", "items", "change"):
        return
    path = ask.path.format(found.cast.harbor.own[ask.resource.name]["id"])
    for one in references(ask.resource):
        refused = _send(caller, ask, path, {**values, one.key: never_was_of(one)})
        absent = plain(found.look(ask, name, f"{one.key} random", refused, (200, 404, 409, 422)), never_was_of(one))
        for slot, key in others(found.cast, one, person).items():
            answer = _send(caller, ask, path, {**values, one.key: key})
            found.look(ask, name, f"{one.key} {slot}", answer, (200, 404, 409, 422))
            found.compare(ask, name, f"{one.key} {slot}", plain(answer, key), absent)
    if not ask.is_screen:
        forced = {
            **values,
            "organization_id": str(found.cast.summit.id),
            "organization": {"id": str(found.cast.summit.id)},
        }
        found.look(ask, name, "Summit in the body", _send(caller, ask, path, forced), (200, 201, 409, 422))


def _with_smuggled(found: Walk, ask: Ask, name: str, caller: Caller, values: dict[str, Any]) -> None:
    """Summit's ids where a program may put one besides: refused, or passed over, as one that never was."""
    if ask.is_screen or _is_beyond(ask, name) or ask.sends not in ("values", "items", "change"):
        return
    path = ask.path.format(found.cast.harbor.own[ask.resource.name]["id"])
    named = references(ask.resource)
    absent = bodies(ask, named, values, lambda one: never(ask.resource, one))
    present = bodies(ask, named, values, lambda one: of_summit(found.cast, ask.resource, one))
    for (slot, first), (_same, second) in zip(absent, present, strict=True):
        answers = [caller.call(ask.method, path, **body) for body in (first, second)]
        for which, answer in zip(("random", "Summit's"), answers, strict=True):
            found.look(ask, name, f"{slot}, {which}", answer, (200, 201, 404, 409, 422))
        if min(answer.status_code for answer in answers) >= 400:
            keys = differing(str(first), str(second))
            found.compare(ask, name, slot, plain(answers[0], keys[0]), plain(answers[1], keys[1]))


def _with_queries(found: Walk, ask: Ask, name: str, caller: Caller) -> None:
    """Summit's ids and words in the query: they find what ids that never were find."""
    if ask.method != "GET" or ask.has_id:
        return
    present = queries(ask.resource, lambda one: of_summit(found.cast, ask.resource, one), thorough=found.thorough)
    absent = queries(ask.resource, lambda one: never(ask.resource, one), thorough=found.thorough)
    for (slot, theirs), (_same, nothing) in zip(present, absent, strict=True):
        answers = [caller.get(f"{ask.path}?{query}") for query in (theirs, nothing)]
        for which, answer in zip(("Summit's", "random"), answers, strict=True):
            found.look(ask, name, f"?{slot} {which}", answer, (200, 404, 422))
        pair = [plain(one, key) for one, key in zip(answers, differing(theirs, nothing), strict=True)]
        found.compare(ask, name, f"?{slot} Summit's", *pair)
    summit = found.cast.summit.own[ask.resource.name]["id"]
    for query in (f"search={CANARY[:-1]}", f"organization_id={found.cast.summit.id}", f"cursor={summit}"):
        found.look(ask, name, f"?{query}", caller.get(f"{ask.path}?{query}"), (200, 404, 422))


def _with_headers(found: Walk, ask: Ask, name: str, caller: Caller, values: dict[str, Any]) -> None:
    """Headers and queries that name Summit or its rows change nothing; its kept answers are nobody else's."""
    cast, resource = found.cast, ask.resource
    path = ask.path.format(cast.harbor.own[resource.name]["id"])
    theirs = cast.summit.own[resource.name]["id"]
    if ask.method == "GET":
        honest = caller.get(path)
        given = headers(cast.summit, theirs)
        found.compare(ask, name, "headers", plain(caller.get(path, headers=given), theirs), plain(honest, theirs))
        if ask.has_id:
            queried = caller.get(f"{path}?id={theirs}&pk={theirs}&organization_id={cast.summit.id}")
            found.look(ask, name, "?id on one's own", queried, (honest.status_code,))
    elif not ask.is_screen and not _is_beyond(ask, name) and ask.sends in ("values", "items"):
        for key in kept_keys(cast.summit):
            answer = caller.call(ask.method, path, headers={"Idempotency-Key": key}, **ask.options(values))
            found.look(ask, name, "Summit's Idempotency-Key", answer, (200, 201, 409, 422))
            if "Idempotency-Replayed" in answer.headers:
                found.fault(ask, name, "Summit's Idempotency-Key", "answers what was answered before")


def _as_refused(found: Walk, ask: Ask, name: str, person: Person) -> None:
    """Without the permission all ids are refused alike."""
    caller = caller_of(found.cast, ask, person)
    for agency in (found.cast.summit, found.cast.harbor)[: 2 if found.thorough else 1]:
        key = agency.own[ask.resource.name]["id"]
        answer = _send(caller, ask, ask.path.format(key), {}, found.refusals)
        found.look(ask, name, f"{agency.host} without permission", answer, (403,))


def _as_strangers(found: Walk, ask: Ask, own: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Nobody, somebody disabled, Summit's administrator at Harbor's address, Harbor's with Summit's header."""
    for name, caller in _strangers(found.cast, ask):
        for slot, row in (("own id", own), ("Summit's id", theirs))[: 2 if found.thorough else 1]:
            answer = _send(caller, ask, ask.path.format(row["id"]), {})
            refused = NOT_SHOWN[ask.is_screen] + (() if ask.method == "GET" else (400,))
            found.look(ask, name, slot, answer, refused)
            if answer.status_code == 302 and "/login" not in answer.headers["Location"]:
                found.fault(ask, name, slot, f"leads to {answer.headers['Location']}")


def _strangers(cast: Cast, ask: Ask) -> Iterator[tuple[str, Caller]]:
    harbor, summit = cast.harbor, cast.summit
    yield "nobody", nobody(cast.application, harbor.host)
    yield "somebody disabled", caller_of(cast, ask, harbor.people["Disabled"])
    known = by_cookie if ask.is_screen else by_token
    yield (
        "Summit's administrator at Harbor's address",
        known(cast.application, summit.people["Administrator"], harbor.host),
    )
    misled = known(cast.application, harbor.people["Administrator"])
    misled.headers["X-Organization-ID"] = str(summit.id)
    yield "Harbor's administrator with Summit's header", misled


def caller_of(cast: Cast, ask: Ask, person: Person) -> Caller:
    """The person's browser for a screen, their script for REST."""
    key = (person.session_id, ask.is_screen)
    if key not in cast.callers:
        cast.callers[key] = (by_cookie if ask.is_screen else by_token)(cast.application, person)
    found: Caller = cast.callers[key]
    return found


def _values(harbor: Agency, ask: Ask) -> dict[str, Any]:
    if ask.sends == "change":
        return a_change(ask.resource, "Walked")
    if ask.sends == "cell":
        one = ask.resource.fields[ask.path.rpartition("/")[2]]
        known = harbor.own[ask.resource.name].get(one.key)
        return {one.key: known if known is not None else harbor.factory.value(one, 1)}
    if ask.sends == "selection":
        return {"verb": "csv"}
    if ask.sends == "reason":
        return {"reason": "A walk through the house"}
    if ask.sends in ("values", "items"):
        harbor.factory.renew_parents()
        found: dict[str, Any] = harbor.factory.accepted(ask.resource)
        return found
    return {}


def _within_reach(harbor: Agency, ask: Ask, name: str) -> dict[str, Any]:
    """For who sees themselves alone: the rows of theirs that a new row may name."""
    scope = harbor.people[name].scope
    if ask.sends not in ("values", "items") or scope not in (RecordScope.ASSIGNED, RecordScope.OWN):
        return {}
    rows = harbor.outside if name == "Other caregiver" else harbor.own
    named = (one for one in references(ask.resource) if one.target is not User)
    return {one.key: id_of(harbor, rows, one) for one in named}


def _expendable(harbor: Agency, ask: Ask) -> dict[str, Any]:
    """A row that the request may use up."""
    if "add" not in ask.resource.methods:
        return another(harbor, ask.resource)
    harbor.factory.renew_parents()
    made: dict[str, Any] = harbor.factory.make(
        ask.resource, **dated(ask.resource), **children(ask.resource, harbor.factory.parents)
    )
    return made


def _send(caller: Caller, ask: Ask, path: str, values: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    answer = caller.call(ask.method, path, headers=headers, **ask.options(values))
    if ask.is_screen and ask.method != "GET":
        caller.forget_messages()
    return answer
