"""Rules are read before somebody needs them, and an exchange that is away stops nothing."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from exchange.outcomes import Unreachable
from exchange.types import Category, ExchangeEnvironment
from trading.desk import Desk
from worker.warm import KeepWarm

SANDBOX = ExchangeEnvironment.SANDBOX


def test_rules_are_read_anew_before_they_are_too_old(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Desk.from_settings(desk.settings)
    fresh.gateways.keep_warm(SANDBOX)
    read: list[str] = []
    monkeypatch.setattr(
        "exchange.gateway.Gateway._read_instruments",
        lambda _, category: read.append(category) or {},
    )
    fresh.gateways.keep_warm(SANDBOX)
    assert read == [], "half of their time has not passed"
    real = time.monotonic
    monkeypatch.setattr(
        "core.clock.monotonic", lambda: real() + desk.settings.instruments_ttl_seconds * 0.6
    )
    fresh.gateways.keep_warm(SANDBOX)
    assert read == list(Category)


def test_an_exchange_that_is_away_is_asked_again() -> None:
    tries = threading.Semaphore(0)

    def refresh() -> None:
        tries.release()
        raise Unreachable(0, "away")

    nothing: Any = None
    warm = KeepWarm(refresh, 0.05)
    warm.after_worker_boot(nothing, nothing)
    for _ in range(3):
        assert tries.acquire(timeout=5)
    warm.before_worker_shutdown(nothing, nothing)
