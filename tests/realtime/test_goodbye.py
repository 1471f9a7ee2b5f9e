"""A process that ends tells its clients so, and why."""

from __future__ import annotations

import signal
from collections.abc import Callable

import requests

from tests.realtime.conftest import Person
from tests.stack import Stack, wait_for

FEW = 8


def test_a_process_that_is_replaced_or_stopped_says_so(
    realtime_environment: dict[str, str], make_person: Callable[..., Person]
) -> None:
    stack = Stack(
        {
            **realtime_environment,
            "GUNICORN_CMD_ARGS": f"--max-requests {FEW} --max-requests-jitter 0",
        }
    )
    stack.start("web")
    person = make_person()
    replaced = person.open(stack.url)
    for _ in range(FEW):
        requests.get(f"{stack.url}/healthz", timeout=10)
    assert replaced.closed() == 1012, "come back"
    wait_for(lambda: requests.get(f"{stack.url}/healthz", timeout=10).ok)
    stopped = person.open(stack.url)
    stack.running["web"].send_signal(signal.SIGTERM)
    assert stopped.closed() == 1001, "going away"
    assert stack.stop("web") == 0
