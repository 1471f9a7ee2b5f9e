"""The same with RabbitMQ as the queue: `EBB_BROKER_URL`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import requests

from tests import rabbit_server
from tests.databases import Databases
from tests.rabbit_server import RabbitServer, program
from tests.stack import Stack, sign_in, wait_for

pytestmark = pytest.mark.skipif(program() is None, reason="this machine has no RabbitMQ")


epmd_port, rabbit = rabbit_server.epmd_port, rabbit_server.rabbit


@pytest.fixture
def rabbit_stack(
    rabbit: RabbitServer,
    live_environment: dict[str, str],
    databases: Databases,
) -> Iterator[Stack]:
    server, _, number = live_environment["REDIS_URL"].rpartition("/")
    running = Stack(
        {
            **live_environment,
            "DATABASE_URL": databases.migrated("ebb_live_rabbit"),
            "REDIS_URL": f"{server}/{int(number) + 1}",
            "EBB_BROKER_URL": rabbit.url,
            "WEB_CONCURRENCY": "1",
        }
    )
    running.start("web")
    running.start("worker")
    yield running
    running.stop_all()


def test_jobs_go_through_rabbitmq_and_outlive_it(
    rabbit_stack: Stack,
    rabbit: RabbitServer,
    epmd_port: int,
    known_secrets: Callable[..., None],
) -> None:
    person = sign_in(rabbit_stack.url, 6101, known_secrets)

    def accepted(key: str) -> str:
        answer = person.reduce(key, market_type="futures", percent="10")
        assert answer.status_code == 202
        return str(answer.json()["id"])

    def readiness() -> tuple[str, str]:
        told = requests.get(f"{rabbit_stack.url}/readyz", timeout=5).json()
        return told["status"], told["queue"]

    assert person.ended(accepted("by-rabbit"))["state"] == "completed"
    assert readiness() == ("ok", "ok")
    told = requests.get(f"{rabbit_stack.url}/metrics", timeout=5).text
    assert re.search(r'^ebb_queue_depth\{queue="jobs"\} 0\.0$', told, re.MULTILINE)
    assert 'ebb_source_up{source="rabbitmq"} 1.0' in told

    rabbit.kill()
    waiting = accepted("without-rabbit")
    assert readiness() == ("degraded", "unreachable")
    rabbit.start(epmd_port)
    # Nobody rang: the relay owes it, and rings as soon as there is a queue.
    assert person.ended(waiting)["state"] == "completed"
    assert person.ended(accepted("by-rabbit-again"))["state"] == "completed"
    wait_for(lambda: readiness() == ("ok", "ok"))
