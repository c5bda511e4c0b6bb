"""How many cases the properties of recurrence, edits and calendars are tried with, and which.

`STARLINE_TEST_CASES=10000 .venv/bin/python -m pytest tests/scheduling/test_recurrence.py …` is the long run; those that
need a database (test_series.py) take a quarter of a second or more for every case. `make trust` asks for 1,000.
"""

import os


def cases(usual: int) -> int:
    """The number that the environment asks for, else the usual one."""
    return int(os.environ.get("STARLINE_TEST_CASES") or usual)


def is_searching() -> bool:
    """Whether the run looks for new cases; else it tries the same ones each time."""
    return bool(os.environ.get("STARLINE_TEST_CASES"))
