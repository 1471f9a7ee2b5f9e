"""A worker's own `/metrics`, on a port of its own: one process tells for all of its siblings."""

from __future__ import annotations

import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware

from core.logs import get_logger
from core.scrape import answer, may_scrape
from trading.gauges import Gauges

log = get_logger(__name__)

_AGAIN_SECONDS = 5.0
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - Prometheus asks from elsewhere, with the token
_HERE = "127.0.0.1"


class MetricsPort(Middleware):
    """Starts and ends with the worker process. Where the port is taken, by a sibling or by the
    worker that this one replaces, it waits for it."""

    def __init__(self, gauges: Gauges, port: int, token: str | None) -> None:
        """Without a token it is there for this machine alone. Port 0 takes any free one."""
        self._handler = partial(_Scrape, gauges, token)
        self._address = (_EVERYWHERE if token else _HERE, port)
        self._stop = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()
        self.listening = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        return int(self._server.server_address[1]) if self._server else self._address[1]

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        threading.Thread(target=self._run, name="metrics", daemon=True).start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()
        with self._lock:
            if self._server is not None:
                self._server.shutdown()
                self._server.server_close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                server = ThreadingHTTPServer(self._address, self._handler)
            except OSError:
                self._stop.wait(_AGAIN_SECONDS)
                continue
            server.daemon_threads = True
            with self._lock:
                if self._stop.is_set():
                    server.server_close()
                    return
                self._server = server
            self.listening.set()
            log.info("metrics.listening", port=self.port)
            server.serve_forever()


class _Scrape(BaseHTTPRequestHandler):
    """One scrape."""

    timeout = 10
    """Seconds that an asker may take to say what it wants."""

    def __init__(self, gauges: Gauges, token: str | None, *connection: Any) -> None:
        self._gauges, self._token = gauges, token
        super().__init__(*connection)

    def do_GET(self) -> None:
        asked = self.path.partition("?")[0]
        if asked != "/metrics" or not may_scrape(
            self.headers.get, str(self.client_address[0]), self._token
        ):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        body, content_type = answer(self._gauges.families(), self.headers.get("Accept", ""))
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the scrapes are regular, and the default writes to stderr."""
