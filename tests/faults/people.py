"""The agency under test and its administrator; `python -m tests.faults.people` makes them where the settings point."""

from uuid import UUID

import starline.subscribers  # noqa: F401
from app import create_app
from starline.core.db import session
from starline.organizations.models import Branch
from tests.identity.factories import HARBOR, PASSWORD, a_person, an_agency, committed

EMAIL = "administrator@harbor.example"
BRANCH = "00000000-0000-7000-8000-00000000b001"


def main() -> None:
    create_app()
    with committed(HARBOR):
        an_agency(HARBOR, "harbor")
        session.add(Branch(id=UUID(BRANCH), name="Main", time_zone="America/New_York"))
        session.flush()
        a_person("administrator", "Administrator")


if __name__ == "__main__":
    main()

__all__ = ["BRANCH", "EMAIL", "HARBOR", "PASSWORD"]
