"""Saved views: a list as somebody left it, under a name of their own, for themselves or for the whole agency.

What a view holds is the query of the list's address: filters, order, columns. Starline's screens write and read it; for
the domain it is a text.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Index, String, Text, UniqueConstraint, delete, func, or_, select
from sqlalchemy.orm import Mapped

from starline.core import events, tenancy
from starline.core.db import TenantModel, User, belongs_to, column, joined, session
from starline.core.errors import NotAllowed
from starline.core.language import _
from starline.core.problems import Problems, invalid
from starline.core.rows import assign
from starline.identity.models import CASCADE
from starline.identity.viewer import load_viewer_of_user

LONGEST_QUERY, MOST_TERMS = 2_000, 60
MOST_VIEWS = 50
"""Of one list that one person may have: tabs are for finding, not for keeping."""

NOT_KEPT = frozenset({"view", "page", "cursor", "format"})
"""Parameters that tell where somebody stands in a list, not which list it is."""


class SavedView(TenantModel):
    """One view of one list. Its owner sees it; a shared one everybody."""

    __tablename__ = "saved_views"
    __table_args__ = (Index(None, "organization_id", "user_id", "list_name"),)

    user_id: Mapped[int] = belongs_to("ab_user", "Owner", on_delete=CASCADE)
    list_name: Mapped[str] = column("List", String(64), help="The last part of the list's address, such as clients.")
    name: Mapped[str] = column("Name", String(60))
    query: Mapped[str] = column(
        "Filters, order and columns", Text, default="", help="As in the address of the list: status=active&order=name."
    )
    is_shared: Mapped[bool] = column("Shared with everybody", default=False)

    user: Mapped[User] = joined("SavedView.user_id", to="User")

    @classmethod
    def visible_to(cls, viewer: Any) -> ColumnElement[bool]:
        """One's own and those that are shared, whatever the record scope."""
        return or_(cls.user_id == viewer.user_id, cls.is_shared)

    @property
    def possible_actions(self) -> tuple[str, ...]:
        """What the person who asks may still do with it."""
        chosen = select(DefaultView.id).where(
            DefaultView.view_id == self.id, DefaultView.user_id == tenancy.current().user_id
        )
        is_default = session.scalar(chosen) is not None
        return ("clear_default",) if is_default else ("make_default",)


class DefaultView(TenantModel):
    """The view in which a list opens for one person."""

    __tablename__ = "default_views"
    __label__ = ("list_name",)
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id", "list_name"),
        Index(None, "organization_id", "view_id"),
    )

    user_id: Mapped[int] = belongs_to("ab_user", "Person", on_delete=CASCADE)
    list_name: Mapped[str] = column("List", String(64))
    view_id: Mapped[UUID] = belongs_to("saved_views", "View", on_delete=CASCADE)


def save_view(values: Mapping[str, Any], *, by: int) -> SavedView:
    """A new view of the person's. Raises `Invalid`, `NotAllowed` where it is to be shared and they may not."""
    view = SavedView(user_id=by, **_checked(values, by, except_for=None))
    _check_sharing(view, by, was_shared=False)
    count = select(func.count()).where(SavedView.user_id == by, SavedView.list_name == view.list_name)
    if (session.scalar(count) or 0) >= MOST_VIEWS:
        raise invalid(
            "name",
            _("You have %(most)d views of this list already. Delete one you don't need.", most=MOST_VIEWS),
        )
    session.add(view)
    session.flush()
    events.record("view:saved", view)
    return view


def update_view(view: SavedView, values: Mapping[str, Any], *, by: int) -> SavedView:
    """Rename, share or rearrange; a view that is shared no more is nobody else's default."""
    was_shared = view.is_shared
    assign(view, _checked({"list_name": view.list_name, **values}, view.user_id, except_for=view.id))
    _check_sharing(view, by, was_shared=was_shared)
    if was_shared and not view.is_shared:
        others = (DefaultView.view_id == view.id, DefaultView.user_id != view.user_id)
        session.execute(delete(DefaultView).where(*others))
    session.flush()
    events.record("view:updated", view)
    return view


def delete_view(view: SavedView, *, by: int) -> None:
    """Remove it for all who see it; lists that opened in it open in full again."""
    _check_sharing(view, by, was_shared=view.is_shared)
    events.record("view:deleted", view)
    session.execute(delete(DefaultView).where(DefaultView.view_id == view.id))
    session.delete(view)
    session.flush()


def make_default(view: SavedView, *, by: int) -> None:
    """Let the list open in this view for the person."""
    chosen = _default_of(view.list_name, by)
    if chosen is None:
        session.add(DefaultView(user_id=by, list_name=view.list_name, view_id=view.id))
    else:
        assign(chosen, {"view_id": view.id})
    session.flush()


def clear_default(view: SavedView, *, by: int) -> None:
    """Let the list open in full for the person again."""
    chosen = _default_of(view.list_name, by)
    if chosen is not None and chosen.view_id == view.id:
        session.delete(chosen)
        session.flush()


def _default_of(list_name: str, user_id: int) -> DefaultView | None:
    query = select(DefaultView).where(DefaultView.list_name == list_name, DefaultView.user_id == user_id)
    return session.scalars(query).one_or_none()


def _check_sharing(view: SavedView, by: int, *, was_shared: bool) -> None:
    """A shared view is everybody's: its owner may change it, but to share one takes a permission of its own."""
    if not (was_shared or view.is_shared) or (was_shared and view.user_id == by):
        return
    viewer = load_viewer_of_user(by)
    if viewer is None or not viewer.can("share", "SavedViews"):
        raise NotAllowed("You may keep views for yourself, but not share or change shared ones.")


def _checked(values: Mapping[str, Any], user_id: int, *, except_for: UUID | None) -> dict[str, Any]:
    checked, problems = dict(values), Problems()
    if "query" in checked:
        checked["query"] = tidy_query(checked["query"] or "")
        if len(checked["query"]) > LONGEST_QUERY:
            problems.add("query", "This view has too many filters to be kept. Take some away.")
    same = select(SavedView.id).where(
        SavedView.user_id == user_id,
        SavedView.list_name == checked.get("list_name"),
        SavedView.name == checked.get("name"),
    )
    if any(found != except_for for found in session.scalars(same)):
        problems.add("name", "You have a view with this name already; choose a different one.")
    problems.refuse()
    return checked


def tidy_query(text: str) -> str:
    """The query without what tells only of the moment, always written in one way."""
    try:
        pairs = parse_qsl(text.strip().lstrip("?"), max_num_fields=MOST_TERMS)
    except ValueError:
        raise invalid("query", "This view has too many filters to be kept. Take some away.") from None
    return urlencode([(name, value) for name, value in pairs if name not in NOT_KEPT])
