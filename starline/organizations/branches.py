"""Offices of the agency."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.core import events
from starline.core.db import session
from starline.core.postal import check_address, tidied
from starline.core.problems import Problems
from starline.core.rows import assign
from starline.organizations.models import Branch
from starline.organizations.zones import zone_problem


def add_branch(values: Mapping[str, Any], *, by: int | None) -> Branch:
    branch = Branch(**_checked(values, except_for=None))
    session.add(branch)
    session.flush()
    events.record("branch:added", branch)
    return branch


def update_branch(branch: Branch, values: Mapping[str, Any], *, by: int | None) -> Branch:
    assign(branch, _checked(values, except_for=branch.id))
    session.flush()
    events.record("branch:updated", branch)
    return branch


def remove_branch(branch: Branch, *, by: int | None) -> None:
    """Remove an office nothing refers to; the database keeps one with clients, staff or users."""
    events.record("branch:removed", branch)
    session.delete(branch)
    session.flush()


def _checked(values: Mapping[str, Any], *, except_for: UUID | None) -> dict[str, Any]:
    checked, problems = tidied(dict(values)), Problems()
    check_address(checked, problems)
    if checked.get("time_zone"):
        problem = zone_problem(checked["time_zone"])
        if problem:
            problems.add("time_zone", problem)
    same = session.query(Branch.id).filter_by(name=checked.get("name"))
    if any(found != except_for for (found,) in same):
        problems.add("name", "Another branch has this name; choose a different one.")
    problems.refuse()
    return checked
