"""The two processes beside the web: the worker runs tasks, the scheduler starts them by the clock and dispatches them.

Both stop cleanly on SIGTERM and SIGINT: a running task is finished first.
"""

import importlib
import logging
import os
import signal
import warnings
from threading import Event
from types import FrameType
from typing import Any

from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_process_init, worker_ready

from config import settings
from starline.core import db, scheduler, tasks
from starline.core.broker import celery
from starline.core.logs import configure_logging

log = logging.getLogger(__name__)

TASK_MODULES = (
    "starline.core.upkeep",
    "starline.core.audit.tasks",
    "starline.core.search.tasks",
    "starline.organizations.tasks",
    "starline.identity.tasks",
    "starline.exports.tasks",
    "starline.files.tasks",
    "starline.notifications.tasks",
    "starline.staff.tasks",
    "starline.clients.tasks",
    "starline.services.tasks",
    "starline.scheduling.tasks",
    "starline.scheduling.offer_tasks",
    "starline.webhooks.tasks",
)
"""Every module that declares tasks or schedules."""


def load_tasks() -> None:
    """Import every module that declares tasks, and the models they work on."""
    importlib.import_module("starline.models")
    for module in TASK_MODULES:
        importlib.import_module(module)


def run_worker(concurrency: int = 1) -> int:
    """Run tasks until told to stop; returns the exit status."""
    load_tasks()
    setup_logging.connect(_keep_our_logging)
    worker_process_init.connect(_forget_connections)
    configure_logging("worker")
    # Its warning to superusers is about pickled messages; ours are JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    application = celery()
    application.register_task(tasks.TenantTask())
    # Only a consumer waits for notifications; asking for them replaces a trigger, which a sender needn't do.
    application.conf.broker_transport_options["use_notify"] = True
    # Without heartbeats, gossip and mingling there is nothing to agree on with other workers.
    worker = application.Worker(
        pool="prefork",
        concurrency=concurrency,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    if not settings().redis_url:
        worker_ready.connect(_end_when_a_child_is_killed)
    worker.start()
    return int(worker.exitcode or 0)


def run_scheduler() -> int:
    """Schedule and dispatch until told to stop; returns the exit status."""
    load_tasks()
    configure_logging("scheduler")
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.run_until(stopping)
    return 0


def _keep_our_logging(**_: object) -> None:
    """Connected so that Celery leaves the logging alone."""


def _end_when_a_child_is_killed(sender: Any, **_: object) -> None:
    """Have the worker end when a child of its pool was killed, so that its parent starts it anew.

    Over PostgreSQL the children share one pipe under one lock. A child that is killed while it waits holds the lock for
    ever, its successor never gets a task, and the worker would stand there, connected and idle. What it had taken is
    handed over again by the outbox.
    """
    pool = sender.pool._pool
    forget = pool.on_process_down

    def notice(child: Any) -> None:
        if forget is not None:
            forget(child)
        if child.exitcode is not None and child.exitcode < 0:
            log.error("a worker's child was killed", extra={"status": child.exitcode})
            for other in pool._pool:
                other._popen.send_signal(signal.SIGKILL)
            os._exit(1)

    pool.on_process_down = notice


def _forget_connections(**_: object) -> None:
    # A connection inherited by fork would be shared with the parent.
    db.engine().dispose(close=False)
