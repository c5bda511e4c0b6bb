"""How the web processes are run, in development and in production alike."""

import os
import socket
from pathlib import Path
from typing import Any

from config import settings
from starline.core import db
from starline.core.logs import configure_logging


def _addresses() -> list[str]:
    """Loopback only, unless STARLINE_BIND says otherwise; names under `localhost` may resolve to either family."""
    given = os.environ.get("STARLINE_BIND")
    if given:
        return [part.strip() for part in given.split(",")]
    addresses = [f"127.0.0.1:{settings().port}"]
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        addresses.append(f"[::1]:{settings().port}")
    except OSError:
        pass
    return addresses


bind = _addresses()
wsgi_app = "app:create_app()"
worker_class = "app.platform.web_worker.Worker"  # threads
workers = int(os.environ.get("STARLINE_WEB_WORKERS", "2"))
threads = int(os.environ.get("STARLINE_WEB_THREADS", "8"))
# One import serves every process; the connection pool is made only when a request comes, so none is shared by fork.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 15
max_requests = 50_000
max_requests_jitter = 5_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108 # gunicorn makes unnamed files in it
# The application logs its own requests: by route, never by path, which may hold a token.
accesslog = None
loglevel = "warning"
control_socket_disable = True
# Who else says that a request came by https is not believed, and nobody may set parts of the path by a header.
forwarded_allow_ips = ",".join(str(proxy) for proxy in settings().trusted_proxies)
forwarder_headers = ""


def on_starting(server: Any) -> None:
    """One way of writing for all: JSON lines, the server's own words too. The processes inherit it."""
    configure_logging("web")
    db.serve_requests()
    server.log.error_log.handlers.clear()
    server.log.error_log.propagate = True
