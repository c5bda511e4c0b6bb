"""What a change of status brings about, told before it is done. Domains above add what they would close."""

from collections.abc import Callable

from starline.clients import rules
from starline.clients.models import CareTeamMember, Client, Coverage, Incident
from starline.clients.service import running_stay
from starline.clients.vocabulary import ClientStatus, IncidentStatus
from starline.core.db import session
from starline.core.language import _
from starline.organizations.calendar import today

Foresight = Callable[[Client, ClientStatus], list[str]]

_foresights: list[Foresight] = []


def foresees(foresight: Foresight) -> Foresight:
    """Have the decorated function asked, too, what moving a client to a status would do: a sentence each."""
    _foresights.append(foresight)
    return foresight


def consequences_of(client: Client, *, to: ClientStatus) -> list[str]:
    """The sentences to show before `client` moves to `to`."""
    found = _of_hospital(client, to)
    if to in rules.ENDED:
        found += [*_of_care_team(client), *_left_open(client)]
    if to is ClientStatus.ACTIVE and client.start_of_care_on is None:
        found.append(_("Care starts: that day becomes the start of care."))
    return found + [sentence for foresight in _foresights for sentence in foresight(client, to)]


def _of_hospital(client: Client, to: ClientStatus) -> list[str]:
    if to is ClientStatus.HOSPITALISED:
        return [_("A hospital stay begins; the care team stays assigned.")]
    stay = running_stay(client)
    if stay is None:
        return []
    where = stay.facility or _("hospital")
    return [_("The stay in %(where)s since %(day)s ends that day.", where=where, day=stay.admitted_on)]


def _of_care_team(client: Client) -> list[str]:
    day = today(client.branch_id)
    team = session.query(CareTeamMember).filter_by(client_id=client.id).all()
    names = sorted({str(one.user) for one in team if one.ends_on is None or one.ends_on > day})
    if not names:
        return []
    return [_("These people leave the care team and stop seeing the client: %(names)s.", names=", ".join(names))]


def _left_open(client: Client) -> list[str]:
    found = []
    day = today(client.branch_id)
    payers = [
        one.payer_name
        for one in session.query(Coverage).filter_by(client_id=client.id)
        if one.ends_on is None or one.ends_on > day
    ]
    if payers:
        found.append(_("Coverages keep running for claims still to be sent: %(payers)s.", payers=", ".join(payers)))
    valid = session.query(Incident).filter(Incident.client_id == client.id, Incident.voided_at.is_(None))
    numbers = [str(one.incident_number) for one in valid if one.status != IncidentStatus.CLOSED]
    if numbers:
        found.append(_("Incidents stay open and due: %(numbers)s.", numbers=", ".join(numbers)))
    return found
