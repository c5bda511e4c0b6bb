"""Structured logs: one JSON object a line, with request, organisation, user, route and duration, and nothing clinical.

Only named facts leave the process. An exception is written as its type and the places it passed, without its message,
because messages of databases and parsers quote values.
"""

import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

import orjson

from config import settings
from starline.core import tenancy

FACTS = frozenset(
    {
        *("request_id", "organization_id", "user_id"),
        *("route", "method", "status", "duration_ms"),
        *(
            "task",
            "message_id",
            "attempt",
            "outcome",
            "job",
            "schedules",
            "queue_depth",
            "outbox_age_seconds",
        ),
        *("error", "failure", "code", "pgcode", "pause_seconds"),
        *("count", "findings", "first", "failures", "connections_cut"),
    }
)
"""The extras that are written; any other is dropped, so that a careless `extra=` can't leak a record.

Types and codes of errors, numbers and the ids of rows are told; a message that somebody else wrote never is."""

_PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(\.[\w-]+)+"  # an e-mail address
    r"|\b\d{3}-\d{2}-\d{4}\b"  # a social security number
    r"|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"  # a telephone number
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # credentials in an address
)

_LINE_ENDING = re.compile("[\x7f-\x9f\u2028\u2029]")
"""Control characters that JSON leaves as they are and that some readers of logs take for the end of a line."""


def configure_logging(process: str = "web", stream: TextIO | None = None) -> None:
    """Send every logger of this process to `stream` (default: standard output) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings().log_level)
    for noisy in (
        "apscheduler",
        "botocore",
        "boto3",
        "urllib3",
        "psycopg.pool",
        "pgmq",
        "kombu",
        "celery",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda thread: _log_uncaught(thread.exc_type, thread.exc_value, thread.exc_traceback)


class JsonFormatter(logging.Formatter):
    """One record as one JSON object."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self.process,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        line |= _acting() | {name: value for name, value in vars(record).items() if name in FACTS}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _exception(record.exc_info[1])
        text = orjson.dumps(line, default=str).decode()
        return text if text.isascii() else _LINE_ENDING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def masked(text: str) -> str:
    """`text` without e-mail addresses, social security and telephone numbers, and credentials."""
    return _PRIVATE.sub("[masked]", text)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("starline").critical("uncaught", exc_info=error)


def _acting() -> dict[str, Any]:
    context = tenancy.current()
    known = {
        "request_id": context.request_id,
        "organization_id": str(context.organization_id or ""),
        "user_id": context.user_id,
    }
    return {name: value for name, value in known.items() if value}


def _exception(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/site-packages/')[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "stack": places[-12:]}
