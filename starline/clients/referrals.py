"""Intake: taking a referral in, moving it from stage to stage, and making the client."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from starline.clients import addresses, contacts, coverages, notes, pipeline, service
from starline.clients.models import Client, Referral, ReferralStep
from starline.clients.pipeline import Course, Figures, Stage
from starline.clients.vocabulary import ClientStatus, CoveragePriority, Relationship
from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.organizations.calendar import today, zone_of

HOME = ("line1", "city", "state", "postal_code")


def take_referral(values: Mapping[str, Any], *, by: int | None) -> Referral:
    """Take somebody in; it begins as new, and belongs to whoever took it unless an owner is named."""
    stage = Stage(values.get("stage") or Stage.NEW)
    _check_move(Stage.NEW, stage)
    referral = Referral(**{"owner_id": by, **_named_owner(values), "stage": stage})
    _check(stage, proposed(referral, {}))
    session.add(referral)
    session.flush()
    for present, to in dict.fromkeys(((None, Stage.NEW), (Stage.NEW, stage))):
        if present is not to:
            _write_step(referral, present, to, by=by)
    events.record("referral:taken", referral)
    return referral


def update_referral(referral: Referral, values: Mapping[str, Any], *, by: int | None) -> Referral:
    """Change what is known; another `stage` among the values moves the referral by the rules of the stages."""
    to = Stage(values.get("stage") or referral.stage)
    given = {name: value for name, value in values.items() if name != "stage"}
    if to is not Stage.LOST and referral.stage == Stage.LOST:
        given |= {"lost_reason": None, "lost_note": None}
    _check_move(Stage(referral.stage), to)
    _check(to, proposed(referral, given))
    assign(referral, given)
    if to != referral.stage:
        _move(referral, to, by=by)
    session.flush()
    events.record("referral:updated", referral)
    return referral


def move_referral(
    referral: Referral, *, to: Stage, by: int | None, values: Mapping[str, Any] | None = None
) -> Referral:
    """Move to `to`, with what it asks for in `values`. Raises `Invalid` naming what is missing."""
    return update_referral(referral, {**(values or {}), "stage": to}, by=by)


def make_client(referral: Referral, values: Mapping[str, Any], *, by: int | None) -> Client:
    """Win the referral: a client with all that was learnt. `values`: birth_date (unless known), sex, branch_id."""
    _check_open(referral)
    born = values.get("birth_date") or referral.birth_date
    if born is None:
        raise invalid("birth_date", "Give the birth date: a client has one.")
    client = service.create_client(_person(referral, values) | {"birth_date": born}, by=by)
    _carry_over(referral, client, by=by)
    _win(referral, client, by=by)
    return client


def link_client(referral: Referral, client: Client, *, by: int | None) -> Client:
    """Win the referral for somebody who is a client already."""
    _check_open(referral)
    _win(referral, service.locked_client(client.id), by=by)
    return client


def figures(viewer: Any, *, since: date, until: date) -> Figures:
    """The figures of the referrals received from `since` to `until` that the viewer may see."""
    zone = ZoneInfo(zone_of())
    begin, end = (datetime.combine(day, time(), zone) for day in (since, until + timedelta(days=1)))
    scope = Referral.visible_to(viewer)
    query = (
        select(Referral, Client.start_of_care_on)
        .outerjoin(Client, Client.id == Referral.client_id)
        .where(Referral.received_at >= begin, Referral.received_at < end, *([] if scope is None else [scope]))
    )
    rows = session.execute(query).all()
    steps = select(ReferralStep.referral_id, ReferralStep.to_stage).where(
        ReferralStep.referral_id.in_(query.with_only_columns(Referral.id))
    )
    reached: dict[Any, set[Stage]] = {}
    for referral_id, stage in session.execute(steps):
        reached.setdefault(referral_id, set()).add(Stage(stage))
    return pipeline.figures_of(
        Course(
            source=one.source,
            stage=Stage(one.stage),
            reached=frozenset(reached.get(one.id, set()) | {Stage(one.stage)}),
            received_on=one.received_at.astimezone(zone).date(),
            lost_reason=one.lost_reason,
            started_on=started_on,
        )
        for one, started_on in rows
    )


def _named_owner(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values; nobody named as owner is left to the one who takes it."""
    return {name: value for name, value in values.items() if name != "owner_id" or value is not None}


def _check(stage: Stage, whole: Mapping[str, Any]) -> None:
    problems = Problems()
    born = whole.get("birth_date")
    if born and born > clock.today():
        problems.add("birth_date", "The birth date lies in the future; check the year.")
    for name, sentence in pipeline.missing_for(stage, whole, now=clock.now()).items():
        problems.add(name, sentence)
    problems.refuse()


def _check_move(present: Stage, to: Stage) -> None:
    if to is present:
        return
    if to is Stage.WON:
        raise invalid("stage", pipeline.BY_CONVERSION)
    if not pipeline.may_move(present, to):
        raise invalid("stage", "This referral has become a client; its stage stays won.")


def _check_open(referral: Referral) -> None:
    if not referral.is_open:
        raise Conflict("This referral is closed. Open it again first, by moving it to another stage.")


def _move(referral: Referral, to: Stage, *, by: int | None) -> None:
    present, referral.stage, referral.stage_since = referral.stage, to, clock.now()
    if to is Stage.LOST:
        assign(referral, {"next_step": None, "next_step_on": None})
    session.flush()
    _write_step(referral, present, to, by=by)


def _write_step(referral: Referral, present: str | None, to: Stage, *, by: int | None) -> None:
    session.add(ReferralStep(referral_id=referral.id, from_stage=present, to_stage=to, moved_by_id=by))
    session.flush()


def _win(referral: Referral, client: Client, *, by: int | None) -> None:
    assign(
        referral,
        {"client_id": client.id, "won_on": today(referral.branch_id), "next_step": None, "next_step_on": None},
    )
    _move(referral, Stage.WON, by=by)
    events.record("referral:won", referral)


def _person(referral: Referral, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the new client is, of the referral's and the given values."""
    is_assessed = referral.stage in (Stage.ASSESSMENT_SCHEDULED, Stage.ASSESSED)
    names = ("first_name", "last_name", "phone", "email")
    source = referral.source_name or referral.source.replace("_", " ")
    return {
        **{name: getattr(referral, name) for name in names},
        "status": ClientStatus.ASSESSMENT if is_assessed else ClientStatus.INQUIRY,
        "branch_id": values.get("branch_id") or referral.branch_id,
        "care_coordinator_id": values.get("care_coordinator_id"),
        "referral_source": source,
        **({"sex": values["sex"]} if values.get("sex") else {}),
    }


def _carry_over(referral: Referral, client: Client, *, by: int | None) -> None:
    """Home, caller, payer and needs, each where a client has its place for it."""
    client_id = {"client_id": client.id}
    if all(getattr(referral, name) for name in HOME):
        home = {name: getattr(referral, name) for name in HOME}
        addresses.add_service_address({**client_id, **home, "is_primary": True}, by=by)
    if referral.contact_name:
        first, _space, last = referral.contact_name.rpartition(" ")
        called = {"emergency_order": 1, "phone": referral.contact_phone} if referral.contact_phone else {}
        contacts.add_contact(
            {
                **client_id,
                **called,
                "first_name": first or last,
                "last_name": last if first else referral.last_name,
                "relationship": referral.contact_relationship or Relationship.OTHER,
            },
            by=by,
        )
    if referral.payer_name:
        promise = {"payer_name": referral.payer_name, "priority": CoveragePriority.PRIMARY}
        coverages.add_coverage({**client_id, **promise, "starts_on": today(client.branch_id)}, by=by)
    wanted = ", ".join(referral.services_wanted)
    told = [referral.needs, _("Services wanted: %(wanted)s", wanted=wanted) if wanted else None]
    if any(told):
        notes.add_note({**client_id, "body": "\n".join(filter(None, told)), "is_pinned": True}, by=by)
