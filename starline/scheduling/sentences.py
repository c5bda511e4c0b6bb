"""What is open about a visit, in sentences for the office. Translated where they are shown."""

from starline.core.language import N_, _
from starline.scheduling.evv_vocabulary import Clash, ExceptionKind
from starline.scheduling.models import VisitException

SENTENCES = {
    ExceptionKind.LATE_IN: N_("Clocked in %(amount)s minutes late."),
    ExceptionKind.EARLY_IN: N_("Clocked in %(amount)s minutes early."),
    ExceptionKind.LATE_OUT: N_("Clocked out %(amount)s minutes late."),
    ExceptionKind.EARLY_OUT: N_("Clocked out %(amount)s minutes early."),
    ExceptionKind.OUTSIDE: N_("Clocked %(amount)s metres outside the geofence."),
    ExceptionKind.NO_POSITION: N_("The phone told no position."),
    ExceptionKind.UNSCHEDULED: N_("Clocked %(amount)s minutes outside the planned hours: was it another visit?"),
    ExceptionKind.MANUAL: N_("A time was entered by hand and needs a colleague's approval."),
    ExceptionKind.TASK_UNDONE: N_("Required tasks left open: %(amount)s."),
    ExceptionKind.MISSING_IN: N_("Nobody has clocked in."),
    ExceptionKind.MISSING_OUT: N_("Nobody has clocked out."),
    ExceptionKind.MISSING: N_("Nobody clocked this visit. Enter its times, or mark it as missed."),
}
CLASHES = {
    Clash.CALLED_OFF: N_("The caregiver was there although the visit was called off."),
    Clash.REASSIGNED: N_("Somebody clocked who is not the caregiver of this visit any more."),
    Clash.MOVED: N_("The visit was moved while the caregiver had no signal."),
    Clash.CLOCKED_ALREADY: N_("The caregiver clocked at another time than the one that counts."),
    Clash.OUT_OF_ORDER: N_("An end came in that lies before the begin."),
    Clash.BILLED: N_("The caregiver told something of this visit after it was billed."),
    Clash.CLOCK_AHEAD: N_("The clock of the caregiver's device was ahead."),
}


def sentence_of(exception: VisitException) -> str:
    """What is out of the ordinary, for whoever decides on it."""
    if exception.clash is not None:
        return _(CLASHES[exception.clash])
    return _(SENTENCES[exception.kind], amount=exception.amount or 0)
