"""A Redis broker whose idle consumers are woken by a message, not by their next poll.

Dramatiq's consumer asks an empty queue again after a sleep that grows to a second. Here it blocks
in Redis instead: `BLMOVE queue queue LEFT LEFT` moves the head of the list onto itself, which
changes nothing and returns as soon as there is a head. Dramatiq's own script then fetches, so the
messages, acknowledgements and heartbeats stay as they are, and whoever enqueues needs no change.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import redis
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.common import dq_name
from dramatiq.errors import ConnectionClosed

from core.logs import get_logger

log = get_logger(__name__)

BLOCK_SECONDS = 1.0
"""Also how often an idle consumer tells Redis that it lives, and notices that it shall stop."""


class PromptConsumer(_RedisConsumer):
    """Consumes the main queue. It holds as many messages as the process has threads, so none waits
    here while another process is idle."""

    def __init__(
        self,
        broker: RedisBroker,
        queue_name: str,
        prefetch: int,
        timeout: int,
        drained: threading.Event,
    ) -> None:
        super().__init__(broker, queue_name, max(1, prefetch // 2), timeout)  # type: ignore[no-untyped-call]
        self._key = f"{broker.namespace}:{queue_name}"
        self._room = threading.Event()
        self._drained = drained

    def __next__(self) -> Any:
        if self.message_cache:
            return super().__next__()  # type: ignore[no-untyped-call]
        self._room.clear()
        if self._drained.is_set():
            self._room.wait(BLOCK_SECONDS)
            return None
        free = self.prefetch - self.outstanding_message_count
        if free <= 0:
            self._room.wait(BLOCK_SECONDS)
            return None
        try:
            self.broker.client.blmove(self._key, self._key, BLOCK_SECONDS, "LEFT", "LEFT")
            if self._drained.is_set():
                return None
            self.message_cache = self.broker.do_fetch(self.queue_name, free)
        except redis.RedisError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return super().__next__() if self.message_cache else None  # type: ignore[no-untyped-call]

    def ack(self, message: Any) -> None:
        """An acknowledgement that Redis does not hear costs a second, harmless delivery; the
        thread has better things to do than to repeat it."""
        self._settle("queue.ack_lost", self.broker.do_ack, message)

    def nack(self, message: Any) -> None:
        self._settle("queue.nack_lost", self.broker.do_nack, message)

    def _settle(self, event: str, tell: Callable[[str, str], object], message: Any) -> None:
        try:
            tell(self.queue_name, message.options["redis_message_id"])
        except redis.RedisError as error:
            log.warning(event, error=type(error).__name__)
        finally:
            self.queued_message_ids.discard(message.message_id)
            self._room.set()


class PromptBroker(RedisBroker):
    """Delayed messages (Dramatiq's own retries) keep the stock consumer: they are rare, and never
    what a person waits for. While `drained` is set no message is taken."""

    def __init__(self, *, drained: threading.Event, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._drained = drained

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        if queue_name == dq_name(queue_name):
            return super().consume(queue_name, prefetch, timeout)
        return PromptConsumer(self, queue_name, prefetch, timeout, self._drained)
