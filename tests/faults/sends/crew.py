"""A worker that has imported everything and forks copies of itself: a killed one is replaced at
once. Each line on stdin is answered by the pid of one more.

`SENDS_LOST_SECONDS` and `SENDS_TIMEOUT_SECONDS` take the place of the worker's own where given.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
import uuid

from dramatiq import Worker

from models import bot_delivery
from telegram.bot_api import TIMEOUT_SECONDS, BotApi
from worker import main as worker

_THREADS = 8
_LOOK = 0.5


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)  # noqa: T201 - the protocol
    for _ in sys.stdin:
        print(_fork(), flush=True)  # noqa: T201 - the protocol


def _fork() -> int:
    crew = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        _work(crew)
    except BaseException:  # noqa: BLE001 - it must not return into the loop above
        traceback.print_exc()
    os._exit(3)


def _work(crew: int) -> None:
    """Until it is killed, or nobody is left to kill it."""
    settings = worker.settings
    lost = os.environ.get("SENDS_LOST_SECONDS")
    bot_delivery.LOST_SECONDS = float(lost or bot_delivery.LOST_SECONDS)
    patience = float(os.environ.get("SENDS_TIMEOUT_SECONDS", TIMEOUT_SECONDS))
    for token in settings.bot_tokens:
        api = BotApi(token, settings.telegram_api_url, patience)
        worker.bots[api.bot_id] = api
    worker.broker.broker_id = str(uuid.uuid4())
    Worker(worker.broker, worker_threads=_THREADS).start()
    while os.getppid() == crew:
        time.sleep(_LOOK)


if __name__ == "__main__":
    assert threading.active_count() == 1
    serve()
