"""The nouns of the schedule, one file for each capability."""

from starline.scheduling.models.call_outs import CalledOutVisit, CallOut
from starline.scheduling.models.offers import Offer, OfferInvitation
from starline.scheduling.models.series import Holiday, VisitSeries
from starline.scheduling.models.visits import Visit

__all__ = ["CallOut", "CalledOutVisit", "Holiday", "Offer", "OfferInvitation", "Visit", "VisitSeries"]
