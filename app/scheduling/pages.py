"""The schedule's screens beyond lists and forms."""

from app.scheduling import changing, evv_pages, record_pages, visit_tabs

assert record_pages and visit_tabs
VIEWS = (*changing.VIEWS, *evv_pages.VIEWS)
