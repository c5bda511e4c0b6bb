"""Who may open the settings, and who is an operator of the platform."""

from flask import g

from app.core.fields import Field
from app.core.profile import current_profile
from app.core.resource import Resource, registry, resource_of
from app.core.security import FURTHER_TITLES, confirm_viewer, required_viewer
from starline.core.errors import NotAllowed, NotFound
from starline.core.language import gettext as _
from starline.identity.viewer import Viewer


def permission_title(name: str) -> str:
    """What people call that which a permission is on."""
    known = FURTHER_TITLES.get(name, name)
    return _(registry[name].title if name in registry else known)


def may(action: str, resource: Resource) -> bool:
    """Whether the viewer holds the permission on something that the agency has switched on."""
    return is_on(resource) and (action, resource.permission) in required_viewer().permissions


def is_on(resource: Resource) -> bool:
    """Whether the agency has switched the resource's feature on, if it belongs to one."""
    return resource.feature is None or current_profile().has_feature(resource.feature)


def offers(method: str, resource: Resource) -> bool:
    """Whether the resource offers the method (add, edit, delete) and the viewer may use it."""
    return method in resource.methods and may(f"can_{method}", resource)


def may_pick(resource: Resource, one: Field) -> bool:
    """Whether the viewer may be told what the reference `one` can be set to.

    They may read it where it is kept, or have a form to fill in that asks for it.
    """
    target = resource_of(one.target)
    if target is None or may("can_read", target):
        return True
    return one.name in resource.form_names and (offers("add", resource) or offers("edit", resource))


def allowed(action: str, resource: str) -> Viewer:
    """The newest viewer, who holds the permission. Raises `Unauthenticated` or `NotAllowed`."""
    required_viewer()
    confirm_viewer()
    viewer = required_viewer()
    if (action, resource) not in viewer.permissions:
        raise NotAllowed(_("You may not do this. Ask an administrator of your agency."))
    return viewer


def operator(action: str) -> Viewer:
    """The viewer, who is an operator with the permission. For an agency's people the platform's screens don't exist."""
    required_viewer()
    if not g.tenant.is_platform:
        raise NotFound(_("There is nothing here, or you may not see it."))
    return allowed(action, "Organizations")
