"""The schedule's endpoints beyond lists and records."""

from app.scheduling import board_api, changing, evv_api

VIEWS = (*board_api.APIS, *changing.APIS, *evv_api.APIS)
