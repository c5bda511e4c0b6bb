"""Entering a client: whoever may be known already is shown before anything is saved, and told of in a program's answer.

And opening one: the page of a record that was merged leads to the one it became.
"""

from typing import Any, ClassVar

from flask import redirect, render_template, request
from flask_appbuilder import expose, has_access

from app.core import pages, recents
from app.core.access import may
from app.core.details import show_page
from app.core.display import words_of
from app.core.forms import sent_form, sent_values
from app.core.profile import current_profile
from app.core.resource import registry
from app.core.rest import ResourceApi
from app.core.screens import ResourceView
from app.core.security import required_viewer
from app.core.trail import trail_of
from app.core.writing import read_values
from starline.clients import matching, merging
from starline.clients.matching import Match
from starline.core import audit
from starline.core.errors import Invalid, NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _


class ClientsView(ResourceView):
    """The generated screens of clients, with a question before a second record of somebody is made."""

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        try:
            page = show_page(self.resource, pk)
        except NotFound:
            survivor = merging.survivor_of(key) if (key := parse_uuid(pk)) else None
            if survivor is None:
                raise
            show_page(self.resource, str(survivor))  # not found for whoever may not see that one either
            return redirect(f"/clients/show/{survivor}")
        recents.note(self.resource, pk)
        return render_template(
            "clients/show.html",
            page=page,
            trail=trail_of(self.resource, pk),
            client_id=pk,
            may_move=may("can_add", registry["ClientStatusChanges"]),
            may_report=may("can_add", registry["Incidents"]),
        )

    def question(self) -> str:
        alike = _unasked()
        if not alike:
            return ""
        page = pages.form_page(self.resource, sent_form(self.resource), "add", None)
        return render_template("clients/alike.html", form=sent_form(self.resource), page=page, alike=told(alike))


class ClientsApi(ResourceApi):
    """The generated API of clients; a new one's answer names `possible_duplicates`, never in the way of a program."""

    told_once: ClassVar[dict[str, Any]] = {
        "possible_duplicates": {
            "type": "array",
            "description": "Only where there are any: clients within your scope that may be the same person.",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "client_number": {"type": "integer"},
                    "score": {"type": "integer", "minimum": 0, "maximum": 100},
                    "reasons": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    }

    def _shown_once(self, row: Any) -> dict[str, Any]:
        if not matching.has_pairs(row):
            return super()._shown_once(row)
        values = {name: getattr(row, name) for name in matching.COMPARED}
        found = matching.possible_duplicates(values, viewer=required_viewer(), except_for=row.id)
        note_seen(found)
        told_of = {"possible_duplicates": as_json(found)} if found else {}
        return {**super()._shown_once(row), **told_of}


def told(matches: list[Match]) -> list[dict[str, Any]]:
    """The matches as a person reads them; that they were shown is on record."""
    note_seen(matches)
    display = current_profile().display
    return [
        {
            "id": str(one.client.id),
            "name": str(one.client),
            "number": one.client.client_number,
            "url": f"/clients/show/{one.client.id}",
            "born": one.client.birth_date.strftime(display.date_format),
            "status": _(words_of(one.client.status)),
            "score": one.likeness.score,
            "reasons": ", ".join(_(reason) for reason in one.likeness.reasons),
        }
        for one in matches
    ]


def as_json(matches: list[Match]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.client.id),
            "client_number": one.client.client_number,
            "score": one.likeness.score,
            "reasons": list(one.likeness.reasons),
        }
        for one in matches
    ]


def note_seen(matches: list[Match]) -> None:
    ids = [one.client.id for one in matches]
    if ids:
        audit.record_read("clients", ids, ids)


def _unasked() -> list[Match]:
    """Who the typed person may be, unless that was asked already. What is wrong is left to the form to say."""
    resource = registry["Clients"]
    try:
        values = read_values(resource, sent_values(resource, is_new=True), is_new=True)
    except Invalid:
        return []
    found = matching.possible_duplicates(values, viewer=required_viewer())
    asked = set(request.form.getlist("known"))
    return found if any(str(one.client.id) not in asked for one in found) else []
