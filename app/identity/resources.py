"""People, roles and the sign-in history, as screens and REST."""

from app.core.resource import Count, Resource, Work
from starline.core.db import Role, User
from starline.identity import alerts, api_keys, break_glass, invitations, roles, saved_views, support, users
from starline.identity.alerts import SecurityAlert
from starline.identity.break_glass import BreakGlassAccess
from starline.identity.models import AgencyApiKey, RoleAssignment, SignInAttempt
from starline.identity.reviews import AccessReview
from starline.identity.saved_views import SavedView
from starline.identity.support import SupportAccess


class Users(Resource, model=User, menu="Settings", icon="users"):
    name = "users"
    title = "Users"
    table = "last_name first_name email phone branch active last_login"
    filters = "first_name last_name email branch active"
    order = "last_name first_name"
    form = {
        "Person": "first_name last_name email phone branch",
        "Account": "locale time_zone active",
    }
    related = "role_assignments sign_in_attempts"
    without = "delete"
    create = invitations.invite
    update = users.update_user
    actions = {
        "invite_again": invitations.invite_again,
        "unlock": users.unlock,
        "reset_second_factor": users.reset_second_factor,
    }


class Roles(Resource, model=Role, menu="Settings", icon="user-shield"):
    name = "roles"
    title = "Roles"
    table = "name record_scope requires_second_factor template"
    filters = "name record_scope requires_second_factor"
    order = "name"
    form = {"Role": "name record_scope requires_second_factor"}
    related = "role_assignments"
    links = {"What it may do": "/roles/{id}/permissions"}
    create = roles.create_role
    update = roles.update_role
    delete = roles.delete_role


class RoleAssignments(Resource, model=RoleAssignment, icon="key"):
    name = "role_assignments"
    title = "Roles of people"
    table = "user role"
    filters = "user role"
    form = {"Role": "user role"}
    without = "edit"
    create = users.grant_role
    delete = users.withdraw_role


class ApiKeys(Resource, model=AgencyApiKey, menu="Settings", icon="api"):
    title = "API keys"
    table = "name prefix role user expires_at last_seen_at revoked_at"
    filters = "name role user"
    order = "name"
    form = {"Key": "name role scopes expires_at"}
    show = {
        "Key": "name prefix role scopes",
        "Use": "user expires_at last_seen_at revoked_at revoked_by",
    }
    without = "delete"
    shown_once = "key"
    feature = "api_access"
    create = api_keys.issue
    update = api_keys.update
    actions = {"revoke": api_keys.revoke}


class SignInAttempts(Resource, model=SignInAttempt, menu="Settings", icon="fingerprint"):
    title = "Sign-in history"
    table = "created_on user outcome channel address device"
    filters = "user outcome channel address created_on"
    order = "-created_on"
    form = {"Attempt": "user outcome channel address device"}
    show = {"Attempt": "created_on user outcome channel address device"}
    read_only = True
    pills = {
        "outcome": {
            "succeeded": "good",
            "code_required": "info",
            "wrong_password": "warn",
            "wrong_code": "warn",
            "unknown_user": "warn",
            "replayed_code": "bad",
            "reused_token": "bad",
            "locked": "bad",
            "disabled": "bad",
        }
    }


class SupportAccesses(Resource, model=SupportAccess, menu="Settings", icon="shield-check"):
    title = "Support access"
    table = "created_on operator_name state reason hours starts_at ends_at decided_by"
    filters = "state operator_name created_on"
    order = "-created_on"
    form = {"Request": "operator_name reason"}
    show = {
        "Request": "operator_name operator_email reason hours state created_on",
        "Decision": "decided_by starts_at ends_at",
    }
    without = "add edit delete"
    actions = {"approve": support.approve, "refuse": support.refuse, "end": support.end}
    waits = {"Requests for support access to answer": "state=requested"}
    pills = {"state": {"requested": "info", "running": "warn", "refused": "bad", "ended": "plain"}}


class BreakGlassAccesses(Resource, model=BreakGlassAccess, menu="Settings", icon="alert-triangle"):
    title = "Emergency reviews"
    table = "created_on user client reason expires_at reviewed_at reviewed_by"
    filters = "user client created_on reviewed_at"
    order = "-created_on"
    form = {"Review": "opinion"}
    show = {
        "Access": "created_on user client reason expires_at",
        "Review": "opinion reviewed_at reviewed_by",
    }
    without = "add delete"
    update = break_glass.sign_off
    actions = {"end": break_glass.end}
    waits = {"Emergency accesses to review": "reviewed_at.null=true"}


class SecurityAlerts(Resource, model=SecurityAlert, menu="Settings", icon="bell"):
    title = "Security alerts"
    table = "created_on kind severity user address count last_seen_at acknowledged_at acknowledged_by"
    filters = "kind severity user created_on acknowledged_at"
    order = "-created_on"
    form = {"Acknowledgement": "comment"}
    show = {
        "Alert": "created_on kind severity user address count last_seen_at",
        "Acknowledgement": "comment acknowledged_at acknowledged_by",
    }
    without = "add delete"
    update = alerts.acknowledge
    waits = {"Security alerts to look into": "acknowledged_at.null=true"}
    work = {
        "Security alerts to look into": Work(
            "Security alert: %(kind)s",
            "%(user)s · %(last_seen_at)s",
            "Look into it",
            place=40,
            order="-created_on",
        )
    }
    figures = {"Security alerts open": Count("acknowledged_at.null=true", place=45)}
    pills = {"severity": {"warning": "warn", "critical": "bad"}}


class AccessReviews(Resource, model=AccessReview, icon="list-check"):
    title = "Access review decisions"
    table = "created_on user role_name decision note reviewer"
    filters = "user decision created_on"
    order = "-created_on"
    form = {"Decision": "user role_name decision note"}
    show = {"Decision": "created_on user role_name decision note reviewer"}
    read_only = True
    pills = {"decision": {"still_needed": "good", "not_needed": "bad"}}


class SavedViews(Resource, model=SavedView, icon="bookmark"):
    title = "Saved views"
    table = "name list_name user is_shared"
    filters = "list_name name user is_shared"
    order = "list_name name"
    form = {"View": "name list_name is_shared query"}
    show = {"View": "name list_name user is_shared query"}
    create = saved_views.save_view
    update = saved_views.update_view
    delete = saved_views.delete_view
    takes_along = "default_views"
    actions = {"make_default": saved_views.make_default, "clear_default": saved_views.clear_default}
