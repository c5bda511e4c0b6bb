"""The nouns of the schedule, one file for each capability."""

from starline.scheduling.models.evv import ClockEvent, EvvTolerance, VisitException
from starline.scheduling.models.records import VisitAct, VisitRecord, VisitTask
from starline.scheduling.models.series import Holiday, VisitSeries
from starline.scheduling.models.telephony import TelephonyLine, TelephonyPin
from starline.scheduling.models.visits import Visit

__all__ = [
    "ClockEvent",
    "EvvTolerance",
    "Holiday",
    "TelephonyLine",
    "TelephonyPin",
    "Visit",
    "VisitAct",
    "VisitException",
    "VisitRecord",
    "VisitSeries",
    "VisitTask",
]
