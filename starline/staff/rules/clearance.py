"""Whether somebody may be sent to do a service on a day, and why not, as sentences. Plain values only.

An excluded person may never be sent: nothing that they give is paid for by public money (42 U.S.C. 1320a-7(a),
1320a-7a(a)(6)).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from starline.core.language import _
from starline.staff.rules.credentials import REMIND_WITHIN_DAYS, Proof, best_proof, best_state
from starline.staff.vocabulary import (
    Answer,
    CredentialState,
    ExclusionList,
    ExclusionResult,
    LapseEffect,
    StaffStatus,
)

WORST_FIRST = (Answer.NO, Answer.WARN, Answer.YES)
LACKING = frozenset({CredentialState.EXPIRED, CredentialState.MISSING, CredentialState.UNVERIFIED})
"""What is not good for work: a proof that nobody has looked at is none."""

ANSWER_OF_EFFECT = {LapseEffect.BLOCK: Answer.NO, LapseEffect.WARN: Answer.WARN, LapseEffect.NOTHING: Answer.YES}


@dataclass(frozen=True, slots=True)
class Demand:
    """A proof that the agency asks for: of whom, for which payers' visits, and what its lapse does."""

    name: str
    disciplines: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
    effect: LapseEffect = LapseEffect.BLOCK
    remind_within_days: int = REMIND_WITHIN_DAYS

    def is_asked_of(self, *, discipline: str, position: str, payer: str | None = None) -> bool:
        """Whether somebody of this job needs it: for all work, or for the visits that `payer` pays."""
        return discipline in self.disciplines or position in self.positions or (payer or "") in self.payers


@dataclass(frozen=True, slots=True)
class Holding:
    """What somebody has of one demand."""

    demand: Demand
    proofs: tuple[Proof, ...] = ()

    def state(self, on: date) -> CredentialState:
        return best_state(self.proofs, on, remind_within_days=self.demand.remind_within_days)

    def expires_on(self, on: date) -> date | None:
        """The last day of the proof that counts on the day `on`; None for one without end, or none at all."""
        best = best_proof(self.proofs, on, remind_within_days=self.demand.remind_within_days)
        return best.expires_on if best else None


@dataclass(frozen=True, slots=True)
class Screening:
    """The newest look into one exclusion list."""

    source: ExclusionList
    checked_on: date
    result: ExclusionResult
    next_due_on: date


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """What clearance needs to know of a person. `holdings` has one entry for each demand of the agency in use."""

    name: str
    discipline: str
    position: str = ""
    status: StaffStatus = StaffStatus.ACTIVE
    hired_on: date = date.min
    terminated_on: date | None = None
    holdings: tuple[Holding, ...] = ()
    screenings: tuple[Screening, ...] = ()
    overdue_screening: LapseEffect = LapseEffect.WARN


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What is to be done. `disciplines` may do it (empty: everybody); `payer` pays for it."""

    name: str = ""
    disciplines: frozenset[str] = frozenset()
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing against it, and what would put it right. `is_final`: the law leaves no room to send the person."""

    answer: Answer
    sentence: str
    is_final: bool = False
    remedy: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer, with every reason against a plain yes, the worst first."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()

    @property
    def is_blocked(self) -> bool:
        return self.answer == Answer.NO

    @property
    def sentence(self) -> str:
        """What to tell a scheduler: the first reason; empty for a plain yes."""
        return self.reasons[0].sentence if self.reasons else ""


def is_cleared(staff: StaffFacts, service: ServiceFacts, on: date) -> Clearance:
    """Whether `staff` may do `service` on the day `on`: yes, warn or no, and why."""
    found = [
        *_employment(staff, on),
        *_skill(staff, service),
        *_exclusion(staff, on),
        *_credentials(staff, service, on),
    ]
    reasons = sorted((one for one in found if one.answer != Answer.YES), key=lambda one: WORST_FIRST.index(one.answer))
    return Clearance(reasons[0].answer if reasons else Answer.YES, tuple(reasons))


def screening_state(screenings: Iterable[Screening], on: date) -> CredentialState:
    """What the newest looks into the exclusion lists are worth together, in the words of credentials."""
    known = [one for one in screenings if one.checked_on <= on]
    if not known:
        return CredentialState.MISSING
    if any(one.result == ExclusionResult.EXCLUDED or one.next_due_on < on for one in known):
        return CredentialState.EXPIRED
    if any(one.result == ExclusionResult.POSSIBLE_MATCH for one in known):
        return CredentialState.UNVERIFIED
    is_soon = any((one.next_due_on - on).days <= 7 for one in known)
    return CredentialState.EXPIRING if is_soon else CredentialState.OK


def _employment(staff: StaffFacts, on: date) -> Iterable[Reason]:
    who = staff.name
    if on < staff.hired_on:
        remedy = _("Can be sent from the first day of work on.")
        yield Reason(Answer.NO, _("%(who)s starts on %(day)s.", who=who, day=staff.hired_on), remedy=remedy)
    if staff.terminated_on is not None and on > staff.terminated_on:
        yield Reason(Answer.NO, _("%(who)s left on %(day)s.", who=who, day=staff.terminated_on))
    elif staff.status == StaffStatus.LEAVE:
        sentence = _("%(who)s is on leave. Change the status first.", who=who)
        yield Reason(Answer.NO, sentence, remedy=_("Set the status to active once the leave is over."))


def _skill(staff: StaffFacts, service: ServiceFacts) -> Iterable[Reason]:
    if service.disciplines and staff.discipline not in service.disciplines:
        wanted = ", ".join(sorted(one.upper() for one in service.disciplines))
        sentence = _("%(what)s is done by %(wanted)s only.", what=service.name or _("This service"), wanted=wanted)
        yield Reason(Answer.NO, sentence, remedy=_("Needs another discipline, or the visit another service."))


def _exclusion(staff: StaffFacts, on: date) -> Iterable[Reason]:
    who, late = staff.name, ANSWER_OF_EFFECT[staff.overdue_screening]
    known = [one for one in staff.screenings if one.checked_on <= on]
    if not known:
        sentence = _("%(who)s was never checked against the exclusion lists.", who=who)
        yield Reason(late, sentence, remedy=_("Look them up in the exclusion lists and record the result."))
    for one in known:
        source = one.source.upper()
        if one.result == ExclusionResult.EXCLUDED:
            sentence = _("%(who)s is on the exclusion list of %(source)s and may not be sent.", who=who, source=source)
            yield Reason(Answer.NO, sentence, is_final=True)
        elif one.result == ExclusionResult.POSSIBLE_MATCH:
            sentence = _(
                "A possible match of %(who)s on the list of %(source)s isn't resolved.", who=who, source=source
            )
            yield Reason(Answer.WARN, sentence, remedy=_("Resolve the possible match."))
        if one.next_due_on < on:
            values = {"who": who, "source": source, "day": one.next_due_on}
            sentence = _("The check of %(who)s against %(source)s was due on %(day)s.", **values)
            yield Reason(late, sentence, remedy=_("Look them up in the exclusion lists and record the result."))


def _credentials(staff: StaffFacts, service: ServiceFacts, on: date) -> Iterable[Reason]:
    for holding in staff.holdings:
        demand, state = holding.demand, holding.state(on)
        asked = demand.is_asked_of(discipline=staff.discipline, position=staff.position, payer=service.payer)
        if asked and state in LACKING:
            said, remedy = lack_sentence(staff.name, holding, on), _remedy_of_lack(holding, on)
            yield Reason(ANSWER_OF_EFFECT[demand.effect], said, remedy=remedy)


def lack_sentence(who: str, holding: Holding, on: date) -> str:
    """Why the holding isn't good for work on the day `on`."""
    what, state = holding.demand.name, holding.state(on)
    if state == CredentialState.UNVERIFIED:
        return _("%(what)s of %(who)s waits to be verified.", what=what, who=who)
    if state == CredentialState.EXPIRED:
        return _("%(what)s of %(who)s expired on %(day)s.", what=what, who=who, day=holding.expires_on(on))
    return _("%(what)s of %(who)s is missing.", what=what, who=who)


def _remedy_of_lack(holding: Holding, on: date) -> str:
    what, state = holding.demand.name, holding.state(on)
    if state == CredentialState.UNVERIFIED:
        return _("Verify %(what)s.", what=what)
    if state == CredentialState.EXPIRED:
        return _("Enter a renewed %(what)s and have it verified.", what=what)
    return _("Enter %(what)s and have it verified.", what=what)
