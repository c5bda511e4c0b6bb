"""People of the organisation: who they are, which roles they have, whether they may sign in."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from starline.core import audit, events
from starline.core.db import Role, User, session, user_roles
from starline.core.errors import Conflict, Invalid
from starline.core.language import _
from starline.core.rows import assign
from starline.identity import roles, rules, second_factor, sessions
from starline.identity.models import RoleAssignment

EDITABLE = frozenset({"first_name", "last_name", "phone", "branch_id", "locale", "time_zone", "photo_file"})


def create_user(values: Mapping[str, Any], *, by: int | None) -> User:
    """A person who can't sign in before they have chosen a password.

    `values`: email, first_name, last_name, roles (`Role` rows or their ids), and any of `EDITABLE`.
    Raises `Conflict` for an e-mail in use, `NotAllowed` for a role beyond the creator's own.
    """
    email = checked_email(values.get("email") or "")
    granted = _roles_of(values.get("roles") or ())
    roles.check_may_grant(granted, by=by)
    user = User(
        email=email,
        username=email[:128],
        active=True,
        fail_login_count=0,
        login_count=0,
        roles=granted,
        created_by_fk=by,
        changed_by_fk=by,
        **{name: value for name, value in values.items() if name in EDITABLE},
    )
    session.add(user)
    session.flush()
    events.record("user:created", user)
    return user


def update_user(user: User, values: Mapping[str, Any], *, by: int | None) -> User:
    """Change a person's particulars, `roles` or `active`, as far as `values` names them."""
    check_may_manage(user, by=by)
    assign(user, {name: value for name, value in values.items() if name in EDITABLE})
    _change_email(user, values.get("email"))
    if session.is_modified(user):
        user.version += 1
        user.changed_by_fk = by
    if "roles" in values:
        change_roles(user, values["roles"], by=by)
    if "active" in values and bool(values["active"]) != bool(user.active):
        (enable if values["active"] else disable)(user, by=by)
    session.flush()
    events.record("user:changed", user)
    return user


def update_profile(user: User, values: Mapping[str, Any]) -> User:
    """What a person may change of themselves: name, phone, language, time zone."""
    own = EDITABLE - {"branch_id"}
    assign(user, {name: value for name, value in values.items() if name in own})
    user.version += 1
    user.changed_by_fk = user.id
    session.flush()
    return user


def change_roles(user: User, granted: Iterable[Role | int], *, by: int | None) -> User:
    """Give the person these roles and no others. Nobody grants more than they hold themselves."""
    wanted = _roles_of(granted)
    roles.check_may_grant({*wanted, *user.roles}, by=by)
    _keep_an_administrator(user, wanted if user.active else [])
    if set(wanted) != set(user.roles):
        user.roles = wanted
        user.version += 1
        session.flush()
        events.record("user:roles_changed", user)
    return user


def disable(user: User, *, by: int | None) -> User:
    """Shut the person out, from their next request on; their sessions end and their devices are forgotten."""
    check_may_manage(user, by=by)
    if user.id == by:
        raise Conflict("You can't disable yourself.")
    _keep_an_administrator(user, [])
    user.active = False
    user.version += 1
    sessions.end_all(user.id, reason=sessions.DISABLED)
    second_factor.forget_devices(user)
    session.flush()
    audit.record("auth:disabled", "ab_user", subject_id=str(user.id))
    events.record("user:disabled", user)
    return user


def enable(user: User, *, by: int | None) -> User:
    """Let the person sign in again, with a clean count of failures."""
    check_may_manage(user, by=by)
    user.active = True
    user.locked_until = None
    user.fail_login_count = 0
    user.version += 1
    session.flush()
    audit.record("auth:enabled", "ab_user", subject_id=str(user.id))
    return user


def unlock(user: User, *, by: int | None) -> User:
    """End the waiting after wrong passwords or codes."""
    check_may_manage(user, by=by)
    user.locked_until = None
    user.fail_login_count = 0
    session.flush()
    audit.record("auth:unlocked", "ab_user", subject_id=str(user.id))
    return user


def delete_user(user: User, *, by: int | None) -> None:
    """People are disabled, never deleted: what they did must keep their name. Raises `Conflict`."""
    raise Conflict("People can't be deleted, because the records they signed keep their name. Disable them instead.")


def reset_second_factor(user: User, *, by: int | None) -> User:
    """Take the second factor away from somebody who lost the phone and the recovery codes; their sessions end.

    Raises `Conflict` for one's own: a stolen session must not be enough, so the profile asks for the password.
    """
    if user.id == by:
        raise Conflict("Remove your own second factor on your profile, where your password is asked for.")
    check_may_manage(user, by=by)
    second_factor.remove(user, by=by)
    sessions.end_all(user.id, reason=sessions.REVOKED)
    return user


def grant_role(values: Mapping[str, Any], *, by: int | None) -> RoleAssignment:
    """Give the person `user_id` the role `role_id` besides those they have."""
    user = session.get(User, values["user_id"])
    if user is None:
        sentence = "User: choose one from the list."
        raise Invalid("Please check the marked fields.", errors={"user_id": [sentence]})
    (role,) = _roles_of([values["role_id"]])
    if role in user.roles:
        sentence = _("%(user)s has this role already.", user=user)
        raise Conflict(sentence, errors={"role_id": [sentence]})
    change_roles(user, [*user.roles, role], by=by)
    query = select(RoleAssignment).where(RoleAssignment.user_id == user.id, RoleAssignment.role_id == role.id)
    return session.scalars(query).one()


def withdraw_role(assignment: RoleAssignment, *, by: int | None) -> None:
    """Take one role away from a person. Raises `Conflict` where nobody would be left to administer the agency."""
    user = session.get_one(User, assignment.user_id)
    session.expunge(assignment)
    change_roles(user, [role for role in user.roles if role.id != assignment.role_id], by=by)


def check_may_manage(user: User, *, by: int | None) -> None:
    """Refuse to act on somebody who may do more than oneself. Raises `NotAllowed`."""
    roles.check_may_grant(user.roles, by=by)


def checked_email(text: str) -> str:
    """The address as it is stored. Raises `Invalid` for a malformed one, `Conflict` for one in use here."""
    email = rules.email_of(text)
    local, at, domain = email.rpartition("@")
    if not (local and at and "." in domain) or len(email) > 254 or any(letter.isspace() for letter in email):
        sentence = "Enter a full e-mail address, such as maria@example.com."
        raise Invalid(sentence, errors={"email": [sentence]})
    if session.scalars(select(User.id).where(User.email == email)).first() is not None:
        sentence = "Somebody here has this e-mail address already."
        raise Conflict(sentence, errors={"email": [sentence]})
    return email


def _change_email(user: User, email: str | None) -> None:
    """An address may be corrected until the invitation is accepted; then only the person can change it."""
    if not email or rules.email_of(email) == user.email:
        return
    if user.password:
        sentence = "People change their e-mail address themselves, on their profile."
        raise Invalid(sentence, errors={"email": [sentence]})
    user.email = checked_email(email)
    user.username = user.email[:128]


def _roles_of(granted: Iterable[Role | int]) -> list[Role]:
    given = list(granted)
    ids = [int(one) for one in given if not isinstance(one, Role)]
    found = list(session.scalars(select(Role).where(Role.id.in_(ids)))) if ids else []
    if len(found) < len(set(ids)):
        sentence = "Choose roles from the list."
        raise Invalid(sentence, errors={"roles": [sentence]})
    return list(dict.fromkeys([*(one for one in given if isinstance(one, Role)), *found]))


def _keep_an_administrator(user: User, wanted: list[Role]) -> None:
    """Refuse to take away the last person who can administer the agency."""
    names = (roles.ADMINISTRATOR.name, roles.OPERATOR.name)
    if any(role.template in names for role in wanted) or not any(role.template in names for role in user.roles):
        return
    others = (
        select(User.id)
        .join(user_roles, user_roles.c.user_id == User.id)
        .join(Role, Role.id == user_roles.c.role_id)
        .where(Role.template.in_(names), User.active, User.id != user.id)
    )
    if session.scalars(others.limit(1)).first() is None:
        raise Conflict("This is the last administrator. Make somebody else one first.")
