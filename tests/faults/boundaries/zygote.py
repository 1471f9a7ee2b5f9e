"""A worker that has imported everything and forks one copy of itself for each trial.

Commands come as JSON lines: `{"at", "when", "deed", "strike", "account", "report"}` starts a worker
that ends when the account's jobs have ended; `{"wait": pid}` answers when it stopped or ended;
`{"signal": pid, "number": n}` signals it. Nothing here runs a thread before the fork.
"""

from __future__ import annotations

import dataclasses
import gc
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

from dramatiq import Broker, MessageProxy, Middleware, Worker
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from models.jobs import Job
from models.states import ENDED_JOBS
from tests.faults.boundaries.effects import Effects
from trading.couriers import Couriers
from trading.execute import execute
from worker import main as worker

_GIVE_UP = 20.0
_LOOK_AGAIN = 0.25
"""Seconds. A look costs as much as a small trial step, and six lanes look at once."""


class Done(Middleware):
    """Tells when an actor has come to its end: then the jobs may have, too."""

    def __init__(self) -> None:
        self.happened = threading.Event()

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        self.happened.set()


def serve() -> None:
    print("ready", flush=True)  # noqa: T201 - the protocol
    for line in sys.stdin:
        command = json.loads(line)
        if "warm" in command:
            _warm([uuid.UUID(job) for job in command["warm"]])
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


def _warm(jobs: list[uuid.UUID]) -> None:
    """Do whole jobs once: instruments are read and statements compiled once in a process's life,
    and trials are not about that."""
    for job in jobs:
        while (
            again := execute(worker.desk, worker.sessions, job, owner="warm").again_in
        ) is not None:
            time.sleep(again)
    worker.engine.dispose()
    worker.desk.gateways.close()
    gc.collect()
    gc.freeze()


def _fork(command: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        code = _work(command)
    except BaseException:  # noqa: BLE001 - it must not return into the zygote's loop
        traceback.print_exc()
        code = 3
    os._exit(code)


def _work(command: dict[str, Any]) -> int:
    strike = signal.Signals(command["strike"])
    effects = Effects(command["at"], command["when"], command["deed"], strike)
    worker.broker.broker_id = str(uuid.uuid4())
    # Threads don't survive a fork, an executor that believes in them does.
    worker.desk = dataclasses.replace(worker.desk, couriers=Couriers())
    effects.watch(worker.engine, worker.broker)
    worker.relay._ring = effects.ring(worker.relay._ring)
    done = Done()
    worker.broker.add_middleware(done)
    running = Worker(worker.broker, worker_threads=2)
    running.start()
    until = time.monotonic() + _GIVE_UP
    account = uuid.UUID(command["account"])
    while not _ended(account):
        if time.monotonic() > until:
            return 4
        done.happened.wait(_LOOK_AGAIN)
        done.happened.clear()
    # A late actor may still be at it.
    running.work_queue.join()
    if command["report"]:
        Path(command["report"]).write_text(json.dumps(effects.names))
    return 0


def _ended(account_id: uuid.UUID) -> bool:
    query = select(func.count()).where(
        Job.account_id == account_id, Job.state.not_in(list(ENDED_JOBS))
    )
    try:
        with worker.sessions() as session:
            return session.scalar(query) == 0
    except SQLAlchemyError:
        # Frozen in the middle of this very look: Postgres has ended it.
        return False


if __name__ == "__main__":
    assert threading.active_count() == 1
    serve()
