"""The schedule's screens beyond lists and forms."""

from app.core.news import Wait, add_wait
from app.scheduling import call_out_pages, changing, matching_pages, own_offers, record_pages
from app.scheduling.open_rows import count_without_offer

assert record_pages
VIEWS = (*changing.VIEWS, *matching_pages.VIEWS, *call_out_pages.VIEWS, *own_offers.VIEWS)

WAITING = "Open visits that nobody was asked about"
add_wait(Wait(WAITING, "/open-visits", "calendar-event", ("can_edit", "Visits"), count_without_offer))
