"""An idle consumer is woken by the message itself, and burns nothing while it waits."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq import Worker

from core.settings import Settings
from worker.broker import make_broker
from worker.wake import BLOCK_SECONDS, PromptBroker

QUEUE = "wake-test"


@pytest.fixture
def broker(settings: Settings) -> Iterator[PromptBroker]:
    old = dramatiq.broker.global_broker
    made = make_broker(settings)
    yield made
    made.flush(QUEUE)
    made.client.close()
    dramatiq.broker.global_broker = old


@pytest.fixture
def worker(broker: PromptBroker) -> Iterator[Worker]:
    made = Worker(broker, worker_threads=2)
    yield made
    made.stop(timeout=5000)


def test_messages_are_picked_up_as_they_come(broker: PromptBroker, worker: Worker) -> None:
    waits: list[float] = []
    done = threading.Event()

    @dramatiq.actor(broker=broker, queue_name=QUEUE)
    def note(sent: float) -> None:
        waits.append(time.monotonic() - sent)
        done.set()

    worker.start()
    time.sleep(0.3)
    before = time.process_time()
    time.sleep(2 * BLOCK_SECONDS)
    idle = time.process_time() - before
    for _ in range(20):
        done.clear()
        note.send(time.monotonic())
        assert done.wait(10)
        time.sleep(0.05)
    # Stock polling has a median of 200 ms here; the bound leaves room for a busy machine.
    assert statistics.median(waits) < 0.1
    # Two seconds of idling: stock consumers and ours wake a few times each.
    assert idle < 0.5


def test_every_message_is_done_once_by_consumers_side_by_side(
    broker: PromptBroker, worker: Worker, settings: Settings
) -> None:
    seen: list[int] = []

    @dramatiq.actor(broker=broker, queue_name=QUEUE)
    def note(number: int) -> None:
        seen.append(number)

    other = make_broker(settings)
    other.declare_actor(note)
    second = Worker(other, worker_threads=2)
    worker.start()
    second.start()
    for number in range(200):
        note.send(number)
    until = time.monotonic() + 30
    while len(seen) < 200 and time.monotonic() < until:
        time.sleep(0.02)
    second.stop(timeout=5000)
    assert sorted(seen) == list(range(200))


def test_a_busy_process_leaves_messages_to_others(broker: PromptBroker, worker: Worker) -> None:
    release = threading.Event()

    @dramatiq.actor(broker=broker, queue_name=QUEUE)
    def hold() -> None:
        release.wait(10)

    worker.start()
    for _ in range(5):
        hold.send()
    key, until = f"{broker.namespace}:{QUEUE}", time.monotonic() + 10
    while broker.client.llen(key) > 3 and time.monotonic() < until:
        time.sleep(0.02)
    # Time enough to take more than it should.
    time.sleep(0.5)
    waiting = broker.client.llen(key)
    release.set()
    assert waiting == 3, "two threads hold two messages, the others are anyone's"
