"""Clients have documents, seen by whoever may see the client."""

from starline.clients.models import Client
from starline.files.owners import takes_files

takes_files(Client, permission="Clients")
