"""The closed lists of words that webhooks use."""

from enum import StrEnum


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    STOPPED = "stopped"
    """Its endpoint was switched off before it came there."""


class DeliveryFailure(StrEnum):
    """Why the last attempt came to nothing."""

    REFUSED = "refused"
    """The endpoint answered something else than 2xx."""
    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"
    """The address leads to no public machine (any more)."""


EVENTS = (
    "visit:added",
    "visit:changed",
    "visit:opened",
    "visit:confirmed",
    "visit:cancelled",
    "visit:reinstated",
    "visit:late",
    "visit:begun",
    "visit:completed",
    "visit:verified",
    "visit:unverified",
    "visit:missed",
    "visit:conflict",
    "visit_series:added",
    "visit_series:changed",
    "visit_series:split",
    "visit_series:removed",
)
"""What an endpoint can ask for: names of events as domains record them."""

TEST = "webhook:test"
"""What "send test" sends."""
