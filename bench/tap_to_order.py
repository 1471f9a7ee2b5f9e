"""From the tap to the order at the exchange, on an idle system, against its floor in the same run.

The floor is what cannot be left out: one request to the same web process, one commit, one order
through bare pybit. The tap is the accept request; the end is the time in the exchange's ledger.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

import psycopg2
import requests
from pybit.unified_trading import HTTP

from bench.rows import Row, quantile
from bench.stack import running_stack
from devstack.test_servers import Servers

_ROUNDS = 60


def measure(servers: Servers) -> list[Row]:
    """Milliseconds at p50 and p99, of the floor and of Ebb, and their ratios."""
    with running_stack(servers) as (url, database):
        floor = _floor(servers.sandbox_url, url, database)
        ours = _ours(servers.sandbox_url, url)
    rows = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        low, high = quantile(floor, share) * 1000, quantile(ours, share) * 1000
        figure = f"{high:.1f} ms, floor {low:.1f} ms, ratio {high / low:.2f}"
        rows.append(Row(f"tap to order, {name} of {_ROUNDS}", figure))
    return rows


def _account(sandbox: str) -> dict[str, Any]:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "100"}]
    body = {"limits": "off", "balances": {"USDT": "10000000"}, "positions": book}
    made: dict[str, Any] = requests.post(
        f"{sandbox}/_control/accounts", json=body, timeout=5
    ).json()
    return made


def _floor(sandbox: str, url: str, database: str) -> list[float]:
    keys = _account(sandbox)
    exchange = HTTP(api_key=keys["api_key"], api_secret=keys["api_secret"])
    exchange.endpoint = sandbox
    web, connection = requests.Session(), psycopg2.connect(database)
    connection.cursor().execute("create table if not exists bench_floor (at timestamptz)")
    connection.commit()
    found = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        web.get(f"{url}/healthz", timeout=5)
        connection.cursor().execute("insert into bench_floor values (now())")
        connection.commit()
        exchange.place_order(
            category="linear",
            symbol="BTCUSDT",
            side="Sell",
            orderType="Market",
            qty="0.001",
            reduceOnly=True,
        )
        found.append(time.perf_counter() - began)
        time.sleep(0.02)
    connection.close()
    return found


def _ours(sandbox: str, url: str) -> list[float]:
    web = requests.Session()
    tokens = web.post(f"{url}/api/auth/dev", json={"telegram_id": 1}, timeout=10).json()
    web.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    uid = requests.post(f"{sandbox}/_control/demo-book", json={"telegram_id": 1}, timeout=5).json()[
        "uid"
    ]
    requests.patch(f"{sandbox}/_control/accounts/{uid}", json={"limits": "off"}, timeout=5)
    body = {"market_type": "futures", "percent": "1", "scope": {"symbols": ["BTCUSDT"]}}
    found, seen = [], 0
    for _ in range(_ROUNDS):
        began = time.time()
        job = web.post(
            f"{url}/api/positions/reduce",
            json=body,
            headers={"Idempotency-Key": uuid.uuid4().hex},
            timeout=10,
        ).json()["id"]
        while web.get(f"{url}/api/jobs/{job}", timeout=10).json()["finished_at"] is None:
            time.sleep(0.01)
        ledger = requests.get(
            f"{sandbox}/_control/ledger", params={"uid": uid, "after": seen}, timeout=5
        ).json()["items"]
        orders = [entry for entry in ledger if entry["type"] == "order"]
        seen = ledger[-1]["seq"]
        found.append(orders[0]["time"] / 1000 - began)
        # Idle in between, as a person's taps are.
        time.sleep(0.2 + 0.01 * (len(found) % 7))
    return found
