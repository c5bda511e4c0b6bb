"""The schedule's screens beyond lists and forms."""

from app.scheduling import board_pages, changing, evv_pages, record_pages, visit_tabs

assert record_pages and visit_tabs
VIEWS = (board_pages.BoardView, *changing.VIEWS, *evv_pages.VIEWS)
