"""The office's requests about visits: calling off, clocking for somebody, matching, offering, calling out."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from starline.core import db, tenancy
from starline.core.identifiers import uuid7
from starline.scheduling import offers
from starline.scheduling.evv_vocabulary import ClockKind
from starline.scheduling.models import UnplannedCall, Visit
from tests.clients.factories import an_active_client
from tests.isolation.cast import Agency, Person
from tests.isolation.honest import Honest, Request
from tests.organizations.factories import a_staff_member
from tests.scheduling.evv_factories import Shift, a_shift
from tests.scheduling.factories import a_series, a_visit, at, certify, visits_of
from tests.services.factories import a_service

days = count(30)


def _past() -> Shift:
    """A visit of yesterday and its caregiver."""
    return a_shift(f"past{next(days)}")


def _able(agency: Agency) -> UUID:
    """Somebody with all papers."""
    member = a_staff_member(first_name=f"Able {next(days)}")
    certify(member, by=agency.people["Nurse"].user_id)
    key: UUID = member.id
    return key


def _open() -> Visit:
    """An open visit on a day of its own."""
    return a_visit(an_active_client(), day=next(days))


def _planned(**body: Any) -> Any:
    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            return Request({"pk": str(a_visit(an_active_client(), day=next(days)).id)}, body)

    return make


def _repeated(**body: Any) -> Any:
    """A visit of a series, not its first."""

    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            return Request({"pk": str(visits_of(a_series())[2].id)}, body)

    return make


def _missed(**body: Any) -> Any:
    """A visit that nobody has clocked."""

    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            return Request({"pk": str(_past().visit.id)}, body)

    return make


def _clocked(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        event = _past().clock(ClockKind.IN)
        body = {"happened_at": at(-1, 9, 5).isoformat(), "reason_code": "forgot", "reason": "Rang us."}
        return Request({"pk": str(event.id)}, body)


def _by_hand(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        body = {"kind": "in", "happened_at": f"{at(-1, 9, 5):%Y-%m-%dT%H:%M}", "reason_code": "forgot"}
        return Request({"pk": str(_past().visit.id)}, {**body, "reason": "Rang us."})


def _assigned(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request({"pk": str(_open().id)}, {"assign": str(_able(agency))})


def _offered(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request({"pk": str(_open().id)}, {"staff_member_id": str(_able(agency)), "hours": "24"})


def _offered_by_program(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request({"pk": str(_open().id)}, {"staff_member_ids": [str(_able(agency))]})


def _invited(agency: Agency, person: Person) -> Request:
    """One more is asked about a visit that is offered already."""
    with tenancy.acting(agency.id), db.transaction():
        made = offers.offer(_open(), to=[_able(agency)], by=None)
        return Request({"pk": str(made.id)}, {"staff_member_ids": [str(_able(agency))]})


def _called_out(agency: Agency, person: Person) -> Request:
    """A caregiver with a visit on the day; the query names it for the walk of ids."""
    with tenancy.acting(agency.id), db.transaction():
        somebody = _able(agency)
        visit = a_visit(an_active_client(), day=next(days), hours=(5, 6), staff_member_id=somebody)
        on = visit.local_start.date().isoformat()
        return Request(
            {"pk": str(somebody)}, {"first_on": on, "last_on": on, "reason": "sick"}, {"visit": str(visit.id)}
        )


def _called_out_by_program(agency: Agency, person: Person) -> Request:
    return replace(_called_out(agency, person), query={})


def _rang(agency: Agency, person: Person) -> Request:
    """A caregiver's call of yesterday, where nothing was planned."""
    with tenancy.acting(agency.id), db.transaction():
        client, begun = an_active_client(), at(-1, 9, 5)
        call = UnplannedCall(kind=ClockKind.IN, called_at=begun, phone="503-555-0188", event_id=uuid7())
        call.staff_member_id, call.client_id = _able(agency), client.id
        db.session.add(call)
        db.session.flush()
        body = {"client_id": str(client.id), "service_type_id": str(a_service().id), "reason_code": "client_asked"}
        hours = {"starts_at": begun.isoformat(), "ends_at": (begun + timedelta(hours=2)).isoformat()}
        return Request({"pk": str(call.id)}, {**body, **hours, "override_reason": "It took place"})


WALKED = {"reach": "following", "values": {"note": "A walk"}}
MOVED = {"reach": "following", "starts_time": "14:00", "ends_time": "16:00", "note": "A walk"}
MISSED = {"void_reason": "other", "void_note": "Overslept"}

HONEST: dict[tuple[str, str], Honest] = {
    ("VisitChangeView.change_series", "POST"): Honest(_repeated(**MOVED)),
    ("VisitChangeApi.change_series", "POST"): Honest(_repeated(**WALKED)),
    ("VisitChangeView.call_off", "POST"): Honest(_planned(reason="client_request", note="Away")),
    ("VisitChangeApi.call_off", "POST"): Honest(_planned(reason="client_request", note="Away")),
    ("VisitMoveApi.move", "POST"): Honest(_planned(starts_time="05:15")),
    ("ProofView.clock", "POST"): Honest(_by_hand),
    ("ProofView.miss", "POST"): Honest(_missed(**MISSED)),
    ("ClockApi.miss", "POST"): Honest(_missed(reason="other", note="Overslept")),
    ("CorrectionView.correct", "POST"): Honest(_clocked),
    ("CorrectionApi.correct", "POST"): Honest(_clocked),
    ("UnplannedCallView.plan", "POST"): Honest(_rang),
    ("UnplannedCallApi.plan", "POST"): Honest(_rang),
    ("MatchView.assign", "POST"): Honest(_assigned),
    ("MatchView.offer", "POST"): Honest(_offered),
    ("OfferingApi.offer", "POST"): Honest(_offered_by_program),
    ("InvitingApi.invite", "POST"): Honest(_invited),
    ("CallOutView.call_out", "POST"): Honest(_called_out),
    ("CallOutApi.call_out", "POST"): Honest(_called_out_by_program),
}
