"""Orders a second that the stand-in exchange takes for each second of its own processor time.

The client sends over kept-alive connections with signatures made beforehand; what the client
costs is not in the figure, so it says what one core of the exchange can do.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import psutil
import requests

from bench.rows import Row
from devstack.test_servers import Servers

_ORDERS, _CONNECTIONS = 6000, 4
_WINDOW = "600000"


def measure(servers: Servers) -> list[Row]:  # noqa: ARG001 - brings a process of its own
    """One row: orders a core-second."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.bybit", "--port", "0", "--no-ip-limit"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        keys = _account(url)
        work = [_request(url, keys, number) for number in range(_ORDERS)]
        exchange = psutil.Process(process.pid)
        before, began = exchange.cpu_times(), time.perf_counter()
        threads = [
            threading.Thread(target=_send, args=(url, work[start::_CONNECTIONS]))
            for start in range(_CONNECTIONS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elapsed, after = time.perf_counter() - began, exchange.cpu_times()
        taken = requests.get(f"{url}/_control/stats", timeout=5).json()["orders"]
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
    spent = after.user + after.system - before.user - before.system
    return [
        Row(
            "stand-in exchange",
            "its own wall clock",
            taken / elapsed,
            taken / spent,
            "orders / core-second",
            why="must not be what limits the others",
        )
    ]


def _account(url: str) -> dict[str, str]:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "100"}]
    body = {"limits": "off", "balances": {"USDT": "10000000"}, "positions": book}
    made: dict[str, str] = requests.post(f"{url}/_control/accounts", json=body, timeout=5).json()
    return made


def _request(url: str, keys: dict[str, str], number: int) -> bytes:
    body = json.dumps(
        {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Sell",
            "orderType": "Market",
            "qty": "0.001",
            "positionIdx": 0,
            "reduceOnly": True,
            "orderLinkId": f"bench-{number}",
        }
    )
    stamp = str(int(time.time() * 1000))
    text = f"{stamp}{keys['api_key']}{_WINDOW}{body}"
    sign = hmac.new(keys["api_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    return (
        f"POST /v5/order/create HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-BAPI-API-KEY: {keys['api_key']}\r\nX-BAPI-TIMESTAMP: {stamp}\r\n"
        f"X-BAPI-RECV-WINDOW: {_WINDOW}\r\nX-BAPI-SIGN: {sign}\r\n\r\n{body}"
    ).encode()


def _send(url: str, work: list[bytes]) -> None:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        for request in work:
            connection.sendall(request)
            answer = connection.recv(65_536)
            if b'"retCode":0' not in answer:
                raise RuntimeError(answer[-300:].decode())
