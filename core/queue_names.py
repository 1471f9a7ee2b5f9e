"""What web and worker must agree on about the doorbell, and nothing more."""

from __future__ import annotations

JOBS_QUEUE = "jobs"
DELAYED_QUEUE = f"{JOBS_QUEUE}.DQ"
DEAD_QUEUE = f"{JOBS_QUEUE}.XQ"
"""Dramatiq's names for what waits for its time, and for what it gave up."""
QUEUES = (JOBS_QUEUE, DELAYED_QUEUE, DEAD_QUEUE)
RUN_JOB_ACTOR = "run_job"
"""The actor's one argument is a job's id as text."""
REDIS_NAMESPACE = "ebb"
BOT_CHANNEL = "ebb_bot"
"""Notified in the transaction that stores a bot's update or owes one of its messages."""
EVENTS_CHANNEL = "ebb:events"
"""Published after an event was told; the message is its id."""
JOBS_CHANNEL = "ebb:jobs"
"""Published after a job changed; the message is `<user id> <job id>`."""
WORKERS_KEY = "ebb:workers"
"""A sorted set: each worker process, and until when (Unix milliseconds) it counts as running."""
