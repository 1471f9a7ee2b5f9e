"""A client that signs by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import requests


class Caller:
    """Signs by hand, so that everything about a request can be wrong."""

    def __init__(self, url: str, keys: dict[str, Any]) -> None:
        self.url, self.keys = url, keys

    def headers(self, payload: str, **more: str) -> dict[str, str]:
        stamp = more.pop("stamp", str(int(time.time() * 1000)))
        window = more.pop("window", "5000")
        text = f"{stamp}{self.keys['api_key']}{window}{payload}"
        sign = hmac.new(self.keys["api_secret"].encode(), text.encode(), hashlib.sha256)
        return {
            "X-BAPI-API-KEY": self.keys["api_key"],
            "X-BAPI-TIMESTAMP": stamp,
            "X-BAPI-RECV-WINDOW": window,
            "X-BAPI-SIGN": sign.hexdigest(),
            **more,
        }

    def get(self, path: str, query: str = "", **more: str) -> requests.Response:
        return requests.get(
            f"{self.url}{path}?{query}", headers=self.headers(query, **more), timeout=5
        )

    def post(self, path: str, body: dict[str, Any], **more: str) -> requests.Response:
        payload = json.dumps(body)
        return requests.post(
            f"{self.url}{path}", data=payload, headers=self.headers(payload, **more), timeout=5
        )

    def sell(self, symbol: str = "BTCUSDT", qty: str = "0.001", **more: Any) -> dict[str, Any]:
        body = {
            "category": "linear",
            "symbol": symbol,
            "side": "Sell",
            "orderType": "Market",
            "qty": qty,
            "positionIdx": 0,
            **more,
        }
        answer: dict[str, Any] = self.post("/v5/order/create", body).json()
        return answer
