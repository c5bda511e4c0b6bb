"""How values are told to people: spans of time, each day once."""

from datetime import UTC, date, datetime

from app.core.display import Display

SHOWN = Display("MM/DD/YYYY", "America/New_York")


def test_a_span_tells_its_day_once() -> None:
    morning, noon = datetime(2026, 12, 1, 14, tzinfo=UTC), datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert SHOWN.span(morning, noon) == "12/01/2026 9:00\u00a0AM – 12:00\u00a0PM"
    assert SHOWN.span(morning, noon, known=date(2026, 12, 1)) == "9:00\u00a0AM – 12:00\u00a0PM"


def test_a_span_over_midnight_tells_both_days() -> None:
    evening, late = datetime(2026, 12, 2, 3, tzinfo=UTC), datetime(2026, 12, 2, 6, tzinfo=UTC)
    assert SHOWN.span(evening, late) == "12/01/2026 10:00\u00a0PM – 12/02/2026 1:00\u00a0AM"
    assert SHOWN.span(evening, late, known=date(2026, 12, 1)) == "10:00\u00a0PM – 12/02/2026 1:00\u00a0AM"
