"""RabbitMQ as the queue, where `EBB_BROKER_URL` names one: it pushes messages to idle consumers, so
nothing needs to be woken."""

from __future__ import annotations

from typing import Any

from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import dq_name


class FairBroker(RabbitmqBroker):
    """A process takes no more messages than it has threads, so none waits here while another
    process is idle."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        if queue_name != dq_name(queue_name):
            # Dramatiq asks for twice as many as there are threads.
            prefetch = max(1, prefetch // 2)
        return super().consume(queue_name, prefetch, timeout)
