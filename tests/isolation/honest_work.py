"""One's own work: somebody with a personnel file, a visit that has just begun, and an open visit offered to them."""

import io
from datetime import timedelta
from itertools import count
from typing import Any

from starline.core import clock, db, tenancy
from starline.core.identifiers import uuid7
from starline.scheduling import feeds, offers
from starline.scheduling.models import OfferInvitation
from starline.scheduling.visit_tasks import tasks_of
from starline.staff.service import member_of
from tests.clients.factories import an_active_client
from tests.isolation.cast import Agency, Person
from tests.isolation.honest import Honest, Request
from tests.organizations.factories import a_credential_type
from tests.scheduling.evv_factories import Shift, a_shift
from tests.scheduling.factories import a_visit, certify

# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQI12P4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
numbers = count(1)


def begun(agency: Agency, person: Person) -> Shift:
    """A visit of the person's that began five minutes ago, with tasks and a door code."""
    starts_at = clock.now() - timedelta(minutes=5)
    name = f"walker{next(numbers)}"
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    shift = a_shift(name, tasks=("Help with bathing",), **times)
    shift.member.user_id = person.user_id
    shift.visit.service_address.door_code = "4711#"
    db.session.flush()
    return shift


def at_visit(**body: Any) -> Any:
    """A request about the visit that has begun."""

    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            return Request({"pk": str(begun(agency, person).visit.id)}, {**_moment(), **body})

    return make


def employed(**body: Any) -> Any:
    """A request of somebody who works here."""

    def make(agency: Agency, person: Person) -> Request:
        with tenancy.acting(agency.id), db.transaction():
            begun(agency, person)
        return Request(body=body)

    return make


def _plain_visit(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        return Request({"pk": str(begun(agency, person).visit.id)})


def _task(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        (task,) = tasks_of(begun(agency, person).visit)
        return Request({"pk": str(task.id)}, {**_moment(), "outcome": "done"})


def _acts(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        visit = begun(agency, person).visit
        act = {**_moment(), "kind": "note", "visit_id": str(visit.id), "sequence": 1, "text": "Ate well."}
        return Request(body={"acts": [act]}, told='"state":"kept"')


def _act_by_form(agency: Agency, person: Person) -> Request:
    with tenancy.acting(agency.id), db.transaction():
        visit = begun(agency, person).visit
        return Request({"pk": str(visit.id)}, {"event_id": str(uuid7()), "kind": "note", "text": "Ate well."})


def _invitation(agency: Agency, person: Person) -> Request:
    """An open visit, days ahead, that is offered to the person."""
    with tenancy.acting(agency.id), db.transaction():
        member = begun(agency, person).member
        certify(member, by=agency.people["Nurse"].user_id)
        visit = a_visit(an_active_client(), day=20 + next(numbers))
        made = offers.offer(visit, to=[member.id], by=None)
        asked = db.session.query(OfferInvitation).filter_by(offer_id=made.id).one()
        return Request({"pk": str(asked.id)})


def _address(agency: Agency, person: Person) -> Request:
    """Somebody with a calendar address of their own."""
    with tenancy.acting(agency.id), db.transaction():
        feeds.make({"staff_member_id": begun(agency, person).member.id}, by=None)
    return Request()


def _proof(agency: Agency, person: Person) -> Request:
    """Somebody who works here hands in a paper with its scan."""
    with tenancy.acting(agency.id), db.transaction():
        if member_of(person.user_id) is None:
            begun(agency, person)
        kind = a_credential_type(name=f"Handed in {next(numbers)}")
        scan = (io.BytesIO(b"A plain text"), "scan.txt")
        body = {"credential_type_id": str(kind.id), "issued_on": clock.today().isoformat(), "scan": scan}
        return Request(body=body, is_form=True)


def _moment() -> dict[str, str]:
    return {"event_id": str(uuid7()), "happened_at": clock.now().isoformat()}


def _of_caregiver(make: Any) -> Honest:
    return Honest(make, "Caregiver")


HONEST: dict[tuple[str, str], Honest] = {
    ("ClockApi.clock", "POST"): _of_caregiver(at_visit(kind="in")),
    ("ClockApi.note", "POST"): _of_caregiver(at_visit(note="Ate well.")),
    ("ClockApi.mileage", "POST"): _of_caregiver(at_visit(miles="4.5")),
    ("ClockApi.signature", "POST"): _of_caregiver(at_visit(name="Ruth Abernathy", image=PNG)),
    ("TaskApi.settle", "POST"): _of_caregiver(_task),
    ("MyVisitsApi.days", "GET"): _of_caregiver(employed()),
    ("MyVisitsApi.acts", "POST"): _of_caregiver(_acts),
    ("MyVisitsApi.door_code", "POST"): _of_caregiver(_plain_visit),
    ("PortalView.day", "GET"): _of_caregiver(employed()),
    ("PortalView.schedule", "GET"): _of_caregiver(employed()),
    ("PortalView.messages", "GET"): _of_caregiver(employed()),
    ("PortalView.me", "GET"): _of_caregiver(employed()),
    ("PortalView.texts", "POST"): _of_caregiver(employed(agrees="no")),
    ("PortalView.visit", "GET"): _of_caregiver(_plain_visit),
    ("PortalView.door", "POST"): _of_caregiver(_plain_visit),
    ("PortalView.act", "POST"): _of_caregiver(_act_by_form),
    ("OfferedView.show", "GET"): _of_caregiver(employed()),
    ("OfferedView.accept", "POST"): _of_caregiver(_invitation),
    ("OfferedView.decline", "POST"): _of_caregiver(_invitation),
    ("OwnOffersView.accept", "POST"): _of_caregiver(_invitation),
    ("OwnOffersView.decline", "POST"): _of_caregiver(_invitation),
    ("OwnOffersApi.accept", "POST"): _of_caregiver(_invitation),
    ("OwnOffersApi.decline", "POST"): _of_caregiver(_invitation),
    ("OwnCredentialsView.hand_in", "POST"): _of_caregiver(_proof),
    ("OwnCalendarView.renew", "POST"): _of_caregiver(employed()),
    ("OwnCalendarView.end", "POST"): _of_caregiver(_address),
}
