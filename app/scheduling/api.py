"""The schedule's endpoints beyond lists and records."""

from app.scheduling import changing, feed_pages

VIEWS = (*changing.APIS, *feed_pages.APIS)
