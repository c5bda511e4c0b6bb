"""Starline's side of the seeded organisations: roles and an administrator each, made by Starline's own verbs."""

from __future__ import annotations

import subprocess

import database
import layout
import seed
from sqlalchemy import select

from starline.core import db, tenancy
from starline.identity import passwords, roles


def add_administrators() -> None:
    """Write the permissions, then one signed-in-ready administrator per organisation unless there is one."""
    write_permissions()
    for found in seed.organizations():
        with tenancy.acting(found.id, request_id="benchmark", reason="benchmark"), db.transaction():
            _add_administrator(found)


def write_permissions() -> None:
    subprocess.run([str(database.ROOT / "bin" / "starline"), "permissions"], check=True, stdout=subprocess.DEVNULL)


def _add_administrator(found: seed.Organization) -> None:
    if db.session.scalar(select(db.User.id).where(db.User.organization_id == found.id)) is not None:
        return
    roles.create_roles_from_templates()
    user = db.User(username=found.email, email=found.email, first_name="Bench", last_name="Mark", active=True)
    user.roles = [roles.role_of(roles.ADMINISTRATOR)]
    db.session.add(user)
    db.session.flush()
    passwords.set_password(user, layout.PASSWORD)
