"""The order in which files of tests are given to the workers of a run.

Whole files go to one worker or another, so a file that takes minutes has to be begun early: begun last, it would leave
all workers but one without work. The rest follows with the largest files first.
"""

from collections import Counter
from typing import Any

LONGEST = (
    "browser/test_for_everybody.py",
    "isolation/test_walker_screens.py",
    "isolation/test_mutation.py",
    "isolation/test_mutation_application.py",
    "isolation/test_walker_rest.py",
    "browser/test_every_view.py",
    "audit/test_every_failing_read.py",
    "contract/test_new_entity.py",
    "isolation/test_walker_tasks.py",
    "isolation/test_walker_shut_out.py",
    "core/test_worker_process.py",
    "scheduling/test_feed_contents.py",
    "scheduling/test_many_at_once.py",
    "contract/test_in_spanish.py",
    "core/test_redis_broker.py",
    "hardening/test_forged_requests.py",
    "isolation/test_walker_other_routes.py",
    "isolation/test_walker_crowd.py",
)
"""Files of minutes, the longest first; those of browsers apart, for a browser alone needs more than one core."""


def ordered(items: list[Any]) -> None:
    """Put the items of each file together, in the order in which the files are to be begun."""
    sizes = Counter(item.path for item in items)

    def place(item: Any) -> tuple[int, int, str]:
        path = item.path.as_posix()
        rank = next((rank for rank, name in enumerate(LONGEST) if path.endswith(f"tests/{name}")), len(LONGEST))
        return rank, -sizes[item.path], path

    items.sort(key=place)
