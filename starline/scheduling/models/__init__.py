"""The nouns of the schedule, one file for each capability."""

from starline.scheduling.models.call_outs import CalledOutVisit, CallOut
from starline.scheduling.models.evv import ClockEvent, EvvTolerance, VisitException
from starline.scheduling.models.feeds import CalendarFeed
from starline.scheduling.models.offers import Offer, OfferInvitation
from starline.scheduling.models.records import VisitAct, VisitRecord, VisitTask
from starline.scheduling.models.series import Holiday, VisitSeries
from starline.scheduling.models.telephony import TelephonyLine, TelephonyPin
from starline.scheduling.models.unplanned_calls import UnplannedCall
from starline.scheduling.models.visits import Visit

__all__ = [
    "CalendarFeed",
    "CallOut",
    "CalledOutVisit",
    "ClockEvent",
    "EvvTolerance",
    "Holiday",
    "Offer",
    "OfferInvitation",
    "TelephonyLine",
    "TelephonyPin",
    "UnplannedCall",
    "Visit",
    "VisitAct",
    "VisitException",
    "VisitRecord",
    "VisitSeries",
    "VisitTask",
]
