"""People, roles and the sign-in history, as screens and REST."""

from app.core.resource import Resource
from starline.core.db import Role, User
from starline.identity import api_keys, invitations, roles, users
from starline.identity.models import AgencyApiKey, RoleAssignment, SignInAttempt


class Users(Resource, model=User, menu="Settings", icon="users"):
    name = "users"
    title = "Users"
    table = "first_name last_name email phone branch active last_login"
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
