"""A check of the application taken away must turn a walk red, as a policy does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.core import access, actions, api_keys, errors, security, tenancy, writing
from app.core.resource import Resource, registry
from starline.core import storage
from tests.isolation import by_role, checks, files
from tests.isolation.cast import Cast
from tests.isolation.mutants import Mutant, Outdated
from tests.isolation.tally import Tally

Check = Callable[[Cast], list[str]]

CHECKS: dict[str, tuple[Check, list[Mutant]]] = {
    "the feature": (
        checks.features,
        [
            Mutant(
                "features for all",
                security.check_feature,
                "_has_features():\n        return\n    confirm",
                "True:\n        return\n    confirm",
            )
        ],
    ),
    "agreement of host, header, token and cookie": (
        checks.strangers,
        [
            Mutant(
                "header over host",
                tenancy.tenant_of_request,
                "by_host is not None and by_host.id != by_header.id",
                "False",
            ),
            Mutant(
                "token over host",
                security.authenticate,
                "tenant_id is not None and claims.organization_id != tenant_id",
                "False",
            ),
            Mutant("any remembered session", security.viewer_of, "viewer.organization_id == organization_id", "True"),
        ],
    ),
    "agreement of host and key": (
        checks.foreign_key,
        [
            Mutant(
                "key over host",
                api_keys.viewer_by_key,
                "tenant_id is not None and named.organization_id != tenant_id",
                "False",
            )
        ],
    ),
    "the version": (
        checks.stale_writes,
        [Mutant("last writer wins", writing.update_row, "version is not None and row.version != version", "False")],
    ),
    "the record of denials": (
        checks.denials_kept,
        [Mutant("silent refusals", errors.problem, "status in DENIALS", "False")],
    ),
    "the scope of forms": (
        checks.edit_pages,
        [Mutant("forms for all", writing.find_row, "if scope is not None:", "if False:")],
    ),
    "tickets and keys of files": (
        lambda cast: files.walk_files(cast).findings,
        [
            Mutant("any agency's key", storage.checked, "not is_plain or not key.startswith(prefix())", "not is_plain"),
            Mutant("any holder", storage.read_ticket, "not is_holder or ", ""),
            Mutant("tickets for ever", storage.read_ticket, "ticket.expires_at <= clock.now().timestamp()", "False"),
            Mutant(
                "any signature", storage.read_ticket, "not hmac.compare_digest(signature, _signature(facts))", "False"
            ),
        ],
    ),
    "the permission of a route beyond the resources": (
        lambda cast: by_role.walk_roles(cast, ("Family",)).findings,
        [Mutant("routes for all", access.allowed, "(action, resource) not in viewer.permissions", "False")],
    ),
    # What these two let through changes rows that others ask for.
    "the permission of a verb": (
        checks.actions,
        [Mutant("verbs for all", actions._act, '("can_edit", resource.permission) not in viewer.permissions', "False")],
    ),
    "the scope of what a body names": (
        checks.scoped_references,
        [Mutant("any reference", writing.check_scope, 'viewer.scope == "all"', "True")],
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_walk_finds_a_check_that_is_taken_away(cast: Cast, name: str, tally: Tally) -> None:
    check, mutants = CHECKS[name]
    assert check(cast) == [], "the honest application"
    survivors = []
    for mutant in mutants:
        with mutant.alive():
            found = check(cast)
        survivors += [] if found else [mutant.what]
    tally.add(mutants_made=len(mutants), mutants_killed=len(mutants) - len(survivors))
    assert survivors == []


@pytest.mark.trust
def test_the_walk_finds_every_resource_whose_permission_is_not_asked_for(cast: Cast, tally: Tally) -> None:
    survivors = []
    for resource in registry.values():
        assert checks.permissions(cast, resource) == []
        with _for_everybody(resource):
            found = checks.permissions(cast, resource)
        survivors += [] if found else [resource.name]
    tally.add(mutants_made=len(registry), mutants_killed=len(registry) - len(survivors))
    assert survivors == []


@contextmanager
def _for_everybody(resource: Resource) -> Iterator[None]:
    honest = security.SecurityManager.has_access

    def without(self: Any, action: str, name: str) -> bool:
        return name == resource.permission or honest(self, action, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security.SecurityManager, "has_access", without)
        yield


def test_a_mutant_whose_check_has_moved_says_so() -> None:
    with pytest.raises(Outdated), Mutant("nothing", storage.checked, "no such text", "").alive():
        pass
