"""Staff and what belongs to them, as screens and REST, in the order of the navigation."""

from app.staff import file_resources, hiring_resources

__all__ = ["file_resources", "hiring_resources"]
