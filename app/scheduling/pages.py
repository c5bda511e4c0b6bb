"""The schedule's screens beyond lists and forms."""

from app.scheduling import changing

VIEWS = changing.VIEWS
