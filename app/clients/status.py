"""Moving a client from status to status: the way, what follows from it, then the day and the reason."""

from datetime import date
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi

from app.clients.resources import STATUS_TONES
from app.core.access import allowed
from app.core.display import choice_label
from app.core.openapi import answers, document
from app.core.reading import note_sight
from app.core.resource import registry
from app.core.writing import find_row
from starline.clients import hospital, rules, service
from starline.clients.consequences import consequences_of
from starline.clients.models import Client
from starline.clients.vocabulary import ClientStatus
from starline.core.db import session
from starline.core.errors import DomainError, Invalid
from starline.core.language import gettext as _
from starline.organizations.calendar import today

MAY_ADD = ("can_add", "ClientStatusChanges")
TYPED = ("on", "reason", "facility")


class StatusView(BaseView):  # type: ignore[misc]
    """`/clients/<pk>/status`: without `to` the possible ways, with it what follows and the form."""

    route_base = "/clients"

    @expose("/<pk>/status", methods=["GET"])
    def ask(self, pk: str) -> str:
        allowed(*MAY_ADD)
        client = _client(pk)
        note_sight(registry["Clients"], client)
        return _page(client, _asked(request.args.get("to", "")))

    @expose("/<pk>/status", methods=["POST"])
    def change(self, pk: str) -> Any:
        viewer = allowed(*MAY_ADD)
        client, to = _client(pk), _asked(request.form.get("to", ""))
        typed = {name: request.form.get(name, "").strip() for name in TYPED}
        try:
            with session.begin_nested():
                _change(client, to, typed, by=viewer.user_id)
        except DomainError as problem:
            return _page(client, to, typed, problem), problem.status
        flash(
            _("%(who)s: the status is %(status)s now.", who=str(client), status=choice_label(client.status)), "success"
        )
        return redirect(f"/clients/show/{client.id}")


class StatusApi(BaseApi):  # type: ignore[misc]
    """`GET /api/v1/clients/<pk>/consequences?to=`: what a change of status would do, asked before it is made."""

    resource_name = "clients"
    openapi_spec_tag = "Status history"

    @expose("/<row:pk>/consequences", methods=["GET"])
    def consequences(self, pk: str) -> Response:
        allowed("can_add", "ClientStatusChanges")
        client = _client(pk)
        to = _asked(request.args.get("to", ""))
        if to is None:
            possible = sorted(rules.STEPS[ClientStatus(client.status)])
            sentence = _("to is one of: %(possible)s.", possible=", ".join(possible))
            raise Invalid(sentence, errors={"to": [sentence]})
        note_sight(registry["Clients"], client)
        return jsonify(
            to=to.value,
            is_possible=rules.may_step(ClientStatus(client.status), to),
            needs_reason=rules.needs_reason(ClientStatus(client.status), to),
            consequences=consequences_of(client, to=to),
        )


def _client(pk: str) -> Client:
    found: Client = find_row(registry["Clients"], pk)
    return found


def _asked(text: str) -> ClientStatus | None:
    return ClientStatus(text) if text in set(ClientStatus) else None


def _change(client: Client, to: ClientStatus | None, typed: dict[str, str], *, by: int) -> None:
    if to is None:
        raise Invalid(_("Choose the new status."), errors={"to": [_("Choose the new status.")]})
    on = _day(typed["on"])
    if to is ClientStatus.HOSPITALISED and typed["facility"]:
        # The stay's own verb keeps where it is; both ways move the status and begin the stay.
        admitted = {"client_id": client.id, "admitted_on": on, "reason": typed["reason"], "facility": typed["facility"]}
        hospital.add_stay(admitted, by=by)
        return
    service.change_status(client, to=to, on=on, reason=typed["reason"] or None, by=by)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("Write the day as YYYY-MM-DD."), errors={"on": [_("Write the day as YYYY-MM-DD.")]}) from None


def _page(
    client: Client, to: ClientStatus | None, typed: dict[str, str] | None = None, problem: DomainError | None = None
) -> str:
    present = ClientStatus(client.status)
    sentences = [sentence for found in problem.errors.values() for sentence in found] if problem else []
    return render_template(
        "clients/status.html",
        client=client,
        back_url=f"/clients/show/{client.id}",
        present={"label": choice_label(present), "tone": STATUS_TONES[present]},
        ways=[
            (one.value, choice_label(one), STATUS_TONES[one]) for one in ClientStatus if rules.may_step(present, one)
        ],
        to=to,
        to_label=choice_label(to) if to else None,
        needs_reason=to is not None and rules.needs_reason(present, to),
        consequences=consequences_of(client, to=to) if to else [],
        typed=typed or {"on": today(client.branch_id).isoformat(), "reason": "", "facility": ""},
        sentences=sentences or ([_(problem.message)] if problem else []),
    )


VIEWS = (StatusView,)
APIS = (StatusApi,)

_TO = {"name": "to", "in": "query", "required": True, "schema": {"type": "string", "enum": list(ClientStatus)}}
_PK = {"name": "pk", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_TOLD = {
    "to": {"type": "string"},
    "is_possible": {"type": "boolean"},
    "needs_reason": {"type": "boolean"},
    "consequences": {"type": "array", "items": {"type": "string"}},
}
document(
    "/api/v1/clients/{pk}/consequences",
    "get",
    {
        "tags": ["Status history"],
        "summary": "What moving the client to a status would do",
        "parameters": [_PK, _TO],
        "responses": answers(404, 422, schema={"type": "object", "properties": _TOLD}),
    },
)
