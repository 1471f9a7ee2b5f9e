"""RabbitMQ as the queue, where `EBB_BROKER_URL` names one: it pushes messages to idle consumers, so
nothing needs to be woken."""

from __future__ import annotations

import threading
from typing import Any

import pika.exceptions
from dramatiq.brokers.rabbitmq import RabbitmqBroker, _RabbitmqConsumer
from dramatiq.common import dq_name
from dramatiq.errors import ConnectionClosed

_PAUSE_SECONDS = 1.0
"""How often a drained consumer notices that it may work again, or shall stop."""


class FairConsumer(_RabbitmqConsumer):
    """Consumes the main queue. While `drained` is set it takes no messages: what RabbitMQ pushed
    already goes back to the queue."""

    def __init__(
        self,
        broker: RabbitmqBroker,
        queue_name: str,
        prefetch: int,
        timeout: int,
        drained: threading.Event,
    ) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)  # type: ignore[no-untyped-call]
        self._timeout = timeout / 1000
        self._drained = drained
        self._takes = True

    def __next__(self) -> Any:
        try:
            if self._drained.is_set():
                self._rest()
                return None
            if not self._takes:
                self.iterator = self.channel.consume(
                    self.queue_name, inactivity_timeout=self._timeout
                )
                self._takes = True
        except (pika.exceptions.AMQPConnectionError, pika.exceptions.AMQPChannelError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        message = super().__next__()  # type: ignore[no-untyped-call]
        if message is None or not self._drained.is_set():
            return message
        # It came while this process was being drained.
        self.known_tags.discard(message._tag)
        self.channel.basic_nack(message._tag, requeue=True)
        return None

    def _rest(self) -> None:
        if self._takes:
            self.channel.cancel()
            self._takes = False
        # What is still worked on is acknowledged here, and the connection kept alive.
        self.connection.process_data_events(time_limit=_PAUSE_SECONDS)


class FairBroker(RabbitmqBroker):
    """A process takes no more messages than it has threads, so none waits here while another
    process is idle; and none while `drained` is set. Delayed messages (Dramatiq's own retries) keep
    the stock consumer: when their time has come they go to the main queue."""

    def __init__(self, *, drained: threading.Event, **options: Any) -> None:
        super().__init__(**options)
        self._drained = drained

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        if queue_name == dq_name(queue_name):
            return super().consume(queue_name, prefetch, timeout)
        self.declare_queue(queue_name, ensure=True)
        # Dramatiq asks for twice as many as there are threads.
        return FairConsumer(self, queue_name, max(1, prefetch // 2), timeout, self._drained)
