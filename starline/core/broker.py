"""The Celery application: how messages reach the workers, and nothing of what they do.

With a Redis address Redis carries them, without one the same PostgreSQL that holds the data. Either may lose
everything it holds: the outbox is what remembers the work, the broker only makes it prompt.
"""

from functools import lru_cache
from typing import Any

from celery import Celery
from celery.worker.request import Request
from kombu.exceptions import ChannelError
from kombu.transport.virtual import QoS
from psycopg2.extensions import make_dsn, parse_dsn
from sqlalchemy.engine import make_url

from config import settings
from starline.core import silence

QUEUE = "celery"
LONGEST_TASK_SECONDS = 840
"""Below the lifetime of a signed tenant context, so that no task outlives the right to act."""

VISIBILITY_SECONDS = 1200
"""Above the longest task: a message that reappears earlier would find its first delivery still at work."""


@lru_cache(maxsize=1)
def celery() -> Celery:
    """This process's Celery application, made from the settings at first use."""
    application = Celery("starline", set_as_current=False)
    application.conf.update(_common() | (_redis() if settings().redis_url else _postgresql()))
    return application


def has_nothing_to_offer() -> bool:
    """Whether no message waits in the broker for a worker; those that were delivered and not settled don't count.

    Raises the transport's error where it can't be reached.
    """
    with celery().connection_or_acquire() as connection:
        channel = connection.default_channel
        if not settings().redis_url:
            return bool(channel.pgmq.metrics(QUEUE).queue_visible_length == 0)
        try:
            return bool(channel.queue_declare(QUEUE, passive=True).message_count == 0)
        except ChannelError:  # Redis knows no queue without messages
            return True


class ForgivingRequest(Request):  # type: ignore[misc]
    """A delivery whose settlement may fail. With a prefetch of one, a message that couldn't be acknowledged while the
    broker was away would count as outstanding for ever, and the worker would wait, connected and idle, until restarted.
    """

    def acknowledge(self) -> None:
        super().acknowledge()
        self._forget_unsettled()

    def reject(self, requeue: bool = False) -> None:
        super().reject(requeue)
        self._forget_unsettled()

    def _forget_unsettled(self) -> None:
        if not self.message.acknowledged:
            QoS.ack(self.message.channel.qos, self.message.delivery_tag)  # type: ignore[no-untyped-call]


def libpq_address() -> str:
    """The runtime role's direct address as `name=value` pairs, for connections outside the pool (`LISTEN`, locks).

    Of an address in URL form pgmq would overlook the socket directory.
    """
    address = make_url(settings().direct_database_url).set(drivername="postgresql")
    given = parse_dsn(address.render_as_string(hide_password=False))
    pairs: str = make_dsn(**{name: str(value) for name, value in silence.ALIVE.items()} | given)
    return pairs


def _common() -> dict[str, Any]:
    return {
        "task_default_queue": QUEUE,
        "task_ignore_result": True,
        "result_backend": None,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure_or_timeout": True,
        "task_time_limit": LONGEST_TASK_SECONDS,
        "task_soft_time_limit": LONGEST_TASK_SECONDS - 30,
        "worker_prefetch_multiplier": 1,
        "worker_lost_wait": 1.0,
        "worker_hijack_root_logger": False,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 5,
    }


def _redis() -> dict[str, Any]:
    # With the default restore settings a killed worker's message came back after more than 45 seconds.
    options = {
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 5,
        "socket_timeout": 30,
    }
    return {"broker_url": settings().redis_url, "broker_transport_options": options}


def _postgresql() -> dict[str, Any]:
    options = {
        "init_extension": False,
        "conn_string": libpq_address(),
        "visibility_timeout": VISIBILITY_SECONDS,
        # A notification ends the wait, so that no connection has to poll inside the server.
        "wait_time_seconds": 0,
        "polling_interval": 0.1,
        "pool_size": 4,
        "pool_timeout": 5,
    }
    return {"broker_url": "pgmq://localhost", "broker_transport_options": options}
