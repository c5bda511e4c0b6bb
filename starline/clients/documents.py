"""Clients and their incidents have documents, seen by whoever may see the client."""

from starline.clients.models import Client, Incident
from starline.files.owners import takes_files

takes_files(Client, permission="Clients")
takes_files(Incident, permission="Incidents")
