"""Quota, names, sizes, and when the trash is emptied."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starline.files.rules import (
    ALLOWANCES,
    GIGABYTE,
    LONGEST_NAME,
    MEGABYTE,
    Allowance,
    is_purgeable,
    opening_problem,
    quota_problem,
    renamed,
    size_label,
    tidy_name,
)
from starline.files.vocabulary import FileStatus

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
AMOUNTS = st.integers(0, 10**13)


@given(AMOUNTS, st.integers(1, 10**9), st.sampled_from(sorted(ALLOWANCES)))
def test_what_is_let_in_never_exceeds_the_quota(used: int, more: int, tier: str) -> None:
    allowed = ALLOWANCES[tier]  # type: ignore[index]
    fits = more <= allowed.largest_bytes and used + more <= allowed.quota_bytes
    assert (quota_problem(allowed, used_bytes=used, more_bytes=more) is None) is fits


@given(st.lists(st.integers(1, 40), max_size=60))
def test_any_sequence_of_files_stays_within_the_quota(sizes: list[int]) -> None:
    allowed, used = Allowance(30, 200), 0
    for size in sizes:
        if quota_problem(allowed, used_bytes=used, more_bytes=size) is None:
            used += size
    assert used <= 200


def test_the_sentence_says_how_much_is_left() -> None:
    allowed = Allowance(50 * MEGABYTE, 5 * GIGABYTE)
    said = quota_problem(allowed, used_bytes=5 * GIGABYTE - 3 * MEGABYTE, more_bytes=4 * MEGABYTE)
    assert said and "3.0 MB of 5.0 GB are left, and this file has 4.0 MB" in said
    assert "at most 50.0 MB" in (quota_problem(allowed, used_bytes=0, more_bytes=51 * MEGABYTE) or "")


@pytest.mark.parametrize(
    ("size", "label"),
    [(0, "0 bytes"), (900, "900 bytes"), (2048, "2 KB"), (5_400_000, "5.1 MB"), (3 * GIGABYTE, "3.0 GB")],
)
def test_sizes_are_told_as_people_read_them(size: int, label: str) -> None:
    assert size_label(size) == label


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Ruth\\card.png", "card.png"),
        ("scan\u202egnp.exe", "scangnp.exe"),
        ("  a\tb\r\n.pdf ", "ab.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("...", "file"),
        ("Zoë's order.pdf", "Zoë's order.pdf"),
    ],
)
def test_names_lose_what_could_mislead(given_name: str, kept: str) -> None:
    assert tidy_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_tidy_name_is_short_plain_and_stays_as_it_is(name: str) -> None:
    tidy = tidy_name(name)
    assert 0 < len(tidy) <= LONGEST_NAME and "/" not in tidy and "\x00" not in tidy


def test_a_long_name_keeps_its_ending() -> None:
    assert tidy_name("x" * 300 + ".pdf").endswith("x.pdf")
    assert renamed("card.heic", "jpg") == "card.jpg"


@pytest.mark.parametrize(
    ("status", "infected", "unscanned", "opens"),
    [
        (FileStatus.CLEAN, False, False, True),
        (FileStatus.NOT_SCANNED, False, True, True),
        (FileStatus.NOT_SCANNED, False, False, False),
        (FileStatus.SCANNING, False, True, False),
        (FileStatus.QUARANTINED, False, True, False),
        (FileStatus.QUARANTINED, True, True, False),
    ],
)
def test_only_what_is_clean_opens_or_what_the_agency_lets_open(
    status: FileStatus, infected: bool, unscanned: bool, opens: bool
) -> None:
    assert (opening_problem(status, is_infected=infected, may_open_unscanned=unscanned) is None) is opens


@pytest.mark.parametrize(
    ("days_ago", "until", "held", "goes"),
    [
        (31, None, False, True),
        (30, None, False, True),
        (29, None, False, False),
        (31, date(2026, 5, 1), False, False),
        (31, date(2026, 4, 30), False, True),
        (31, None, True, False),
    ],
)
def test_the_trash_is_emptied_after_its_days_of_what_nothing_keeps(
    days_ago: int, until: date | None, held: bool, goes: bool
) -> None:
    trashed = NOW - timedelta(days=days_ago)
    assert is_purgeable(trashed_at=trashed, trash_days=30, retain_until=until, is_held=held, now=NOW) is goes
