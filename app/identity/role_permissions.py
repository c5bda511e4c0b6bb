"""What a role may do, as a matrix on a screen and as pairs over REST."""

from typing import Any

import orjson
from flask import Response, flash, jsonify, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.api import BaseApi
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import allowed, permission_title
from app.core.openapi import IF_MATCH, answers, document
from app.core.resource import ACTIONS, registry
from app.core.security import all_permissions, required_viewer
from app.core.versions import version_asked
from app.core.writing import find_row
from starline.core.db import Role, session
from starline.core.errors import DomainError, Invalid, Stale
from starline.core.language import N_
from starline.core.language import gettext as _
from starline.identity import roles
from starline.identity.roles import Pair

MAY_EDIT = ("can_edit", "Roles")


class RolePermissionsView(BaseView):  # type: ignore[misc]
    """`/roles/<pk>/permissions`."""

    route_base = "/roles"

    @expose("/<pk>/permissions", methods=["GET"])
    def show(self, pk: str) -> str:
        allowed("can_read", "Roles")
        role = find_row(registry["Roles"], pk)
        return _page(role, _held(role))

    @expose("/<pk>/permissions", methods=["POST"])
    def save(self, pk: str) -> Any:
        allowed(*MAY_EDIT)
        role = find_row(registry["Roles"], pk, lock=True)
        # Boxes that this person may not tick are not sent; what the role holds of them stays.
        chosen = {pair for pair in _offered() if _name(pair) in request.form} | (_held(role) - _offered())
        try:
            with session.begin_nested():
                _set(role, chosen, version=request.form.get("version", type=int))
        except DomainError as problem:
            return _page(role, chosen, problem.message), problem.status
        flash(_("The permissions of %(role)s were saved; they hold from the next click on.", role=role.name), "success")
        return _to_role(role)


class RolePermissionsApi(BaseApi):  # type: ignore[misc]
    """`/api/v1/roles/<pk>/permissions`."""

    resource_name = "roles"
    openapi_spec_tag = "Roles"

    @expose("/<row:pk>/permissions", methods=["GET"])
    def get_permissions(self, pk: str) -> Response:
        allowed("can_read", "Roles")
        return _answer(find_row(registry["Roles"], pk))

    @expose("/<row:pk>/permissions", methods=["PUT"])
    def put_permissions(self, pk: str) -> Response:
        allowed(*MAY_EDIT)
        role = find_row(registry["Roles"], pk, lock=True)
        given = _given()
        return _answer(_set(role, given[0], version=version_asked(given[1])))


def _set(role: Role, pairs: set[Pair], *, version: int | None) -> Role:
    if version is not None and version != role.version:
        raise Stale(_("Somebody else changed this role in the meantime. Look at what it may do now, then save again."))
    return roles.set_permissions(role, pairs, by=required_viewer().user_id)


def _held(role: Role) -> set[Pair]:
    return {(one.permission.name, one.view_menu.name) for one in role.permissions}


def _offered() -> set[Pair]:
    """What the person may give: no more than they may do themselves."""
    return all_permissions() & required_viewer().permissions


def _page(role: Role, held: set[Pair], problem: str | None = None) -> str:
    known, offered = all_permissions(), _offered()
    verbs = [*ACTIONS, *sorted({action for action, _resource in known} - set(ACTIONS))]
    is_whole = role.template == roles.ADMINISTRATOR.name
    may_edit = MAY_EDIT in required_viewer().permissions and not is_whole
    lines = [
        {
            "label": label,
            "cells": [_cell((verb, name), known, held, offered if may_edit else set()) for verb in verbs],
        }
        for label, name in _lines(held, offered)
    ]
    return render_template(
        "security/role_permissions.html",
        role=role,
        verbs=[_(VERBS.get(verb, verb.removeprefix("can_").replace("_", " ").capitalize())) for verb in verbs],
        lines=lines,
        may_edit=may_edit,
        is_whole=is_whole,
        problem=problem,
    )


VERBS = {
    "can_read": N_("See"),
    "can_add": N_("Add"),
    "can_edit": N_("Change"),
    "can_delete": N_("Remove"),
    "can_export": N_("Export"),
    "can_hold": N_("Keep from deletion"),
    "can_reveal": N_("Reveal secrets"),
    "can_share": N_("Share with everybody"),
}


def _lines(held: set[Pair], offered: set[Pair]) -> list[tuple[str, str]]:
    """The (label, name) of everything a permission can be on, in the order of the rail; the rest by its label."""
    names = {name for _action, name in held | offered}
    declared = [(_(one.title), one.permission) for one in registry.values() if one.permission in names]
    others = sorted(names - {name for _label, name in declared})
    return [*declared, *((permission_title(name), name) for name in others)]


def _cell(pair: Pair, known: set[Pair], held: set[Pair], offered: set[Pair]) -> dict[str, Any] | None:
    """One box; None where there is no such permission."""
    if pair not in known:
        return None
    return {"name": _name(pair), "is_held": pair in held, "is_open": pair in offered}


def _name(pair: Pair) -> str:
    return ":".join(pair)


def _to_role(role: Role) -> AnyResponse:
    return redirect(f"/roles/show/{role.id}")


def _answer(role: Role) -> Response:
    answer = jsonify(id=role.id, result={"permissions": sorted(_held(role)), "version": role.version})
    answer.headers["ETag"] = f'"{role.version}"'
    return answer


def _given() -> tuple[set[Pair], int | None]:
    """The pairs and the version that a program sends. Raises `Invalid` with every pair that doesn't exist."""
    try:
        body = orjson.loads(request.get_data() or b"null")
        pairs = {(str(action), str(resource)) for action, resource in body["permissions"]}
        version = body.get("version")
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        sentence = _('Send {"permissions": [["can_read", "Clients"], …]}.')
        raise Invalid(sentence, errors={"permissions": [sentence]}) from None
    unknown = sorted(pairs - all_permissions())
    if unknown or not isinstance(version, int | None):
        sentences = [_("There is no permission %(name)s.", name=_name(pair)) for pair in unknown]
        raise Invalid(_("Please check the marked fields."), errors={"permissions": sentences or [_("Check version.")]})
    return pairs, version


def document_role_permissions() -> None:
    pairs = {
        "type": "array",
        "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}},
        "description": "Pairs of action and resource.",
    }
    held = {"type": "object", "properties": {"permissions": pairs, "version": {"type": "integer"}}}
    whole = {"type": "object", "properties": {"id": {"type": "integer"}, "result": held}}
    parameter = {"name": "pk", "in": "path", "required": True, "schema": {"type": "string"}}
    common = {"tags": ["Roles"], "parameters": [parameter]}
    path = "/api/v1/roles/{pk}/permissions"
    document(path, "get", {**common, "summary": "What the role may do", "responses": answers(404, schema=whole)})
    body = {"required": True, "content": {"application/json": {"schema": {**held, "required": ["permissions"]}}}}
    answered = answers(404, 409, 412, 422, schema=whole)
    common["parameters"] = [parameter, IF_MATCH]
    document(path, "put", {**common, "summary": "Replace it", "requestBody": body, "responses": answered})
