"""The schedule's endpoints beyond lists and records."""

from app.scheduling import board_api, changing, evv_api, feed_pages, offer_api, own_offers, unplanned_pages

VIEWS = (
    *board_api.APIS,
    *changing.APIS,
    *evv_api.APIS,
    *feed_pages.APIS,
    *offer_api.APIS,
    *own_offers.APIS,
    *unplanned_pages.APIS,
)
