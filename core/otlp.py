"""The OpenTelemetry behind `core.tracing`: imported only where it is on.

Spans are queued, and sent by a thread of the SDK's; when the collector is slow or away they are
dropped. Sampling, headers, certificates and the queue are set by OpenTelemetry's own variables.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import Token
from types import TracebackType
from typing import Self

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from core.secrets_filter import scrub_text
from core.tracing import Attributes, Kind, Span
from core.version import VERSION

_PATH = "/v1/traces"
_FIELD = "traceparent"
_UNNOTED = Span()


class OtlpTracer:
    """Sends to a collector at `url` by OTLP over HTTP."""

    def __init__(self, url: str, service: str, environment: str) -> None:
        resource = Resource.create(
            {
                "service.name": service,
                "service.version": VERSION,
                "deployment.environment.name": environment,
            }
        )
        # Whoever ends the process says for how long it may wait (`end`).
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._exporter = OTLPSpanExporter(endpoint=f"{url}{_PATH}")
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("ebb", VERSION)
        # Not tracestate: whoever calls us could put anything there.
        self._propagator = TraceContextTextMapPropagator()

    def entry(
        self, name: str, attributes: Attributes, kind: Kind, parent: str | None, began: int
    ) -> Span:
        return _Noted(self._tracer, name, attributes, kind, self._context(parent), began)

    def step(
        self, name: str, attributes: Attributes, kind: Kind, parent: str | None, began: int
    ) -> Span:
        context = self._context(parent) if parent else None
        if not trace.get_current_span(context).get_span_context().is_valid:
            return _UNNOTED
        return _Noted(self._tracer, name, attributes, kind, context, began)

    def place(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(_FIELD)

    def end(self, seconds: float) -> None:
        # The SDK would wait for half a minute; a platform does not.
        ending = threading.Thread(target=self._provider.shutdown, name="last-spans", daemon=True)
        ending.start()
        ending.join(seconds)
        if ending.is_alive():
            # Tried no more.
            self._exporter.shutdown()  # type: ignore[no-untyped-call] # the SDK leaves it untyped

    def _context(self, parent: str | None) -> Context:
        """Of a traceparent; an empty one where it is none or malformed."""
        return self._propagator.extract({_FIELD: parent or ""}, Context())


class _Noted(Span):
    """A span of OpenTelemetry's. It gets no exception to keep: those hold frames, and texts."""

    __slots__ = ("_began", "_context", "_name", "_outcome", "_span", "_token", "_tracer", "_wanted")

    def __init__(
        self,
        tracer: trace.Tracer,
        name: str,
        attributes: Attributes,
        kind: Kind,
        context: Context | None,
        began: int,
    ) -> None:
        self._tracer, self._name, self._context, self._began = tracer, name, context, began
        self._wanted = (trace.SpanKind[kind.upper()], attributes)
        self._outcome: str | None = None
        self._span: trace.Span = trace.INVALID_SPAN
        self._token: Token[Context] | None = None

    def __enter__(self) -> Self:
        with suppress(Exception):
            kind, attributes = self._wanted
            self._span = self._tracer.start_span(
                self._name,
                context=self._context,
                kind=kind,
                attributes=_shown(attributes),
                start_time=self._began or None,
                record_exception=False,
                set_status_on_exception=False,
            )
            self._token = attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace_: TracebackType | None,
    ) -> None:
        with suppress(Exception):
            if self._token is not None:
                detach(self._token)
        with suppress(Exception):
            outcome = self._outcome or ("ok" if kind is None else _outcome(kind))
            self.note({"ebb.outcome": outcome})
            code = getattr(error, "code", None)
            if isinstance(code, str | int):
                self.note({"ebb.code": code})
            if kind is not None:
                self._span.set_status(trace.StatusCode.ERROR)
            self._span.end()

    def note(self, attributes: Attributes) -> None:
        with suppress(Exception):
            self._span.set_attributes(_shown(attributes))

    def rename(self, name: str) -> None:
        with suppress(Exception):
            self._span.update_name(name)

    def came_to(self, outcome: str) -> None:
        self._outcome = outcome


def _outcome(kind: type[BaseException]) -> str:
    return str(getattr(kind, "outcome", kind.__name__))


def _shown(attributes: Attributes) -> dict[str, str | int | bool]:
    """A second wall: nothing that is put here is a secret."""
    return {
        name: scrub_text(value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }
