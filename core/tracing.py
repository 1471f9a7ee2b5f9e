"""Spans: what was done from a tap to its fills, and how long each step took.

Off unless a collector is configured. Then nothing that sends spans is imported, and a span is one
object that does nothing. A trace goes over processes: the job's row keeps where it stands
(`traceparent`, W3C Trace Context), so whoever takes a job over goes on with its trace.

To note something never raises and never waits: a span is worth less than what it tells of.
A span says what was done and how it ended: never a key, a signature, an amount or a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import partial
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from core.settings import Settings

Attributes = Mapping[str, str | int | bool]
"""By OpenTelemetry's names where it has one, else with `ebb.` in front."""
Kind = Literal["internal", "server", "client", "producer", "consumer"]


class Span:
    """A step that nobody notes. Used by `with`; one that is noted ends with its block, and tells
    what came of it: `ok`, or the raised error's `outcome` (its class where it has none)."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def note(self, attributes: Attributes) -> None:
        """Tell more of it."""

    def rename(self, name: str) -> None:
        """Where the name is known only later."""

    def came_to(self, outcome: str) -> None:
        """What came of it, where that is not to be seen by an error."""


class Tracer(Protocol):
    """What notes spans (`core.otlp`)."""

    def entry(
        self, name: str, attributes: Attributes, kind: Kind, parent: str | None, began: int
    ) -> Span: ...

    def step(
        self, name: str, attributes: Attributes, kind: Kind, parent: str | None, began: int
    ) -> Span: ...

    def place(self) -> str | None: ...

    def end(self, seconds: float) -> None: ...


_NOTHING = Span()
_tracer: Tracer | None = None


def begin(settings: Settings, process: str) -> None:
    """Note spans from now on, if there is a collector to send them to. Once in a process, after it
    was forked; `process` is web or worker."""
    global _tracer  # noqa: PLW0603 - one for each process
    collector = settings.collector_url
    if _tracer is None and collector is not None:
        from core.otlp import OtlpTracer  # noqa: PLC0415 - costs nothing where it is off

        _tracer = OtlpTracer(collector, f"ebb-{process}", settings.environment)


def end(seconds: float) -> None:
    """Send what is left, for so long at most; note nothing from then on."""
    global _tracer
    ended, _tracer = _tracer, None
    if ended is not None:
        ended.end(seconds)


def is_on() -> bool:
    return _tracer is not None


def moment() -> int:
    """Now, for a span that is known of only later; in nanoseconds, 0 while tracing is off."""
    return time.time_ns() if _tracer is not None else 0


def entry(
    name: str,
    attributes: Attributes,
    *,
    kind: Kind = "internal",
    parent: str | None = None,
    began: int = 0,
) -> Span:
    """The first step of this process: goes on with the trace that `parent` (a traceparent) is of,
    or begins one."""
    if _tracer is None:
        return _NOTHING
    return _tracer.entry(name, attributes, kind, parent, began)


def step(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: Kind = "internal",
    parent: str | None = None,
    began: int = 0,
) -> Span:
    """A step of the trace under way, or of `parent`'s; of neither, it is not noted."""
    if _tracer is None:
        return _NOTHING
    return _tracer.step(name, attributes or {}, kind, parent, began)


def past(name: str, began: int) -> None:
    """A step that has just ended."""
    with step(name, began=began):
        return


def place() -> str | None:
    """Where the trace stands, as a traceparent (55 characters): for whoever goes on with it."""
    return _tracer.place() if _tracer is not None else None


def carried(act: Callable[[], Any]) -> Callable[[], Any]:
    """What this thread is in the middle of goes with the act to another thread."""
    return act if _tracer is None else partial(copy_context().run, act)
