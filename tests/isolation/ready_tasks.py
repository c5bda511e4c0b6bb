"""What a task needs to find so that its honest run does something, and what it is then given."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from starline.clients.models import Contact, DuplicatePair
from starline.core import clock, storage, tenancy
from starline.core.audit import record
from starline.core.db import session
from starline.exports.models import Export
from starline.files import service as files
from starline.files.models import FileVersion
from starline.files.vocabulary import FileStatus
from starline.identity import sessions, support
from starline.identity.attempts import Origin
from starline.imports.models import Import, ImportRow, ImportState, RowState
from starline.notifications import devices
from starline.scheduling import offers
from starline.scheduling.evv_vocabulary import ClockKind
from starline.scheduling.models import OfferInvitation, VisitException
from starline.services.models import ServicePlan
from starline.services.vocabulary import PlanStatus
from starline.staff import credentials
from starline.webhooks import deliveries
from starline.webhooks.models import WebhookEndpoint
from tests.isolation.cast import Agency
from tests.notifications.push_service import PushService
from tests.organizations.factories import a_client, a_credential_type, a_staff_member, a_user, days, today
from tests.scheduling.evv_factories import a_shift
from tests.scheduling.factories import a_visit, certify


@dataclass(frozen=True)
class Ground:
    """The agency that a task works for, and the push service that its people's phones listen to."""

    agency: Agency
    phones: PushService

    @property
    def administrator_id(self) -> int:
        return self.agency.people["Administrator"].user_id


@dataclass(frozen=True)
class Run:
    """One honest run: its arguments, when it is, and for whom, if not for the agency itself. `task` is another one that
    has to go before.
    """

    arguments: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    organization_id: UUID | None = None
    task: str | None = None


Prepare = Callable[[Ground], list[Run]]
"""Makes rows in the agency and gives the runs, of which the last must leave a trace."""
numbers = iter(range(1, 1_000))


def _import_in(state: ImportState, row_state: RowState) -> Prepare:
    """An import of one contact by the administrator; one that is to be undone has made it."""

    def prepare(ground: Ground) -> list[Run]:
        number = next(numbers)
        values = {"client_id": ground.agency.parents["clients"], "first_name": "Wanda", "last_name": f"Sheet{number}"}
        values["relationship"] = "daughter"
        one = Import(list_name="Contacts", file_name="walk.csv", user_id=ground.administrator_id, state=state)
        one.headers, one.mapping = list(values), {str(place): name for place, name in enumerate(values)}
        one.started_at = clock.now()
        contact = Contact(**values) if row_state is RowState.CREATED else None
        session.add_all([one, *filter(None, [contact])])
        session.flush()
        row = ImportRow(import_id=one.id, number=2, state=row_state)
        row.cells = orjson.dumps(list(values.values())).decode()
        if contact is not None:
            row.record_id, row.record_version = contact.id, contact.version
        session.add(row)
        return [Run({"import_id": str(one.id)})]

    return prepare


def _export(ground: Ground) -> list[Run]:
    one = Export(file_name="walk.zip", user_id=ground.administrator_id, list_names=["clients"])
    session.add(one)
    session.flush()
    return [Run({"export_id": str(one.id)})]


def _offer(is_over: bool = False) -> Prepare:
    """A caregiver who is reached by mail, by text and on a phone, and is asked about an open visit."""

    def prepare(ground: Ground) -> list[Run]:
        user = a_user(f"asked{next(numbers)}")
        number = {"phone": "503-555-0142", "texts_agreed_on": today()}
        member = a_staff_member(first_name="Asked", user_id=user.id, email=user.email, **number)
        opened = sessions.start(user, origin=Origin("web", "127.0.0.1", "A phone"), has_second_factor=False)
        devices.keep(ground.phones.at(f"of-{user.id}"), user_id=user.id, session_id=opened.id)
        certify(member, by=ground.administrator_id)
        made = offers.offer(a_visit(day=20 + next(numbers)), to=[member.id], by=None)
        if is_over:
            offers.withdraw(made, by=None)
        session.flush()
        return [Run({"invitation_id": str(session.query(OfferInvitation).filter_by(offer_id=made.id).one().id)})]

    return prepare


def _late_visit(ground: Ground) -> list[Run]:
    shift = a_shift(f"late{next(numbers)}", day=-1)
    return [Run(at=shift.visit.starts_at + timedelta(minutes=20))]


def _clocked_visit(ground: Ground) -> list[Run]:
    """A visit that was clocked late, whose exception somebody took away."""
    shift = a_shift(f"clocked{next(numbers)}")
    shift.clock(ClockKind.IN, late=20)
    session.flush()
    session.query(VisitException).filter_by(visit_id=shift.visit.id).delete()
    return [Run({"since": (today() - timedelta(days=2)).isoformat(), "after": None})]


def _plan_over(ground: Ground) -> list[Run]:
    plan = session.get_one(ServicePlan, UUID(ground.agency.own["service_plans"]["id"]))
    plan.status, plan.approved_at = PlanStatus.ACTIVE, clock.now()
    plan.starts_on, plan.ends_on = today() - timedelta(days=90), today() - timedelta(days=2)
    return [Run()]


def _paper_that_ends(ground: Ground) -> list[Run]:
    kind = a_credential_type(name=f"Ending {next(numbers)}")
    member = a_staff_member(first_name=f"Ending {next(numbers)}")
    values = {"staff_member_id": member.id, "credential_type_id": kind.id, "issued_on": today()}
    made = credentials.add_credential({**values, "expires_on": today() + timedelta(days=30)}, by=None)
    credentials.verify_credential(made, by=ground.administrator_id)
    return [Run()]


def _waiting_file(ground: Ground) -> FileVersion:
    client = a_client(last_name=f"Scanned{next(numbers)}")
    stored = files.store(io.BytesIO(b"A plain text"), "walk.txt", owner=client, by=None)
    version = session.query(FileVersion).filter_by(file_id=stored.id).one()
    version.status = FileStatus.QUARANTINED
    session.flush()
    return version


def _scan(ground: Ground) -> list[Run]:
    return [Run({"version_id": str(_waiting_file(ground).id)})]


def _scan_all(ground: Ground) -> list[Run]:
    _waiting_file(ground)
    return [Run(at=clock.now() + timedelta(hours=1))]


def _bytes_of_nobody(ground: Ground) -> list[Run]:
    storage.storage().put(storage.key_for(files.AREA, "txt"), b"of an upload that broke off", "text/plain")
    return [Run(at=clock.now() + timedelta(days=30))]


def _photo(ground: Ground) -> list[Run]:
    key = storage.storage().put(storage.key_for("photos", "png"), b"a photo", "image/png")
    return [Run({"key": key})]


def _delivery(ground: Ground) -> list[Run]:
    endpoint = session.get_one(WebhookEndpoint, UUID(ground.agency.own["webhook_endpoints"]["id"]))
    return [Run({"delivery_id": str(deliveries.send_test(endpoint).id)})]


def _alike(ground: Ground) -> list[Run]:
    """Two clients of one name and birthday, who came in bulk."""
    names = {"first_name": "Alma", "last_name": f"Alike{next(numbers)}", "birth_date": days(-30_000)}
    both = [a_client(**names).id for _time in range(2)]
    session.flush()
    session.query(DuplicatePair).filter(DuplicatePair.first_client_id.in_(both)).delete()
    return [Run()]


def _former_name(ground: Ground) -> list[Run]:
    client = a_client(last_name=f"Xylographer{next(numbers)}")
    session.flush()
    client.last_name = "Other"
    return [Run()]


def _unsealed(ground: Ground) -> list[Run]:
    record("walk:noted", "clients")
    return [Run()]


def _sealed(ground: Ground) -> list[Run]:
    record("walk:noted", "clients")
    return [Run(task="core.seal_audit"), Run()]


def _support_over(ground: Ground) -> list[Run]:
    operator = support.Operator(8, "Odile Operator", "odile@platform.example")
    support.approve(support.request_access(operator, reason="A report shows no rows", hours=1), by=None)
    return [Run(at=clock.now() + timedelta(hours=2), organization_id=tenancy.PLATFORM_ID)]


def _dormant(ground: Ground) -> list[Run]:
    """Everybody is warned, and some days later disabled."""
    return [Run(at=clock.now() + timedelta(days=day)) for day in (400, 410)]


READY: dict[str, Prepare] = {
    "clients.find_duplicates": _alike,
    "core.publish_audit_heads": _sealed,
    "core.seal_audit": _unsealed,
    "core.tidy_search": _former_name,
    "exports.write_next": _export,
    "files.forget_photo": _photo,
    "files.scan_version": _scan,
    "files.scan_waiting": _scan_all,
    "files.sweep": _bytes_of_nobody,
    "identity.tend_dormant_accounts": _dormant,
    "identity.watch": _support_over,
    "imports.check": _import_in(ImportState.CHECKING, RowState.NEW),
    "imports.run": _import_in(ImportState.RUNNING, RowState.READY),
    "imports.undo": _import_in(ImportState.UNDOING, RowState.CREATED),
    "scheduling.push_offer": _offer(),
    "scheduling.push_offer_over": _offer(is_over=True),
    "scheduling.review_visits": _clocked_visit,
    "scheduling.send_offer": _offer(),
    "scheduling.send_offer_over": _offer(is_over=True),
    "scheduling.text_offer": _offer(),
    "scheduling.text_offer_over": _offer(is_over=True),
    "scheduling.watch_visits": _late_visit,
    "services.expire_plans": _plan_over,
    "staff.remind_of_expiry": _paper_that_ends,
    "webhooks.deliver": _delivery,
}
"""By task; of a task that isn't here an honest run is tried with a row of each table."""
