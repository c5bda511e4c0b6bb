"""Every route beyond the resources opens to the roles that hold its permission, and to no other."""

from tests.isolation.by_role import walk_roles
from tests.isolation.cast import Cast
from tests.isolation.other_routes import For, OtherAsk, other_asks
from tests.isolation.permits import permit_of, written_down
from tests.isolation.tally import Tally

OUTSIDE = (For.EVERYBODY, For.OPERATORS, For.DEVELOPERS)


def test_every_route_says_what_it_takes(cast: Cast) -> None:
    for_people = [ask for ask in other_asks(cast.application) if ask.other.whom not in OUTSIDE]
    unknown = {f"{ask.endpoint} {ask.method}" for ask in for_people if not _is_known(ask)}
    assert unknown == set(), "say in permits.py which permissions it takes"
    assert set(written_down()) == {ask.endpoint for ask in for_people}, "a route that isn't there any more"


def test_each_role_finds_open_what_it_may_and_nothing_else(cast: Cast, tally: Tally) -> None:
    found = walk_roles(cast)
    tally.add(cases=found.cases, roles_let_in=found.let_in, denials_audited=len(found.refused))
    tally.add(leaks=len(found.findings))
    assert found.findings == [], "\n".join(found.findings)
    assert found.let_in > 300 and len(found.refused) > 1_000


def _is_known(ask: OtherAsk) -> bool:
    try:
        permit_of(ask)
    except KeyError:
        return False
    return True
