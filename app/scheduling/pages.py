"""The schedule's screens beyond lists and forms."""

from app.core.navigation import Entry, add_entry
from app.core.news import Wait, add_wait
from app.scheduling import (
    board_pages,
    call_out_pages,
    changing,
    evv_pages,
    feed_pages,
    matching_pages,
    offer_headers,
    own_offers,
    record_pages,
    unplanned_pages,
    visit_tabs,
)
from app.scheduling.open_rows import count_without_offer

assert record_pages and offer_headers and visit_tabs
VIEWS = (
    board_pages.BoardView,
    *changing.VIEWS,
    *evv_pages.VIEWS,
    *feed_pages.VIEWS,
    *matching_pages.VIEWS,
    *call_out_pages.VIEWS,
    *own_offers.VIEWS,
    *unplanned_pages.VIEWS,
)

add_entry(Entry("Care", "Open visits", "/open-visits", "calendar-plus", ("can_edit", "Visits")))
WAITING = "Open visits that nobody was asked about"
add_wait(Wait(WAITING, "/open-visits", "calendar-plus", ("can_edit", "Visits"), count_without_offer))
