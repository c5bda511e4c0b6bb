"""The schedule's endpoints beyond lists and records."""

from app.scheduling import changing, evv_api

VIEWS = (*changing.APIS, *evv_api.APIS)
