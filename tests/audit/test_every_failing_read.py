"""While nothing can be recorded no address tells of a client: every GET of the URL map is asked, by all who may."""

from typing import Any

from app.platform.local import databases
from tests.audit.test_failing_closed import NO_RIGHT, RIGHT
from tests.isolation.cast import Cast
from tests.isolation.readings import name_clients, names_somebody, readings

MUST_TELL = frozenset(
    {
        *("/", "/search", "/palette", "/my", "/my/schedule", "/my/visits/<pk>", "/clients/download"),
        *(
            "/files/<uuid:pk>/open",
            "/photos/<table>/<uuid:key>",
            "/incidents/<pk>/report",
            "/export/<uuid:pk>/download",
        ),
        *("/feeds/<secret>.ics", "/api/v1/schedule/", "/api/v1/search", "/api/v1/my/days", "/clients/{}/reveal/ssn"),
    }
)
"""Some addresses that tell of a client when all is well: where they don't, the walk proves nothing."""


def test_no_address_tells_of_a_client_while_nothing_can_be_recorded(cast: Cast, _copy: Any) -> None:
    name_clients(cast)
    telling = [one for one in readings(cast) if names_somebody(one.answer(cast))]
    assert MUST_TELL - {one.route for one in telling} == set() and len(telling) > 300
    with databases.superuser(_copy.server, _copy.name) as run:
        run.execute(NO_RIGHT)
        try:
            told = [str(one) for one in telling if names_somebody(one.answer(cast))]
        finally:
            run.execute(RIGHT)
    assert told == []
