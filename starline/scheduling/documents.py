"""Visits have documents, the photos and the client's signature among them, seen by whoever may see the visit."""

from starline.files.owners import takes_files
from starline.scheduling.models import Visit

takes_files(Visit, permission="Visits")
