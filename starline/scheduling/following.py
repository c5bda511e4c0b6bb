"""What is open about a visit follows what the office does with it: called off, nothing of it is missing any more."""

from sqlalchemy import select

from starline.core import events
from starline.core.db import session
from starline.scheduling.evv_vocabulary import UNDECIDED, ExceptionKind
from starline.scheduling.models import Visit, VisitException
from starline.scheduling.verification import review


@events.subscribe("visit:cancelled")
@events.subscribe("visit:changed")
@events.subscribe("visit:opened")
@events.subscribe("visit:reinstated")
def look_again(visit: Visit) -> None:
    """Review a visit of which something is open; one of which nothing is, the watch finds in its time."""
    is_open = select(VisitException.id).where(
        VisitException.visit_id == visit.id,
        VisitException.status.in_(UNDECIDED),
        VisitException.kind != ExceptionKind.CONFLICT,
    )
    if session.scalar(is_open.limit(1)) is not None:
        review(visit)
