"""Ring the queue for a job, right after its commit. If that fails, the relay rings."""

from __future__ import annotations

import uuid

from dramatiq import Broker, Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError
from flask import Flask, current_app
from redis.exceptions import RedisError

from core import tracing
from core.logs import get_logger
from core.queue_names import JOBS_QUEUE, REDIS_NAMESPACE, RUN_JOB_ACTOR
from core.redis_patience import quick_redis
from core.settings import Settings

log = get_logger(__name__)


def register(app: Flask, settings: Settings) -> None:
    """The broker of this process; it only enqueues."""
    broker = _broker(settings)
    broker.declare_queue(JOBS_QUEUE)
    app.extensions["doorbell"] = broker


def _broker(settings: Settings) -> Broker:
    """On Redis, or on RabbitMQ where one is named. Connects when it is first used."""
    address = settings.amqp_address
    if address is not None:
        # Only who has RabbitMQ needs its client.
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415

        return RabbitmqBroker(url=address, middleware=[])
    # Given an address, the broker would drop every other setting, timeouts included.
    client = quick_redis(settings.redis_address)
    return RedisBroker(  # type: ignore[no-untyped-call] # dramatiq leaves it untyped
        client=client, namespace=REDIS_NAMESPACE, middleware=[]
    )


def ring(job_id: uuid.UUID) -> None:
    """Enqueue the job's id. The outbox row stays: it is the job's until its end."""
    broker = current_app.extensions["doorbell"]
    message: Message[None] = Message(
        queue_name=JOBS_QUEUE, actor_name=RUN_JOB_ACTOR, args=(str(job_id),), kwargs={}, options={}
    )
    with tracing.step("job.ring", {"ebb.by": "web"}, kind="producer") as step:
        try:
            broker.enqueue(message)
        except (RedisError, BrokerConnectionError, OSError) as error:
            step.came_to("unreachable")
            log.warning("doorbell.failed", job_id=str(job_id), error=type(error).__name__)
