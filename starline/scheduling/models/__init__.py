"""The nouns of the schedule, one file for each capability."""

from starline.scheduling.models.feeds import CalendarFeed
from starline.scheduling.models.series import Holiday, VisitSeries
from starline.scheduling.models.visits import Visit

__all__ = ["CalendarFeed", "Holiday", "Visit", "VisitSeries"]
