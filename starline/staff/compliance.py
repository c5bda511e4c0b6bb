"""Who may be sent and what is lacking, for one person or for many: two statements, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from starline.core.db import session
from starline.organizations.settings import policy
from starline.staff.models import Credential, CredentialType, ExclusionCheck, StaffMember
from starline.staff.rules.clearance import (
    LACKING,
    Clearance,
    Demand,
    Holding,
    Screening,
    ServiceFacts,
    StaffFacts,
    is_cleared,
    screening_state,
)
from starline.staff.rules.credentials import Proof
from starline.staff.vocabulary import CredentialState, ExclusionList, ExclusionResult, LapseEffect, StaffStatus


@dataclass(frozen=True, slots=True)
class Cell:
    """What one person has of one credential type. `is_required`: for all their work, not for some payer's alone."""

    kind_id: UUID
    state: CredentialState
    expires_on: date | None
    is_required: bool
    effect: LapseEffect

    @property
    def is_lacking(self) -> bool:
        return self.is_required and self.state in LACKING

    @property
    def keeps_off_schedule(self) -> bool:
        return self.is_lacking and self.effect == LapseEffect.BLOCK


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the matrix. `cells` by credential type: those that are required or held."""

    id: UUID
    number: int
    name: str
    discipline: str
    position: str
    branch_id: UUID
    cells: Mapping[UUID, Cell]
    screening: CredentialState
    screened_until: date | None
    clearance: Clearance


@dataclass(frozen=True, slots=True)
class Known:
    """A person's facts, and the rest of what the matrix shows of them."""

    id: UUID
    number: int
    branch_id: UUID
    facts: StaffFacts


def demands() -> dict[UUID, Demand]:
    """The credential types in use, by name. One statement."""
    kinds = session.query(CredentialType).filter_by(is_active=True).order_by(CredentialType.name)
    return {kind.id: demand_of(kind) for kind in kinds}


def demand_of(kind: CredentialType) -> Demand:
    return Demand(
        name=kind.name,
        disciplines=frozenset(kind.required_disciplines),
        positions=frozenset(kind.required_positions),
        payers=frozenset(kind.required_payers),
        effect=kind.on_lapse,
        remind_within_days=max((int(days) for days in kind.reminder_days), default=0),
    )


def clearances(
    staff_ids: Iterable[UUID], service: ServiceFacts, on: date, *, asked: Mapping[UUID, Demand] | None = None
) -> dict[UUID, Clearance]:
    """Whether each of these people may do the service on the day `on`. Two statements, one where `asked` is known."""
    found = _known(StaffMember.id.in_(list(staff_ids)), asked=demands() if asked is None else asked)
    return {one.id: is_cleared(one.facts, service, on) for one in found}


def facts_of(staff_ids: Iterable[UUID]) -> dict[UUID, StaffFacts]:
    """What clearance needs to know of these people. Two statements."""
    return {one.id: one.facts for one in _known(StaffMember.id.in_(list(staff_ids)), asked=demands())}


def matrix(on: date, *conditions: ColumnElement[bool], asked: Mapping[UUID, Demand] | None = None) -> list[Line]:
    """The people who fulfil the conditions, by name, with what they have of each type on the day `on`."""
    asked = demands() if asked is None else asked
    return [_line(one, asked, on) for one in _known(*conditions, asked=asked)]


def line_of(member: StaffMember, on: date) -> Line:
    """One person's line of the matrix."""
    return matrix(on, StaffMember.id == member.id)[0]


def _line(one: Known, asked: Mapping[UUID, Demand], on: date) -> Line:
    facts, cells = one.facts, {}
    for (kind_id, demand), holding in zip(asked.items(), facts.holdings, strict=True):
        is_required = demand.is_asked_of(discipline=facts.discipline, position=facts.position)
        if is_required or holding.proofs:
            state, ends = holding.state(on), holding.expires_on(on)
            cells[kind_id] = Cell(kind_id, state, ends, is_required, demand.effect)
    return Line(
        id=one.id,
        number=one.number,
        name=facts.name,
        discipline=facts.discipline,
        position=facts.position,
        branch_id=one.branch_id,
        cells=cells,
        screening=screening_state(facts.screenings, on),
        screened_until=min((look.next_due_on for look in facts.screenings), default=None),
        clearance=is_cleared(facts, ServiceFacts(), on),
    )


def _known(*conditions: ColumnElement[bool], asked: Mapping[UUID, Demand]) -> list[Known]:
    overdue = LapseEffect(policy("scheduling_policy")["overdue_exclusion"])
    rows = session.execute(_people().where(*conditions).order_by(StaffMember.last_name, StaffMember.first_name))
    return [Known(row.id, row.staff_number, row.branch_id, _facts(row, asked, overdue)) for row in rows]


def _people() -> Select[Any]:
    """Each person with all credentials and the newest look into each exclusion list, as JSON in the row."""
    proof, check = aliased(Credential), aliased(ExclusionCheck)
    proofs = (
        select(
            func.json_agg(
                func.json_build_array(
                    proof.credential_type_id, proof.issued_on, proof.expires_on, proof.verified_on.is_not(None)
                )
            )
        )
        .where(proof.staff_member_id == StaffMember.id, proof.voided_at.is_(None))
        .scalar_subquery()
    )
    newest = (
        select(check.source, check.checked_on, check.result, check.next_due_on)
        .where(check.staff_member_id == StaffMember.id)
        .ext(distinct_on(check.source))
        .order_by(check.source, check.checked_on.desc(), check.id.desc())
        .correlate(StaffMember)
        .subquery()
    )
    looks = select(
        func.json_agg(
            func.json_build_array(newest.c.source, newest.c.checked_on, newest.c.result, newest.c.next_due_on)
        )
    ).scalar_subquery()
    return select(
        StaffMember.id,
        StaffMember.staff_number,
        StaffMember.branch_id,
        func.concat_ws(" ", StaffMember.first_name, StaffMember.last_name).label("name"),
        StaffMember.discipline,
        StaffMember.position,
        StaffMember.status,
        StaffMember.hired_on,
        StaffMember.terminated_on,
        proofs.label("proofs"),
        looks.label("looks"),
    )


def _facts(row: Any, asked: Mapping[UUID, Demand], overdue: LapseEffect) -> StaffFacts:
    held: dict[UUID, list[Proof]] = {}
    for kind_id, issued_on, expires_on, is_verified in row.proofs or ():
        ends = date.fromisoformat(expires_on) if expires_on else None
        held.setdefault(UUID(kind_id), []).append(Proof(date.fromisoformat(issued_on), ends, is_verified))
    return StaffFacts(
        name=row.name,
        discipline=row.discipline,
        position=row.position,
        status=StaffStatus(row.status),
        hired_on=row.hired_on,
        terminated_on=row.terminated_on,
        holdings=tuple(Holding(demand, tuple(held.get(kind_id, ()))) for kind_id, demand in asked.items()),
        screenings=_screenings(row.looks or ()),
        overdue_screening=overdue,
    )


def _screenings(looks: Sequence[Any]) -> tuple[Screening, ...]:
    return tuple(
        Screening(
            ExclusionList(source), date.fromisoformat(checked), ExclusionResult(result), date.fromisoformat(next_due)
        )
        for source, checked, result, next_due in looks
    )
