"""All files that somebody may see, as a list, a page each, and REST. Handing in and keeping are in `pages`."""

from flask import render_template
from flask_appbuilder import expose, has_access

from app.core import details
from app.core.resource import Resource
from app.core.screens import ResourceView
from app.core.trail import trail_of
from app.files.documents import TONES, page_of_file
from starline.files import service
from starline.files.models import StoredFile


class FileScreens(ResourceView):
    """The generated screens, with a page of a file that shows it and its versions."""

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> str:
        page, file = details.show_page(self.resource, pk), page_of_file(pk)
        for section in page["sections"][1:]:
            section["rows"] = file["facts"]
        return render_template("files/show.html", page=page, trail=trail_of(self.resource, pk), file=file)


class Files(Resource, model=StoredFile, menu="Agency", icon="folders"):
    name = "files"
    title = "Files"
    table = "name category client staff_member status expires_on created_on"
    filters = "category client staff_member status name media_type expires_on created_on"
    order = "-created_on"
    form = {"File": "name category description expires_on retain_until"}
    show = {
        "File": "category description client staff_member expires_on retain_until",
        "Content": "media_type size_bytes newest_version status",
    }
    pills = {"status": TONES}
    without = "add delete"
    update = service.update_file
    view = FileScreens
    waits = {
        "Documents that end within 30 days": "expires_on.ge={today}&expires_on.le={in_30_days}",
        "Files in quarantine": "status=quarantined",
    }
