"""The schedule's endpoints beyond lists and records."""

from app.scheduling import board_api, changing

VIEWS = (*board_api.APIS, *changing.APIS)
