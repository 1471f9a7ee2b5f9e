"""An HTTP server that stands in for a collector of spans (OTLP) and for Sentry: it keeps what is
posted to it."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from devstack.test_servers import SECRETS

_SHORTEST = 8


@dataclass(frozen=True)
class Told:
    """A span as the collector got it; ids in hex, `parent` empty for a trace's first."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    has_failed: bool
    attributes: Mapping[str, Any]


@dataclass
class Receiver:
    """`posts`: path and unpacked body of each."""

    url: str = ""
    posts: list[tuple[str, bytes]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def dsn(self) -> str:
        """For Sentry's SDK."""
        return self.url.replace("://", "://a-public-key@") + "/47"

    def everything(self) -> bytes:
        return b"\n".join(body for _, body in self.posts)

    def spans(self) -> list[Told]:
        told = []
        for path, body in list(self.posts):
            if path == "/v1/traces":
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    service = _values(resource.resource.attributes)["service.name"]
                    for scope in resource.scope_spans:
                        told += [_told(service, span) for span in scope.spans]
        return told

    def events(self) -> list[dict[str, Any]]:
        """Of the envelopes: header, then of each item a header and its payload, line by line."""
        found = []
        for path, body in list(self.posts):
            if path == "/api/47/envelope/":
                lines = body.decode().splitlines()
                found += [
                    json.loads(payload)
                    for head, payload in zip(lines[1::2], lines[2::2], strict=True)
                    if json.loads(head)["type"] == "event"
                ]
        return found

    def secrets(self) -> list[str]:
        """Which of the run's secrets were told; none is what is wanted."""
        known = {line for line in SECRETS.read_text().splitlines() if len(line) >= _SHORTEST}
        told = self.everything()
        return sorted(secret for secret in known if secret.encode() in told)


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            made.posts.append((self.path, body))
            made.came.release()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _told(service: str, span: Span) -> Told:
    return Told(
        service,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.status.code == Status.STATUS_CODE_ERROR,
        _values(span.attributes),
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {
        item.key: getattr(item.value, str(item.value.WhichOneof("value"))) for item in attributes
    }
