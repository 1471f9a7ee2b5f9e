"""A process that ends tells its clients so, and why."""

from __future__ import annotations

from collections.abc import Callable

import requests

from tests.realtime.conftest import Person
from tests.stack import Stack

FEW = 30


def test_a_process_that_is_replaced_says_come_back(
    realtime_environment: dict[str, str], make_person: Callable[..., Person]
) -> None:
    soon = f"--max-requests {FEW} --max-requests-jitter 0"
    stack = Stack({**realtime_environment, "GUNICORN_CMD_ARGS": soon})
    stack.start("web")
    replaced = make_person().open(stack.url)
    with requests.Session() as session:
        while session.get(f"{stack.url}/healthz", timeout=10).headers["Connection"] != "close":
            pass
    assert replaced.closed() == 1012
    assert stack.stop("web") == 0
