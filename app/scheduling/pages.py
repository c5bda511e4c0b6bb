"""The schedule's screens beyond lists and forms."""

from app.scheduling import changing, record_pages

assert record_pages
VIEWS = changing.VIEWS
