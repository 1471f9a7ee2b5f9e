"""What gunicorn itself says is lines of ours: JSON, without secrets, queries and keys."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from devstack.paths import ROOT
from devstack.ports import any_free
from tests.killing import DEATH_SECONDS, kill_family
from tests.stack import wait_for

RAISING = "tests.web.failing_apps:raising()"
FIRST = "Starting gunicorn"
"""The one line from before its configuration is asked, with its version."""


class Gunicorn:
    """A running one, and what it said."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, url: str) -> None:
        self.process, self.url, self._log = process, url, log

    @property
    def said(self) -> str:
        return self._log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """Every one is JSON."""
        return [json.loads(line) for line in self.said.splitlines() if FIRST not in line]

    def line(self, event: str) -> dict[str, Any]:
        wait_for(lambda: event in self.said, 20)
        (found,) = (line for line in self.lines() if event in line["event"])
        assert found["logger"] == "gunicorn.error"
        return found


@pytest.fixture
def gunicorn(environment: dict[str, str], tmp_path: Path) -> Callable[..., Any]:
    """As the Procfile starts it, with any application."""

    @contextmanager
    def start(app: str, *arguments: str, **variables: str) -> Iterator[Gunicorn]:
        port, log = any_free(), tmp_path / "web.log"
        with log.open("wb") as target:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", app),
                    *("--config", "gunicorn.conf.py", *arguments),
                ],
                cwd=ROOT,
                env={**environment, "PORT": str(port), "WEB_CONCURRENCY": "1", **variables},
                stdout=target,
                stderr=target,
                stdin=subprocess.DEVNULL,
            )
        try:
            yield Gunicorn(process, log, f"http://127.0.0.1:{port}")
        finally:
            # Not told to stop: a worker that is just being started again may not hear it.
            kill_family(process.pid)
            process.wait(DEATH_SECONDS)

    return start


def test_a_request_that_it_fails_at_is_told_without_its_keys(
    gunicorn: Callable[..., Any], database_url: str
) -> None:
    with gunicorn(RAISING) as at:
        wait_for(lambda: requests.get(f"{at.url}/readyz", timeout=2).status_code == 200, 60)
        assert requests.get(f"{at.url}/raise?ticket=a-ticket", timeout=5).status_code == 500
        line = at.line("Error handling request")
        assert line["event"] == "Error handling request GET /raise?…"
        assert "RuntimeError" in line["exception"]
        with socket.create_connection(("127.0.0.1", int(at.url.rpartition(":")[2]))) as client:
            client.sendall(b"GET /ws?ticket=a-ticket NONSENSE\r\n\r\n")
            client.recv(1000)
        assert at.line("Invalid request")["level"] == "warning"
        assert "a-ticket" not in at.said
        assert str(urlsplit(database_url).password) not in at.said


def test_what_stops_a_process_is_told_on_a_line_and_nowhere_else(
    gunicorn: Callable[..., Any], database_url: str
) -> None:
    with gunicorn("tests.web.failing_apps:never()") as at:
        assert at.process.wait(60) == 3
        (line,) = (line for line in at.lines() if line["event"] == "web.not_started")
        assert "RuntimeError" in line["exception"]
        assert at.line("Worker failed to boot")
        assert str(urlsplit(database_url).password) not in at.said


def test_a_process_that_is_silent_is_told_of_by_the_one_that_ends_it(
    gunicorn: Callable[..., Any],
) -> None:
    with gunicorn(RAISING, "--timeout", "2") as at:
        wait_for(lambda: requests.get(f"{at.url}/readyz", timeout=2).status_code == 200, 60)
        (worker,) = psutil.Process(at.process.pid).children()
        os.kill(worker.pid, signal.SIGSTOP)
        assert at.line("WORKER TIMEOUT")["level"] == "critical"


def test_settings_that_are_no_good_stop_it_before_it_forks(gunicorn: Callable[..., Any]) -> None:
    with gunicorn(RAISING, REDIS_URL="redis://:hid/den@redis") as at:
        assert at.process.wait(60) == 1
        assert "REDIS_URL: can't be read" in at.said
        assert "hid" not in at.said
