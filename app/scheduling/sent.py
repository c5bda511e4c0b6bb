"""Identifiers that a form has sent."""

from uuid import UUID

from flask import request

from starline.core.errors import NotFound
from starline.core.identifiers import parse_uuid
from starline.core.language import gettext as _


def ids_sent(name: str) -> list[UUID]:
    """Every value of the field `name`, in order. Raises `NotFound` for one that is no identifier."""
    found = [parse_uuid(one) for one in request.form.getlist(name)]
    if None in found:
        raise NotFound(_("There is no such record, or you may not see it."))
    return [one for one in found if one is not None]
