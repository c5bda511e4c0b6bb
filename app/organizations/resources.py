"""Branches, as screens and REST."""

from app.core.resource import Resource
from starline.organizations import branches, custom_fields
from starline.organizations.custom_fields import CustomField
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


class CustomFields(Resource, model=CustomField, icon="forms"):
    title = "Own fields"
    table = "label subject kind section is_required is_in_list is_active position"
    filters = "subject kind is_active is_required label"
    order = "subject position"
    form = {
        "Field": "label subject kind choices help",
        "Where and how": "section is_required is_in_list role_names key",
    }
    show = {"": "is_active position", **form}
    links = {"Change the kind": "/settings/fields/{id}/kind"}
    without = "delete"
    form_template = "organizations/field_form.html"
    create = custom_fields.add_custom_field
    update = custom_fields.update_custom_field
    actions = {
        "move_up": custom_fields.move_up,
        "move_down": custom_fields.move_down,
        "deactivate": custom_fields.deactivate,
        "reactivate": custom_fields.reactivate,
    }
