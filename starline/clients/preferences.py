"""Whom and what a client wishes for. An excluded caregiver is a hard block in scheduling."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starline.clients import rules
from starline.clients.models import ClientPreference
from starline.clients.service import locked_client
from starline.clients.vocabulary import PreferenceKind
from starline.core import events
from starline.core.db import session
from starline.core.language import _
from starline.core.problems import Problems
from starline.core.rows import assign, proposed


def add_preference(values: Mapping[str, Any], *, by: int | None) -> ClientPreference:
    locked_client(values["client_id"])
    _check(values, except_for=None)
    preference = ClientPreference(**values)
    session.add(preference)
    session.flush()
    events.record("client_preference:added", preference)
    return preference


def update_preference(preference: ClientPreference, values: Mapping[str, Any], *, by: int | None) -> ClientPreference:
    locked_client(preference.client_id)
    _check(proposed(preference, values), except_for=preference.id)
    assign(preference, values)
    session.flush()
    events.record("client_preference:updated", preference)
    return preference


def remove_preference(preference: ClientPreference, *, by: int | None) -> None:
    events.record("client_preference:removed", preference)
    session.delete(preference)
    session.flush()


def _check(values: Mapping[str, Any], *, except_for: UUID | None) -> None:
    problems = Problems()
    kind = PreferenceKind(values["kind"])
    if kind not in rules.CAREGIVER_KINDS and not (values.get("value") or "").strip():
        problems.add("value", _("Say which %(value)s the client wishes for.", value=kind.value))
    if kind in rules.CAREGIVER_KINDS and values.get("caregiver_id") is None and not (values.get("value") or "").strip():
        problems.add("caregiver_id", "Choose the caregiver, or write the name of one who has no sign-in.")
    if kind == PreferenceKind.EXCLUDED_CAREGIVER and not (values.get("reason") or "").strip():
        problems.add("reason", "Give the reason: it keeps this caregiver from being scheduled.")
    problems.refuse()
    for other in session.query(ClientPreference).filter_by(client_id=values["client_id"]):
        if other.id != except_for and _is_about_the_same(other, values) and rules.contradicts(kind, other.kind):
            named = other.kind.replace("_", " ")
            problems.add(
                "caregiver_id", _("This person is noted as %(named)s already; change that wish instead.", named=named)
            )
    problems.refuse()


def _is_about_the_same(other: ClientPreference, values: Mapping[str, Any]) -> bool:
    return other.caregiver_id is not None and other.caregiver_id == values.get("caregiver_id")
