"""Search: rows found by name, number, telephone and birthday, whatever order they are typed in and with a typo or two.

A model says by `__searched__` what it is found by; triggers keep that as tokens, keyed by organisation. Under row-level
security PostgreSQL uses an index for equality and ranges only, so everything here is one of the two: a word's beginning
is a range, and a mistyped word is found by the letters that are left of it when one or two are taken out (`words`).

`asking` reads what somebody typed, `finding` looks it up within the viewer's record scope. Protected values (social
security numbers, member numbers) are never among the tokens.
"""

from starline.core.search.finding import Found, find, find_ids
from starline.core.search.models import Searched, SearchToken, is_searched

__all__ = ["Found", "SearchToken", "Searched", "find", "find_ids", "is_searched"]
