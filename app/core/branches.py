"""The branch that somebody who sees all has narrowed the lists to: kept in the session, held in SQL beside the scope.

Only lists, exports and figures are narrowed: a record of another branch still opens by its address.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import has_request_context, session

from app.core.parameters import ListRequest
from app.core.query import BranchParameters, ScopeParameters
from app.core.resource import Resource
from app.core.security import current_viewer
from starline.core.identifiers import parse_uuid
from starline.identity.models import RecordScope

KEPT_AS = "branch"
READ_BRANCHES = ("can_read", "Branches")


@dataclass(frozen=True, slots=True)
class ShownBranch:
    """What the lists are narrowed to."""

    id: UUID
    name: str


def may_choose() -> bool:
    """Whether the person sees several branches, and so can look at one."""
    viewer = current_viewer()
    return viewer is not None and viewer.scope == RecordScope.ALL and READ_BRANCHES in viewer.permissions


def shown_branch() -> ShownBranch | None:
    """The chosen branch; None shows all that the person may see."""
    kept = session.get(KEPT_AS) if has_request_context() else None
    if not kept or not may_choose():
        return None
    key = parse_uuid(kept[0])
    return ShownBranch(key, kept[1]) if key is not None else None


def choose(branch_id: UUID, name: str) -> None:
    """Narrow this session's lists to the branch."""
    session[KEPT_AS] = [str(branch_id), name]


def choose_all() -> None:
    session.pop(KEPT_AS, None)


def narrowed(resource: Resource, asked: ListRequest) -> ListRequest:
    """The request, for rows of the chosen branch alone where its rows belong to branches."""
    branch = shown_branch()
    if branch is None or not is_of_branches(resource.model):
        return asked
    asked.shape = replace(asked.shape, in_branch=True)
    asked.parameters["shown_branch_id"] = str(branch.id)
    return asked


def condition(model: Any) -> Any:
    """What a query over `model` adds to count what its narrowed list shows; None for all."""
    branch, viewer = shown_branch(), current_viewer()
    if branch is None or viewer is None or not is_of_branches(model):
        return None
    return model.visible_to(replace(viewer, scope=RecordScope.BRANCH, branch_id=branch.id))


@lru_cache(maxsize=512)
def is_of_branches(model: Any) -> bool:
    """Whether the record scope "branch" leaves some of its rows out."""
    if not hasattr(model, "visible_to"):
        return False
    return str(model.visible_to(BranchParameters())) != str(model.visible_to(ScopeParameters(RecordScope.ALL)))
