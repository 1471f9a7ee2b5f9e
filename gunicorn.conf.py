"""gunicorn, as the Procfile and the images start it. Long polls wait in threads: many of them."""

import os

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
# Forked before anything is imported: no pool or socket is shared.
preload_app = False
# No control socket: the platform's process manager is the only one that steers this.
control_socket_disable = True
