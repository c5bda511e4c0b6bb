"""Offers, who was asked, and call-outs, as screens and REST."""

from app.core.resource import Resource
from starline.scheduling import call_outs, offers
from starline.scheduling.models import CalledOutVisit, CallOut, Offer, OfferInvitation

OFFER_TONES = {"open": "info", "taken": "good", "withdrawn": "plain", "expired": "warn"}
ANSWER_TONES = {"no_answer": "info", "accepted": "good", "declined": "plain"}


class Offers(Resource, model=Offer, menu="Care", icon="send"):
    table = "starts_at client status invited answered staff_member expires_at"
    filters = "status client staff_member visit starts_at expires_at answered"
    order = "-starts_at"
    show = {
        "": "status staff_member closed_at",
        "Offer": "visit client starts_at ends_at expires_at note",
        "Answers": "invited answered",
    }
    related = "offer_invitations"
    pills = {"status": OFFER_TONES}
    actions = {"withdraw": offers.withdraw}
    waits = {"Offers that nobody has answered": "status=open&answered=0"}
    read_only = True


class OfferInvitations(Resource, model=OfferInvitation, icon="user-check"):
    title = "Caregivers asked"
    table = "staff_member answer answered_at reason channels"
    filters = "offer staff_member answer"
    order = "answer"
    show = {"": "offer staff_member channels answer answered_at reason"}
    pills = {"answer": ANSWER_TONES}
    read_only = True


class CallOuts(Resource, model=CallOut, menu="Care", icon="calendar-off"):
    title = "Call-outs"
    table = "first_on last_on staff_member reason note undone_at"
    filters = "staff_member first_on last_on reason undone_at"
    order = "-first_on"
    show = {"": "staff_member first_on last_on reason note undone_at"}
    needs_key = True
    actions = {"undo": call_outs.undo}
    read_only = True


class CalledOutVisits(Resource, model=CalledOutVisit, icon="calendar-event"):
    title = "Visits opened by call-outs"
    table = "occurs_on call_out visit is_confirmed"
    filters = "call_out visit occurs_on"
    order = "-occurs_on"
    show = {"": "call_out visit occurs_on is_confirmed"}
    read_only = True
