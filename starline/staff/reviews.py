"""Performance reviews: planned, written, signed by somebody else, unchanged from then on."""

from collections.abc import Mapping
from typing import Any

from starline.core import clock, events
from starline.core.db import session
from starline.core.errors import Conflict, NotAllowed
from starline.core.problems import Problems, invalid
from starline.core.rows import assign, proposed
from starline.staff.models import PerformanceReview
from starline.staff.service import locked_staff_member
from starline.staff.vocabulary import ReviewStatus


def plan_review(values: Mapping[str, Any], *, by: int | None) -> PerformanceReview:
    locked_staff_member(values["staff_member_id"])
    _check(values)
    review = PerformanceReview(**values)
    session.add(review)
    session.flush()
    events.record("performance_review:planned", review)
    return review


def update_review(review: PerformanceReview, values: Mapping[str, Any], *, by: int | None) -> PerformanceReview:
    _check_open(review)
    if values.get("staff_member_id", review.staff_member_id) != review.staff_member_id:
        raise invalid("staff_member_id", "A review stays with its person; plan one for the other person.")
    _check(proposed(review, values))
    assign(review, values)
    session.flush()
    events.record("performance_review:updated", review)
    return review


def sign_review(review: PerformanceReview, *, by: int) -> PerformanceReview:
    """Stand by what it says. Raises `Conflict` where the rating or the words are missing."""
    _check_open(review)
    if review.staff_member.user_id == by:
        raise NotAllowed("Nobody signs their own review; ask a colleague.")
    if review.rating is None or not (review.strengths or "").strip():
        raise Conflict("Give a rating and say what goes well before you sign.")
    review.status, review.signed_by_id, review.signed_at = ReviewStatus.SIGNED, by, clock.now()
    session.flush()
    events.record("performance_review:signed", review)
    return review


def remove_review(review: PerformanceReview, *, by: int | None) -> None:
    """Take back a review that was only planned."""
    _check_open(review)
    events.record("performance_review:removed", review)
    session.delete(review)
    session.flush()


def _check_open(review: PerformanceReview) -> None:
    if review.status == ReviewStatus.SIGNED:
        raise Conflict("This review is signed and stays as it is; plan a new one.")


def _check(values: Mapping[str, Any]) -> None:
    problems = Problems()
    if values["period_ends_on"] < values["period_starts_on"]:
        problems.add("period_ends_on", "The period can't end before it begins.")
    rating = values.get("rating")
    if rating is not None and not 1 <= rating <= 5:
        problems.add("rating", "Give a rating from 1 (needs help) to 5 (outstanding).")
    problems.refuse()
