"""From a message in an idle queue to its actor's first line: our broker against Dramatiq's own,
both enqueued to by Dramatiq's own; and what an idle worker costs."""

from __future__ import annotations

import random
import threading
import time

from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker

from bench.rows import Row, quantile
from bench.stack import Stack, stack_of, wait_for
from core.queue_names import REDIS_NAMESPACE
from devstack.test_servers import Servers

_MESSAGES = 40
_GAP = (0.2, 1.5)
_IDLE_SECONDS = 10.0
_NAMESPACES = {"prompt": REDIS_NAMESPACE, "stock": "bench-stock"}
_COMMAND = "dramatiq bench.pick_up_worker --processes 1 --threads 8"


def measure(servers: Servers) -> list[Row]:
    """Milliseconds at p50 and p99, and percent of a core while nothing happens."""
    with stack_of(servers, "web", "worker") as stack:
        for kind in _NAMESPACES:
            stack.start(kind, _COMMAND, BENCH_BROKER=kind)
        took = _both(stack)
        idle = _idle(stack, *_NAMESPACES, "worker")
    peer = "Dramatiq's RedisBroker"
    rows = [
        Row(
            f"message → actor, {name}",
            peer,
            quantile(took["stock"], share) * 1000,
            quantile(took["prompt"], share) * 1000,
            "ms",
            aim=1.0,
            why=f"{_MESSAGES} messages each, one every {_GAP[0]} to {_GAP[1]} s",
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]
    return [
        *rows,
        Row("idle consumer, CPU", peer, idle["stock"], idle["prompt"], "% of a core"),
        Row("idle worker with relay, CPU", peer, idle["stock"], idle["worker"], "% of a core"),
    ]


def _both(stack: Stack) -> dict[str, list[float]]:
    """Each kind has its own sender and its own gaps, at the same time."""
    client = stack.redis_client()
    senders = [
        threading.Thread(target=_send, args=(stack, kind, seed))
        for seed, kind in enumerate(_NAMESPACES)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    found = {}
    for kind in _NAMESPACES:
        key = f"bench:pick-up:{kind}"
        wait_for(lambda key=key: client.llen(key) > _MESSAGES)  # type: ignore[misc]
        # The first one waited for the worker's start.
        found[kind] = [float(took) for took in client.lrange(key, 1, -1)]
    return found


def _send(stack: Stack, kind: str, seed: int) -> None:
    dice = random.Random(seed)
    broker = RedisBroker(  # type: ignore[no-untyped-call] # dramatiq leaves it untyped
        url=stack.redis, namespace=_NAMESPACES[kind], middleware=[]
    )
    broker.declare_queue("bench")
    client = stack.redis_client()
    for number in range(_MESSAGES + 1):
        message: Message[None] = Message(
            queue_name="bench", actor_name="started", args=(time.time(),), kwargs={}, options={}
        )
        broker.enqueue(message)
        if number == 0:
            wait_for(lambda: client.llen(f"bench:pick-up:{kind}") > 0)
        time.sleep(dice.uniform(*_GAP))


def _idle(stack: Stack, *names: str) -> dict[str, float]:
    before = {name: stack.cpu_seconds(name) for name in names}
    time.sleep(_IDLE_SECONDS)
    return {
        name: (stack.cpu_seconds(name) - spent) / _IDLE_SECONDS * 100
        for name, spent in before.items()
    }
