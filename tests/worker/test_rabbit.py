"""A worker on RabbitMQ that is drained leaves what it would have taken to the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq import Worker
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from pydantic import SecretStr

from core.settings import Settings
from tests import rabbit_server
from tests.rabbit_server import RabbitServer, program
from tests.stack import wait_for
from worker.broker import make_broker

pytestmark = pytest.mark.skipif(program() is None, reason="this machine has no RabbitMQ")
epmd_port, rabbit = rabbit_server.epmd_port, rabbit_server.rabbit
QUEUE = "drain-test"


@pytest.fixture
def drained() -> threading.Event:
    return threading.Event()


@pytest.fixture
def broker(
    settings: Settings, rabbit: RabbitServer, drained: threading.Event
) -> Iterator[RabbitmqBroker]:
    old = dramatiq.broker.global_broker
    with_rabbit = settings.model_copy(update={"broker_url": SecretStr(rabbit.url)})
    made = make_broker(with_rabbit, drained=drained)
    assert isinstance(made, RabbitmqBroker)
    yield made
    made.close()
    dramatiq.broker.global_broker = old


def test_it_throws_nothing_away_ends_what_it_works_on_and_takes_work_again(
    broker: RabbitmqBroker, drained: threading.Event
) -> None:
    seen: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    @dramatiq.actor(broker=broker, queue_name=QUEUE)
    def note(number: int) -> None:
        begun.set()
        go_on.wait(30)
        seen.append(number)

    worker = Worker(broker, worker_threads=1, worker_timeout=100)
    worker.start()
    try:
        note.send(0)
        assert begun.wait(10)
        drained.set()
        # The first of them may be on its way to this process already.
        for number in range(1, 6):
            note.send(number)
        go_on.set()
        wait_for(lambda: seen == [0])
        wait_for(lambda: broker.get_queue_message_counts(QUEUE)[0] == 5)
        assert seen == [0]
        drained.clear()
        wait_for(lambda: sorted(seen) == list(range(6)))
        wait_for(lambda: broker.get_queue_message_counts(QUEUE)[0] == 0)
    finally:
        worker.stop(timeout=5000)
