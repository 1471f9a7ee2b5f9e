"""Sandbox accounts to call with, and a sandbox of one test's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.caller import Caller


@pytest.fixture
def caller(make_account: Callable[..., dict[str, Any]], sandbox_url: str) -> Caller:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "5"}]
    return Caller(sandbox_url, make_account(balances={"USDT": "100000"}, positions=book))


@pytest.fixture
def own_sandbox() -> Iterator[str]:
    """The address of a sandbox that nobody else calls, with its limits for each address. It must
    end by itself when it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.bybit", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()
