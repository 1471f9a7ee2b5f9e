"""A person at the API, and accounts of the stand-in exchange connected to them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from bench.stack import Stack

Position = dict[str, str]


def btc(size: str = "100") -> list[Position]:
    """A book of one long position, far above the lot step."""
    return [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": size}]


@dataclass(frozen=True, slots=True)
class Keys:
    """An account of the stand-in exchange."""

    uid: int
    api_key: str
    api_secret: str


def open_account(sandbox: str, positions: Sequence[Position], *, limits: str = "off") -> Keys:
    """A rich account with this book; `limits` as the exchange has them, or "off"."""
    body = {"limits": limits, "balances": {"USDT": "100000000"}, "positions": list(positions)}
    made = requests.post(f"{sandbox}/_control/accounts", json=body, timeout=5).json()
    return Keys(made["uid"], made["api_key"], made["api_secret"])


class Person:
    """Signed in by the development sign-in; calls over one kept-alive connection."""

    def __init__(self, stack: Stack, telegram_id: int = 1) -> None:
        self._stack = stack
        self.http = requests.Session()
        # As a browser's page: no look at the environment's proxies before each call.
        self.http.trust_env = False
        tokens = self.call("POST", "/api/auth/dev", {"telegram_id": telegram_id}).json()
        self.token = str(tokens["access_token"])
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Raises requests.HTTPError for a refusal."""
        answer = self.http.request(
            method, f"{self._stack.url}{path}", json=body, headers=headers, timeout=60
        )
        answer.raise_for_status()
        return answer

    def connect(self, keys: Keys) -> str:
        """Connect the account; its id."""
        body = {
            "label": f"bench {keys.uid}",
            "environment": "sandbox",
            "api_key": keys.api_key,
            "api_secret": keys.api_secret,
        }
        return str(self.call("POST", "/api/users/api-keys", body).json()["id"])

    def reduce(self, account_id: str | None = None, percent: str = "1", **scope: Any) -> str:
        """One tap; the job's id."""
        body: dict[str, Any] = {"market_type": "futures", "percent": percent, **scope}
        if account_id is not None:
            body["account_id"] = account_id
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return str(self.call("POST", "/api/positions/reduce", body, key).json()["id"])

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job once it has ended, by the long poll that the page uses."""
        tag = ""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            answer = self.call("GET", f"/api/jobs/{job_id}?wait=10", headers={"If-None-Match": tag})
            tag = answer.headers["ETag"]
            if answer.status_code == 200:
                job: dict[str, Any] = answer.json()
                if job["finished_at"] is not None:
                    return job
        raise RuntimeError(f"job {job_id} does not end")


class Ledger:
    """What one account's exchange wrote down, since the last look."""

    def __init__(self, sandbox: str, uid: int) -> None:
        self._sandbox = sandbox
        self._uid = uid
        self._seen = 0
        self.new_orders()

    def new_orders(self) -> list[float]:
        """When each new order arrived, in seconds; the ledger's clock has whole milliseconds, so
        half of one is added."""
        answer = requests.get(
            f"{self._sandbox}/_control/ledger",
            params={"uid": self._uid, "after": self._seen},
            timeout=10,
        )
        items = answer.json()["items"]
        if items:
            self._seen = items[-1]["seq"]
        return [(item["time"] + 0.5) / 1000 for item in items if item["type"] == "order"]
