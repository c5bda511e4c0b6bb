"""What happened, told to those above who care. A domain records; domains above subscribe, never the reverse."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Subscriber = Callable[[Any], None]

_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(name: str) -> Callable[[Subscriber], Subscriber]:
    """Have the decorated function called with the subject of every event `name`, inside the same transaction."""

    def register(subscriber: Subscriber) -> Subscriber:
        _subscribers[name].append(subscriber)
        return subscriber

    return register


def record(name: str, subject: Any) -> None:
    """Say that `name` ("client:created") happened to `subject`. Slow or outside work goes on through the outbox."""
    for subscriber in _subscribers[name]:
        subscriber(subject)
