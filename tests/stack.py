"""The processes of the Procfile, started for tests that need real ones."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from devstack.paths import ROOT
from devstack.ports import any_free
from devstack.procfile import commands, with_our_python
from devstack.test_servers import LOGS
from tests.killing import DEATH_SECONDS, kill_family


@dataclass
class Stack:
    """Web and worker on a free port, each started and killed on its own."""

    environment: dict[str, str]
    url: str = ""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        if name == "web" and not self.url:
            port = any_free()
            self.environment = {**self.environment, "PORT": str(port)}
            self.url = f"http://127.0.0.1:{port}"
        with (LOGS / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                f"exec {commands()[name]}",
                shell=True,
                cwd=ROOT,
                env=with_our_python(self.environment),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        if name == "web":
            wait_for(lambda: requests.get(f"{self.url}/readyz", timeout=2).status_code == 200)

    def kill(self, name: str) -> None:
        """kill -9 of the process and all its children, as a power cut would."""
        process = self.running.pop(name)
        kill_family(process.pid)
        process.wait(DEATH_SECONDS)

    def stop(self, name: str, seconds: float = 30, *, group: bool = False) -> int:
        """SIGTERM to the process, or to every process of its group; the exit code."""
        process = self.running.pop(name)
        if group:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.send_signal(signal.SIGTERM)
        return process.wait(seconds)

    def stop_all(self) -> None:
        for name in list(self.running):
            self.stop(name)


@dataclass
class Caller:
    """A person at the API by HTTP."""

    url: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        headers["Authorization"] = f"Bearer {self.token}"
        return requests.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=30)

    def reduce(self, key: str, **body: Any) -> requests.Response:
        return self.call("POST", "/api/positions/reduce", body, **{"Idempotency-Key": key})

    def job(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/api/jobs/{job_id}").json()
        return found

    def ended(self, job_id: str, seconds: float = 60) -> dict[str, Any]:
        wait_for(lambda: self.job(job_id)["finished_at"] is not None, seconds)
        return self.job(job_id)


def sign_in(url: str, telegram_id: int, known_secrets: Callable[..., None]) -> Caller:
    """The development sign-in: a person with a seeded sandbox account."""
    answer = requests.post(f"{url}/api/auth/dev", json={"telegram_id": telegram_id}, timeout=10)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    known_secrets(tokens["access_token"], tokens["refresh_token"])
    return Caller(url, tokens["access_token"])


def wait_for(happened: Callable[[], bool], seconds: float = 30) -> None:
    """Until it happened; a failing look counts as "not yet"."""
    until = time.monotonic() + seconds
    while True:
        with contextlib.suppress(requests.RequestException):
            if happened():
                return
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
