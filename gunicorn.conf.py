"""gunicorn, as the Procfile and the images start it. Long polls wait in threads: many of them."""

import gc
import os
from typing import Any

_HOST = os.environ.get("WEB_HOST") or ("0.0.0.0" if os.environ.get("DYNO") else "127.0.0.1")  # noqa: S104 - behind a platform's router

bind = f"{_HOST}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "32"))
graceful_timeout = 25
timeout = 60
keepalive = 5
max_requests = 50_000
max_requests_jitter = 5_000
# The application writes its own request lines, without queries and headers.
accesslog = None
# Forked before the application is imported: no pool or socket is shared.
preload_app = False
# No control socket: the platform's process manager is the only one that steers this.
control_socket_disable = True


_ERRORS = "gunicorn.error"


def on_starting(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    # What gunicorn itself says goes the way of all logs, without secrets. Settings that are no good
    # stop it here, before anything is forked.
    from core.logs import adopt, configure_logs  # noqa: PLC0415
    from core.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    configure_logs(settings.log_level, human=settings.log_human)
    adopt(_ERRORS)


def on_reload(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    # It has just given its logger a handler again.
    from core.logs import adopt  # noqa: PLC0415

    adopt(_ERRORS)


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    # Before the application is loaded: what each process measures is added up at a scrape.
    from core.siblings import join_siblings  # noqa: PLC0415

    join_siblings()
    # While the application is loaded nothing becomes garbage that would be worth a look.
    gc.disable()


def post_worker_init(worker: Any) -> None:
    # Nor is it worth one later (worker/loaded.py).
    gc.freeze()
    gc.enable()
    # Not before: this file is read in the process that forks.
    from web.realtime.serving import attend  # noqa: PLC0415

    attend(worker)


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    from web.realtime.serving import take_leave  # noqa: PLC0415

    take_leave(worker)
    from core import telemetry  # noqa: PLC0415

    telemetry.end()
