"""Service plans have documents, seen by whoever may see the client."""

from starline.files.owners import takes_files
from starline.services.models import ServicePlan

takes_files(ServicePlan, permission="ServicePlans")
