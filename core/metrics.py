"""What is measured, under which names (docs/operating.md lists them).

Two kinds. What a process sees is counted in it, and added up over the processes of one server by
files in a folder that they share. What Postgres or Redis knows is read at the scrape: it is right
whatever died, and the same from whichever process tells it, so queries take its `max`.

To note something never raises and never waits: a figure is worth less than what it tells of.
Labels have few values: never a person, an account, a symbol or an address.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram, values

from core import clock

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which prometheus_client knows the shared folder."""

HTTP_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
EXCHANGE_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10)
TAP_BOUNDS = (0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Seconds. Those of taps stand in the database's trigger too (migration 0019)."""


# -- read at the scrape ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """A metric whose values are read at the scrape."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter", "histogram"] = "gauge"


JOBS = Fact("ebb_jobs", "Jobs that have not ended.", ("state",))
JOBS_ENDED = Fact("ebb_jobs_ended_total", "Jobs that ended.", ("state", "kind"), "counter")
LEGS_ENDED = Fact("ebb_legs_ended_total", "Legs that ended.", ("outcome",), "counter")
TAP_TO_ORDER = Fact(
    "ebb_tap_to_order_seconds",
    "From a job's acceptance (or the end of its undo window) to the first answer to an order of it;"
    " counted at the job's end.",
    kind="histogram",
)
TAKEOVERS = Fact(
    "ebb_lease_takeovers_total", "Leases that ran out and were taken again.", kind="counter"
)
TELEGRAM_SENDS = Fact(
    "ebb_telegram_sends_total", "Messages owed by bots, by how they ended.", ("outcome",), "counter"
)
OUTBOX_AGE = Fact("ebb_outbox_age_seconds", "For how long the oldest ring is overdue.")
JOB_WAIT = Fact(
    "ebb_job_wait_seconds",
    "For how long the oldest job that could go on is not taken up.",
)
QUEUE_DEPTH = Fact(
    "ebb_queue_depth", "Messages in Redis: ready, delayed (.DQ), dead (.XQ).", ("queue",)
)
WORKERS = Fact("ebb_workers", "Worker processes that run and take work: drained ones do not count.")
SENDING_PAUSED = Fact("ebb_sending_paused", "1 while an operator has stopped all sending.")
HEADROOM = Fact(
    "ebb_exchange_limit_headroom_ratio",
    "What is left of the calls in five seconds, of the exit address that has least; 0 while one is"
    " banned.",
)
SOCKETS = Fact("ebb_sockets", "Open sockets of all web processes.")
SOURCE_UP = Fact("ebb_source_up", "Whether the last reading of a source succeeded.", ("source",))
BUILD_INFO = Fact("ebb_build_info", "1; the labels tell what runs.", ("version", "process"))


# -- counted in each process ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counted:
    registry: CollectorRegistry
    http: Histogram
    exchange: Histogram
    sign_ins: Counter


@cache
def counted() -> _Counted:
    """This process's own, made at first use: by then it is known whether they are shared."""
    registry = CollectorRegistry()
    return _Counted(
        registry,
        http=Histogram(
            "ebb_http_requests_seconds",
            "Requests, by how long the answer took to make.",
            ("method", "route", "status"),
            buckets=HTTP_BOUNDS,
            registry=registry,
        ),
        exchange=Histogram(
            "ebb_exchange_request_seconds",
            "Calls to the exchange, by pybit's method, which of its environments, and what came of"
            " them.",
            ("method", "environment", "outcome"),
            buckets=EXCHANGE_BOUNDS,
            registry=registry,
        ),
        sign_ins=Counter(
            "ebb_sign_ins",
            "Sign-ins that succeeded or were refused.",
            ("way", "outcome"),
            registry=registry,
        ),
    )


def share(folder: Path, place: int) -> None:
    """Add up with the other processes that are told the same folder; no two of them that run have
    the same place. Before anything is noted."""
    os.environ[FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is the rule, not the address."""
    try:
        counted().http.labels(method, route, str(status)).observe(seconds)
    except (OSError, ValueError):
        # The shared folder is full or gone.
        return


def sign_in_ended(way: str, outcome: str) -> None:
    """`way` of proving who one is; `outcome` is entered, refused or limited."""
    try:
        counted().sign_ins.labels(way, outcome).inc()
    except (OSError, ValueError):
        return


class ExchangeCall:
    """`with ExchangeCall("place_order", "demo"): …` notes how long it took, and what came of it:
    `ok`, or the raised error's `outcome`."""

    __slots__ = ("_began", "_environment", "_method")

    def __init__(self, method: str, environment: str) -> None:
        self._method = method
        self._environment = environment

    def __enter__(self) -> None:
        self._began = clock.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        outcome = "ok" if kind is None else getattr(kind, "outcome", "error")
        try:
            took = clock.monotonic() - self._began
            counted().exchange.labels(self._method, self._environment, outcome).observe(took)
        except (OSError, ValueError):
            return


Values = Mapping[tuple[str, ...], float]
"""A fact's values by its labels' values, in their order."""
