"""The schedule's screens beyond lists and forms."""

from app.scheduling import changing, feed_pages, record_pages

assert record_pages
VIEWS = (*changing.VIEWS, *feed_pages.VIEWS)
