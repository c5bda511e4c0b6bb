"""Two records side by side: which one stays, what it takes over from the other, or that these are two people."""

from typing import Any

import orjson
from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.api import BaseApi
from werkzeug.wrappers import Response as AnyResponse

from app.core import recents
from app.core.access import allowed, may
from app.core.bodies import object_sent
from app.core.details import show_page
from app.core.fields import MASK, describe
from app.core.idempotency import once
from app.core.openapi import VERSIONED, answers, document
from app.core.profile import current_profile
from app.core.resource import registry
from app.core.screens import ResourceView
from app.core.trail import trail_of
from app.core.versions import check_version
from app.core.writing import find_row
from starline.clients import merging, references
from starline.clients.identification import NUMBERS
from starline.clients.models import Client, ClientMerge, DuplicatePair
from starline.clients.vocabulary import PairDecision
from starline.core import audit
from starline.core.db import session
from starline.core.errors import DomainError, Invalid
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _

MAY_MERGE = ("can_edit", "Duplicates")


class DuplicatesView(ResourceView):
    """The generated screens of pairs; one pair shows both records side by side."""

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> str:
        page, pair = show_page(self.resource, pk), find_row(self.resource, pk)
        both = [pair.first_client, pair.second_client]
        audit.record_read("clients", [one.id for one in both], [one.id for one in both])
        recents.note(self.resource, pk)
        return render_template(
            "clients/pair.html",
            page={**page, "title": str(pair)},
            trail=trail_of(self.resource, pk),
            sides=[_side(one) for one in both],
            rows=_rows(*both),
            merge_url=f"/duplicates/{pair.id}/merge" if _may_merge(pair) else None,
        )


class MergeView(BaseView):  # type: ignore[misc]
    """`POST /duplicates/<pk>/merge`: `kept` names the record that stays, `take` the fields of the other one."""

    route_base = "/duplicates"

    @expose("/<pk>/merge", methods=["POST"])
    def merge(self, pk: str) -> AnyResponse:
        viewer = allowed(*MAY_MERGE)
        pair = find_row(registry["Duplicates"], pk, lock=True)
        kept = parse_uuid(request.form.get("kept", ""))
        take = {
            name.partition(".")[0] for name in request.form.getlist("take") if name.endswith(f".{_other(pair, kept)}")
        }
        try:
            with session.begin_nested():
                merge = _merge(pair, kept, take, by=viewer.user_id)
        except DomainError as problem:
            flash(_(problem.message), "danger")
            return redirect(f"/duplicates/show/{pk}")
        flash(_("The records are one now. This can be undone for thirty days."), "success")
        for sentence in _left_behind(merge):
            flash(sentence, "warning")
        return redirect(f"/clients/show/{merge.kept_client_id}")


class MergeApi(BaseApi):  # type: ignore[misc]
    """`POST /api/v1/duplicates/<pk>/merge` {kept_client_id, take}, and `/api/v1/duplicates/search`."""

    resource_name = "duplicates"
    openapi_spec_tag = "Possible duplicates"

    @expose("/<row:pk>/merge", methods=["POST"])
    @once
    def merge(self, pk: str) -> Response:
        viewer = allowed(*MAY_MERGE)
        pair = find_row(registry["Duplicates"], pk, lock=True)
        check_version(pair)
        body = object_sent("kept_client_id", "take")
        take = body.get("take")
        if take is not None and not (isinstance(take, list) and all(isinstance(name, str) for name in take)):
            raise Invalid(_("take is a list of names of fields."), errors={"take": [_("Give a list of names.")]})
        kept = parse_uuid(str(body.get("kept_client_id") or ""))
        merge = _merge(pair, kept, None if take is None else set(take), by=viewer.user_id)
        told = {
            "id": str(merge.id),
            "kept_client_id": str(merge.kept_client_id),
            "merged_client_id": str(merge.merged_client_id),
            "undo_until": merge.undo_until.isoformat(),
        }
        return Response(orjson.dumps(told), status=201, mimetype="application/json")


def _merge(pair: DuplicatePair, kept: Any, take: set[str] | None, *, by: int) -> ClientMerge:
    if kept not in (pair.first_client_id, pair.second_client_id):
        sentence = _("Say which of the two records stays.")
        raise Invalid(sentence, errors={"kept_client_id": [sentence]})
    first, second = pair.first_client, pair.second_client
    one, other = (first, second) if kept == first.id else (second, first)
    return merging.merge_clients(one, other, take=take, by=by)


def _other(pair: DuplicatePair, kept: Any) -> Any:
    return pair.second_client_id if kept == pair.first_client_id else pair.first_client_id


def _may_merge(pair: DuplicatePair) -> bool:
    return pair.decision != PairDecision.MERGED and may("can_edit", registry["Duplicates"])


def _left_behind(merge: ClientMerge) -> list[str]:
    """What stays with the merged record, because the kept one has the same already."""
    by_table = {one.model.__tablename__: _(one.title) for one in registry.values()}
    return [
        _(
            "%(title)s: %(count)d stayed with the merged record, because this one has the same.",
            title=title,
            count=count,
        )
        for name, moved in merge.moved.items()
        if (count := len(moved["stay"])) and (title := by_table.get(name.partition(".")[0], name))
    ]


def _side(client: Client) -> dict[str, Any]:
    """One record's heading, and how much belongs to it."""
    counts = []
    by_table = {one.model.__tablename__: one for one in registry.values()}
    for reference in references.references():
        found = by_table.get(reference.table.name)
        number = references.count(reference, client.id) if found and may("can_read", found) else 0
        if found and number:
            counts.append(f"{_(found.title)}: {number}")
    display = current_profile().display
    return {
        "id": str(client.id),
        "name": str(client),
        "url": f"/clients/show/{client.id}",
        "number": client.client_number,
        "since": client.created_on.astimezone(display.zone).strftime(display.date_format),
        "counts": ", ".join(counts),
    }


def _rows(first: Client, second: Client) -> list[dict[str, Any]]:
    """The fields that at least one record knows, with what each says, and whether the other's is suggested."""
    suggested = {first.id: merging.suggestion(first, second), second.id: merging.suggestion(second, first)}
    display, found = current_profile().display, []
    shown = set(registry["Clients"].form_names)
    for name in merging.fields():
        relation = name.removesuffix("_id") if name.endswith("_id") and name.removesuffix("_id") in shown else name
        if relation not in shown:
            continue
        one = describe(Client, relation)
        texts = [_text(one, client, name, display) for client in (first, second)]
        if any(texts):
            found.append(
                {
                    "name": name,
                    "label": _(one.label),
                    "texts": texts,
                    "differs": texts[0] != texts[1],
                    # Where the first stays, the second's is suggested; and the other way round.
                    "suggested": [name in suggested[second.id], name in suggested[first.id]],
                }
            )
    return found


def _text(one: Any, client: Client, name: str, display: Any) -> str:
    if name in NUMBERS:
        is_known = getattr(client, f"{name}_encrypted") is not None
        return f"{MASK}{getattr(client, f'{name}_last4') or ''}".rstrip() if is_known else ""
    if one.target is not None:
        related = getattr(client, one.name)
        return str(related) if related else ""
    value = getattr(client, name)
    if value is None or value is False or value == []:
        return ""
    plain = getattr(value, "value", value)
    return str(display.text(one, plain.isoformat() if hasattr(plain, "isoformat") else plain))


VIEWS = (MergeView,)
APIS = (MergeApi,)

_ID = {"type": "string", "format": "uuid"}
_NAMES = {"type": "array", "items": {"type": "string", "enum": merging.fields()}}
_MADE = {"id": _ID, "kept_client_id": _ID, "merged_client_id": _ID, "undo_until": {**_ID, "format": "date-time"}}
_PK = {"name": "pk", "in": "path", "required": True, "schema": _ID}
document(
    "/api/v1/duplicates/{pk}/merge",
    "post",
    {
        "tags": ["Possible duplicates"],
        "summary": "Make one record of the two; left out, `take` is what only the other record knows",
        "parameters": [_PK, *VERSIONED],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["kept_client_id"],
                        "properties": {"kept_client_id": _ID, "take": {**_NAMES, "nullable": True}},
                    }
                }
            },
        },
        "responses": answers(404, 409, 412, 422, schema={"type": "object", "properties": _MADE}, ok=201),
    },
)
