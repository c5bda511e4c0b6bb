"""Imports as a list: who imported what, when, and how it ended. They are begun and worked on by pages of their own."""

from app.core.resource import Resource
from starline.imports.models import Import


class Imports(Resource, model=Import, icon="file-import"):
    table = "file_name list_name state row_count user started_at finished_at"
    filters = "list_name state user"
    form = {"Import": "file_name list_name duplicates"}
    show = {"": "list_name state row_count duplicates user started_at finished_at"}
    pills = {
        "state": {
            "checked": "info",
            "checking": "info",
            "running": "info",
            "done": "good",
            "undoing": "warn",
            "undone": "plain",
        }
    }
    links = {"Open the import": "/import/{id}"}
    without = "add edit delete"
