"""Branches, as screens and REST."""

from app.core.resource import Resource
from starline.organizations import branches
from starline.organizations.models import Branch


class Branches(Resource, model=Branch, menu="Settings", icon="building"):
    table = "name code city state phone is_active"
    filters = "name code city is_active"
    order = "name"
    form = {
        "Branch": "name code phone provider_number is_active",
        "Address": "line1 line2 city state postal_code time_zone",
    }
    create = branches.add_branch
    update = branches.update_branch
    delete = branches.remove_branch
