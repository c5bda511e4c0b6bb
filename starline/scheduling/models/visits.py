"""A visit: who goes where, and when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    cast,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped

from starline.clients.models import Client, ServiceAddress
from starline.core.db import TenantModel, belongs_to, choice, column, joined
from starline.core.language import said
from starline.scheduling import vocabulary as words
from starline.scheduling.models.series import VisitSeries
from starline.scheduling.models.visibility import visits_visible_to
from starline.services.models import ServiceType
from starline.staff.models import StaffMember

ONE_PLACE = "ex_visits_one_place_at_a_time"
"""The constraint by which no caregiver is in two places at once."""


class Visit(TenantModel):
    """One visit, planned or past. `occurs_on` is the day for which its series made it, or its own local day."""

    __tablename__ = "visits"
    __label__ = ("occurs_on",)
    __sorted__ = "starts_at"
    found_by = ("client",)
    __table_args__ = (
        UniqueConstraint("organization_id", "series_id", "occurs_on"),
        ExcludeConstraint(
            ("organization_id", "="),
            ("staff_member_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("staff_member_id IS NOT NULL AND status NOT IN ('cancelled', 'missed')"),
            using="gist",
            name=ONE_PLACE,
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index(None, "organization_id", "starts_at"),
        Index(None, "organization_id", "occurs_on"),
        Index(None, "organization_id", "client_id", "starts_at"),
        Index(None, "organization_id", "staff_member_id", "starts_at"),
        Index(None, "organization_id", "status", "starts_at"),
        CheckConstraint("ends_at > starts_at AND ends_at <= starts_at + interval '26 hours'", name="length"),
        CheckConstraint("(status IN ('cancelled', 'missed')) = (void_reason IS NOT NULL)", name="void_has_reason"),
        CheckConstraint("open_reason IS NULL OR staff_member_id IS NULL", name="open_has_nobody"),
    )

    client_id: Mapped[UUID] = belongs_to("clients", "Client")
    service_type_id: Mapped[UUID] = belongs_to("service_types", "Service")
    service_address_id: Mapped[UUID | None] = belongs_to(
        "service_addresses", "Address", help="Left empty, the client's primary address."
    )
    staff_member_id: Mapped[UUID | None] = belongs_to(
        "staff_members", "Caregiver", help="Left empty, the visit is open."
    )
    starts_at: Mapped[datetime] = column("Starts", DateTime(timezone=True))
    ends_at: Mapped[datetime] = column("Ends", DateTime(timezone=True))
    time_zone: Mapped[str] = column("Time zone", String(64))
    status: Mapped[words.VisitStatus] = choice("Status", words.VisitStatus, default=words.VisitStatus.SCHEDULED)
    clocked_in_at: Mapped[datetime | None] = column("Began", DateTime(timezone=True))
    clocked_out_at: Mapped[datetime | None] = column("Ended", DateTime(timezone=True))
    note: Mapped[str | None] = column("Note", Text)
    series_id: Mapped[UUID | None] = belongs_to("visit_series", "Series")
    occurs_on: Mapped[date] = column("Day")
    is_changed: Mapped[bool] = column("Changed by hand", default=False, help="Differs from its series on purpose.")
    open_reason: Mapped[words.OpenReason | None] = choice("Open because", words.OpenReason)
    void_reason: Mapped[words.VoidReason | None] = choice("Reason", words.VoidReason)
    void_note: Mapped[str | None] = column("What happened", String(300))

    override_reason: Mapped[str | None] = column(
        "Planned all the same because", String(300), help="Where a rule blocks it."
    )
    overridden: Mapped[list[str]] = column("Overridden", ARRAY(String(40)), default=list)
    custom: Mapped[dict[str, Any]] = column("Own fields", JSONB, default=dict)

    client: Mapped[Client] = joined("Visit.client_id", to="Client")
    service_type: Mapped[ServiceType] = joined("Visit.service_type_id", to="ServiceType")
    service_address: Mapped[ServiceAddress | None] = joined("Visit.service_address_id", to="ServiceAddress")
    staff_member: Mapped[StaffMember | None] = joined("Visit.staff_member_id", to="StaffMember")
    series: Mapped[VisitSeries | None] = joined("Visit.series_id", to="VisitSeries")

    def __str__(self) -> str:
        return f"{self.client}, {said(self.local_start)}"

    @property
    def minutes(self) -> int:
        """Planned length in real minutes, also over a change of clocks."""
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def local_start(self) -> datetime:
        """The start on the clocks where the visit takes place."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def local_end(self) -> datetime:
        """The end on the same clocks."""
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def is_planned(self) -> bool:
        """Whether it has not begun and was not called off."""
        return self.status in words.PLANNED

    @property
    def is_void(self) -> bool:
        return self.status in words.VOID

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """The verbs that its status allows, by the name they are declared under."""
        if self.status == words.VisitStatus.SCHEDULED and self.staff_member_id is not None:
            return ("confirm", "take_off")
        if self.is_planned:
            return ("take_off",) if self.staff_member_id is not None else ()
        return ("reinstate",) if self.is_void else ()

    @classmethod
    def named_in(cls, table: Any) -> ColumnElement[str]:
        """Client, day and time on the clocks there, in SQL. The day stands as ISO has it, for its reader to write."""
        client = Client.__table__.alias()
        name = func.concat_ws(literal_column("' '"), client.c.first_name, client.c.last_name)
        of_visit = and_(client.c.organization_id == table.c.organization_id, client.c.id == table.c.client_id)
        who = select(name).where(of_visit).correlate(table).scalar_subquery()
        begins = func.timezone(table.c.time_zone, table.c.starts_at)
        when = func.to_char(begins, literal_column("'YYYY-MM-DD HH24:MI'"))
        return func.concat_ws(literal_column("', '"), who, when)

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool] | None:
        return visits_visible_to(cls, viewer)


def named_by_visit(table: Any) -> ColumnElement[str]:
    """What the visit of a row is called, in SQL."""
    visit = Visit.__table__.alias()
    same = and_(visit.c.organization_id == table.c.organization_id, visit.c.id == table.c.visit_id)
    return select(Visit.named_in(visit)).where(same).correlate(table).scalar_subquery()


def named_by_kind_and_visit(table: Any) -> ColumnElement[str]:
    """What a row of a visit is called: its kind, and the visit."""
    return func.concat_ws(literal_column("' · '"), cast(table.c.kind, Text), named_by_visit(table))
