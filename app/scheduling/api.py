"""The schedule's endpoints beyond lists and records."""

from app.scheduling import changing, offer_api, own_offers

VIEWS = (*changing.APIS, *offer_api.APIS, *own_offers.APIS)
