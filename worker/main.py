"""The worker's entry point: `dramatiq worker.main`. Importing it wires settings, broker, actors."""

from __future__ import annotations

import os
import socket
import threading
import uuid

import dramatiq

from core.logs import configure_logs, get_logger
from core.queue_names import JOBS_QUEUE, RUN_JOB_ACTOR
from core.settings import load_settings
from models.sessions import make_engine, make_sessions
from trading.desk import Desk
from trading.execute import execute
from worker.broker import make_broker
from worker.shutdown import HandBack
from worker.sweeper import Sweeper

settings = load_settings()
configure_logs(settings.log_level, human=settings.log_human)
log = get_logger(__name__)

# Dramatiq imports this module in each worker process after the fork, so pools are never shared.
sessions = make_sessions(
    make_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
)
desk = Desk.from_settings(settings)


def _ring(job_id: str) -> None:
    run_job.send(job_id)


hand_back = HandBack()
broker = make_broker(settings, Sweeper(sessions, _ring, settings.sweep_seconds), hand_back)


def owner() -> str:
    """Who holds a lease: host, process and thread."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{threading.get_ident() % 1_000_000}"


@dramatiq.actor(actor_name=RUN_JOB_ACTOR, queue_name=JOBS_QUEUE)
def run_job(job_id: str) -> None:
    """Take the job as far as it goes; ring for what follows."""
    outcome = execute(desk, sessions, uuid.UUID(job_id), owner=owner(), stopping=hand_back.stopping)
    if outcome.again_in is not None:
        run_job.send_with_options(args=(job_id,), delay=int(outcome.again_in * 1000) + 20)
    if outcome.next_job is not None:
        run_job.send(str(outcome.next_job))
