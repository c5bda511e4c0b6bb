"""The schedule's endpoints beyond lists and records."""

from app.scheduling import changing

VIEWS = changing.APIS
