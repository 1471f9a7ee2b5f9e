"""What a scrape of `/metrics` is answered with, and who may ask: the same for web and worker."""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address

from prometheus_client import exposition
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.multiprocess import MultiProcessCollector

from core.logs import get_logger
from core.metrics import FOLDER, Fact, Values, counted

log = get_logger(__name__)

_INFINITE = "+Inf"
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


def may_scrape(header: Callable[[str], str | None], peer: str | None, token: str | None) -> bool:
    """Whether this asker may: with the token; where none is set, from this machine. What a proxy
    passed on is from elsewhere, whatever address it comes from. `header` finds one by its name."""
    if token is not None:
        given = header("Authorization") or ""
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if peer is None or any(header(name) is not None for name in _FORWARDED):
        return False
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False


def family(fact: Fact, values: Values) -> Metric:
    """A fact's values as Prometheus tells them."""
    made: GaugeMetricFamily | CounterMetricFamily
    if fact.kind == "gauge":
        made = GaugeMetricFamily(fact.name, fact.help, labels=fact.labels)
    else:
        made = CounterMetricFamily(fact.name, fact.help, labels=fact.labels)
    for labels, value in values.items():
        made.add_metric(labels, float(value))
    return made


def histogram(fact: Fact, bounds: Sequence[float], counts: Values, seconds: float) -> Metric:
    """Of counts by the bound (as text) of the bucket that each fell into."""
    buckets, below = [], 0.0
    by_bound = {bound: count for (bound,), count in counts.items()}
    for bound in (*(f"{bound:g}" for bound in bounds), _INFINITE):
        below += by_bound.get(bound, 0)
        buckets.append((bound, below))
    return HistogramMetricFamily(fact.name, fact.help, buckets=buckets, sum_value=seconds)


def answer(facts: Iterable[Metric], accept: str) -> tuple[bytes, str]:
    """The whole scrape and its content type, in the format that `accept` asks for."""
    encode, content_type = exposition.choose_encoder(accept)
    return encode(_Families([*facts, *_counted()])), content_type


class _Families:
    """What prometheus_client's encoders take for a registry."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families


def _counted() -> list[Metric]:
    """What this process counted; where several share a folder, what all of them did."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return list(counted().registry.collect())
    try:
        return list(MultiProcessCollector(None, folder).collect())  # type: ignore[no-untyped-call]
    except (OSError, RuntimeError, ValueError, struct.error) as error:
        # A process is just making its file: it is whole at the next scrape.
        log.warning("metrics.unread", error=type(error).__name__)
        return []
