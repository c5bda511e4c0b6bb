"""The demo: the same every time, complete, fictional, and never in production."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.platform import demo
from app.platform.demo.agencies import ROLES
from app.platform.demo.people import Fiction
from config import settings
from starline.clients.models import (
    CareTeamMember,
    Client,
    ClientStatusChange,
    Contact,
    Coverage,
    DuplicatePair,
    Hospitalisation,
    Incident,
    Referral,
)
from starline.clients.pipeline import Stage
from starline.core import tenancy
from starline.core.db import User, session
from starline.core.errors import NotAllowed
from starline.core.official_numbers import is_npi
from starline.staff.models import AvailabilitySlot, Credential, PayRate, StaffMember, TimeOff

PHONE = re.compile(r"\(\d{3}\) 555-01\d\d")


@pytest.fixture(scope="module", autouse=True)
def loaded(database: str) -> None:
    assert demo.load() is True


def _organization(slug: str) -> UUID:
    found: UUID = session.execute(
        text("SELECT id FROM app.find_organization(:slug, NULL, NULL)"), {"slug": slug}
    ).scalar_one()
    session.rollback()
    return found


@pytest.mark.parametrize(("slug", "clients", "staff", "branches"), [("harbor", 120, 60, 3), ("summit", 12, 8, 1)])
def test_both_agencies_have_what_was_promised(slug: str, clients: int, staff: int, branches: int) -> None:
    with tenancy.acting(_organization(slug)):
        assert session.query(Client).count() == clients
        assert session.query(StaffMember).count() == staff
        assert len({branch for (branch,) in session.query(Client.branch_id)}) == branches
        people = {user.email.split("@")[0]: [role.name for role in user.roles] for user in session.query(User)}
        assert {local: people[local] for local in ROLES} == {local: [role] for local, role in ROLES.items()}
        assert session.query(User).filter(User.password.is_not(None)).count() == len(ROLES)
        session.rollback()


def test_loading_twice_changes_nothing() -> None:
    assert demo.load() is False


def test_production_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "settings", lambda: replace(settings(), environment="production"))
    with pytest.raises(NotAllowed):
        demo.load()


def test_nobody_has_a_telephone_that_rings() -> None:
    for slug in ("harbor", "summit"):
        with tenancy.acting(_organization(slug)):
            columns: list[Any] = [Client.phone, Client.mobile_phone, Contact.phone, StaffMember.phone]
            numbers = {number for column in columns for (number,) in session.query(column) if number}
            assert numbers
            assert all(PHONE.fullmatch(number) for number in numbers)
            session.rollback()


def test_the_caregiver_sees_a_handful_and_family_one_client() -> None:
    with tenancy.acting(_organization("harbor")):
        caregiver = session.query(User).filter_by(email="caregiver@harbor.example").one()
        family = session.query(User).filter_by(email="family@harbor.example").one()
        assert session.query(CareTeamMember).filter_by(user_id=caregiver.id).count() == 6
        assert session.query(Contact).filter_by(user_id=family.id).count() == 1
        session.rollback()


def test_every_history_ends_in_the_clients_status_and_rises() -> None:
    with tenancy.acting(_organization("harbor")):
        for client in session.query(Client):
            steps = session.query(ClientStatusChange).filter_by(client_id=client.id).all()
            steps.sort(key=lambda step: step.changed_status_on)
            assert len({step.changed_status_on for step in steps}) == len(steps)
            assert [step.from_status for step in steps] == [None, *(step.to_status for step in steps[:-1])]
            assert steps[-1].to_status == client.status
        session.rollback()


def test_credentials_are_in_every_state() -> None:
    with tenancy.acting(_organization("harbor")):
        today = date.today()
        ends = [ends for (ends,) in session.query(Credential.expires_on) if ends]
        states = Counter("expired" if end < today else "soon" if (end - today).days < 60 else "ok" for end in ends)
        assert min(states.values()) >= 5
        assert len(states) == 3
        for model in (AvailabilitySlot, TimeOff, PayRate, Coverage):
            assert session.query(model).count() > 10
        session.rollback()


def test_intake_incidents_stays_and_twins_show_every_state() -> None:
    with tenancy.acting(_organization("harbor")):
        assert {stage for (stage,) in session.query(Referral.stage)} == set(Stage)
        assert {status for (status,) in session.query(Incident.status)} == {"reported", "investigating", "closed"}
        running = session.query(Hospitalisation.client_id).filter_by(discharged_on=None)
        hospitalised = session.query(Client.id).filter_by(status="hospitalised")
        assert {key for (key,) in running} == {key for (key,) in hospitalised} != set()
        assert session.query(DuplicatePair).filter_by(decision="open").count() >= 2
        session.rollback()


def test_what_was_loaded_satisfies_the_verbs_own_rules() -> None:
    with tenancy.acting(_organization("harbor")):
        for member in session.query(StaffMember):
            assert member.npi is None or is_npi(member.npi)
            rates = session.query(PayRate).filter_by(staff_member_id=member.id, service_code=None).all()
            assert sum(rate.ends_on is None for rate in rates) == 1
        session.rollback()


def test_the_same_seed_tells_the_same_story() -> None:
    def story() -> list[Any]:
        fiction = Fiction(7, date(2026, 3, 1), ("503",))
        return [(fiction.person(), fiction.phone(), fiction.address("Salem"), fiction.npi()) for _ in range(50)]

    assert story() == story()
