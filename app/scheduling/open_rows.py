"""Visits as a worklist: when, whose, and how far finding somebody has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core import branches
from app.core.display import choice_label
from app.core.security import required_viewer
from app.scheduling.matching_rows import when
from starline.clients.models import Client
from starline.core import clock
from starline.core.db import session
from starline.core.language import gettext as _
from starline.scheduling.models import Offer, Visit
from starline.scheduling.offer_words import OfferStatus
from starline.scheduling.vocabulary import PLANNED

AHEAD = timedelta(days=14)
MOST = 200


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One visit of the worklist."""

    id: str
    when: str
    client: str
    service: str
    state: str
    tone: str
    why: str
    offer_id: str | None
    is_open: bool


def open_visits() -> list[Visit]:
    """The viewer's open visits of the next two weeks, of the branch they look at, the nearest first."""
    query = (
        select(Visit)
        .options(joinedload(Visit.client), joinedload(Visit.service_type))
        .where(*_conditions(), Visit.starts_at < clock.now() + AHEAD)
        .order_by(Visit.starts_at, Visit.id)
        .limit(MOST)
    )
    return list(session.scalars(query).unique())


def count_without_offer() -> int:
    """How many of them nobody was asked about."""
    is_offered = select(Offer.id).where(Offer.visit_id == Visit.id, Offer.status == OfferStatus.OPEN).exists()
    query = select(func.count()).select_from(Visit).where(*_conditions(), Visit.starts_at < clock.now() + AHEAD)
    return session.scalar(query.where(~is_offered)) or 0


def open_rows(visits: Sequence[Visit]) -> list[OpenRow]:
    """The rows of these visits, in their order."""
    keys = [one.id for one in visits]
    query = select(Offer).where(Offer.visit_id.in_(keys), Offer.status == OfferStatus.OPEN)
    offered = {one.visit_id: one for one in session.scalars(query)} if keys else {}
    return [_row(one, offered.get(one.id)) for one in visits]


def _conditions() -> list[object]:
    conditions: list[object] = [
        Visit.staff_member_id.is_(None),
        Visit.status.in_(PLANNED),
        Visit.starts_at > clock.now(),
    ]
    scope, branch = Visit.visible_to(required_viewer()), branches.shown_branch()
    if scope is not None:
        conditions.append(scope)
    if branch is not None:
        conditions.append(Visit.client_id.in_(select(Client.id).where(Client.branch_id == branch.id)))
    return conditions


def _row(visit: Visit, offer: Offer | None) -> OpenRow:
    state, tone = _state(visit, offer)
    return OpenRow(
        id=str(visit.id),
        when=when(visit),
        client=str(visit.client),
        service=str(visit.service_type),
        state=state,
        tone=tone,
        why=choice_label(visit.open_reason) if visit.open_reason else "",
        offer_id=str(offer.id) if offer else None,
        is_open=visit.is_planned and visit.staff_member_id is None,
    )


def _state(visit: Visit, offer: Offer | None) -> tuple[str, str]:
    if not visit.is_planned:
        return choice_label(visit.status), "plain"
    if visit.staff_member_id is not None:
        return _("Filled by %(who)s", who=visit.staff_member), "good"
    if offer is None:
        return _("Nobody asked yet"), "bad"
    facts = {"invited": offer.invited, "answered": offer.answered}
    return _("%(invited)s asked, %(answered)s answered", **facts), "warn" if offer.answered == 0 else "info"
