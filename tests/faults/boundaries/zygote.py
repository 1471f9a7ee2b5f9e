"""A worker that has imported everything and forks one copy of itself for each trial.

Commands come as JSON lines: `{"at", "when", "strike", "account", "report"}` starts a worker that
ends when the account's jobs have ended; `{"wait": pid}` answers when it stopped or ended;
`{"signal": pid, "number": n}` signals it. Nothing here runs a thread before the fork.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
import uuid
from pathlib import Path
from typing import Any

from dramatiq import Worker
from sqlalchemy import func, select

from exchange.types import Category
from models.jobs import Job
from models.states import ENDED_JOBS
from models.users import Account
from tests.faults.boundaries.effects import Effects
from worker import main as worker

_GIVE_UP = 60.0


def serve() -> None:
    print("ready", flush=True)  # noqa: T201 - the protocol
    for line in sys.stdin:
        command = json.loads(line)
        if "warm" in command:
            _warm(uuid.UUID(command["warm"]))
            answer: dict[str, Any] = {}
        elif "wait" in command:
            _, status = os.waitpid(command["wait"], os.WUNTRACED)
            answer = {"stopped": os.WIFSTOPPED(status), "status": status}
        elif "signal" in command:
            os.kill(command["signal"], command["number"])
            answer = {}
        else:
            answer = {"pid": _fork(command)}
        print(json.dumps(answer), flush=True)  # noqa: T201 - the protocol


def _warm(account_id: uuid.UUID) -> None:
    """Instruments are read once in a process's life; trials are not about that."""
    with worker.sessions() as session:
        gateway = worker.desk.gateway(session.get_one(Account, account_id))
    for category in Category:
        gateway.instruments(category)
    worker.engine.dispose()


def _fork(command: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        code = _work(command)
    except BaseException:
        traceback.print_exc()
        code = 3
    os._exit(code)


def _work(command: dict[str, Any]) -> int:
    effects = Effects(command["at"], command["when"], signal.Signals(command["strike"]))
    worker.broker.broker_id = str(uuid.uuid4())
    effects.watch(worker.engine, worker.broker)
    worker.relay._ring = effects.ring(worker.relay._ring)
    running = Worker(worker.broker, worker_threads=2)
    running.start()
    until = time.monotonic() + _GIVE_UP
    account = uuid.UUID(command["account"])
    while not _ended(account):
        if time.monotonic() > until:
            return 4
        time.sleep(0.02)
    # A late actor may still be at it.
    running.work_queue.join()
    if command["report"]:
        Path(command["report"]).write_text(json.dumps(effects.names))
    return 0


def _ended(account_id: uuid.UUID) -> bool:
    with worker.sessions() as session:
        query = select(func.count()).where(
            Job.account_id == account_id, Job.state.not_in(list(ENDED_JOBS))
        )
        return session.scalar(query) == 0


if __name__ == "__main__":
    assert threading.active_count() == 1
    serve()
