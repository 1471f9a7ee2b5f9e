"""RabbitMQ as the queue, where `EBB_BROKER_URL` names one: it pushes messages to idle consumers, so
nothing needs to be woken."""

from __future__ import annotations

import threading
from typing import Any

from dramatiq import Broker, MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import dq_name
from dramatiq.middleware import Middleware, SkipMessage


class FairBroker(RabbitmqBroker):
    """A process takes no more messages than it has threads, so none waits here while another
    process is idle."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        if queue_name != dq_name(queue_name):
            # Dramatiq asks for twice as many as there are threads.
            prefetch = max(1, prefetch // 2)
        return super().consume(queue_name, prefetch, timeout)


class LeftToOthers(Middleware):
    """RabbitMQ pushes: what comes to a process that is drained is let go there, and is rung for
    again by what looks after open jobs, updates and sends."""

    def __init__(self, drained: threading.Event) -> None:
        self._drained = drained

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:  # noqa: ARG002
        if self._drained.is_set():
            raise SkipMessage("drained")
