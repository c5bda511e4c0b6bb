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
    "starline.organizations.tasks",
    "starline.identity.tasks",
    "starline.staff.tasks",
