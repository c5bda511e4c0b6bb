"""The schedule's screens beyond lists and forms."""

from app.scheduling import board_pages, changing, record_pages

assert record_pages
VIEWS = (board_pages.BoardView, *changing.VIEWS)
