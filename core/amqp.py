"""What RabbitMQ holds, asked on a connection of its own: seldom, and from any thread.

Its client is imported where there is a RabbitMQ (`EBB_BROKER_URL`), and there alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def depths(address: str, queues: Iterable[str]) -> dict[str, int]:
    """How many messages are ready in each queue; 0 in one that nobody has declared yet. Raises
    OSError if RabbitMQ does not answer."""
    import pika  # noqa: PLC0415
    from pika.exceptions import AMQPError  # noqa: PLC0415

    try:
        connection = pika.BlockingConnection(pika.URLParameters(address))
        try:
            return {queue: _depth(connection, queue) for queue in queues}
        finally:
            connection.close()
    except AMQPError as error:
        raise OSError(type(error).__name__) from error


def _depth(connection: Any, queue: str) -> int:
    from pika.exceptions import ChannelClosedByBroker  # noqa: PLC0415

    channel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True)
    except ChannelClosedByBroker:
        return 0
    channel.close()
    return int(found.method.message_count)
