"""One lane of trials: a database, a Redis and a forking worker of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core.settings import Settings
from devstack.paths import ROOT
from models.jobs import Attempt, Job, Leg
from models.sessions import make_engine, make_sessions
from models.states import LegState
from models.users import Account
from tests import oracle
from tests.faults.boundaries.scenario import ENDS, REFUSED, Control, Staged, stage
from trading.cancel import cancel_job
from trading.desk import Desk

STAGED = {"EBB_LEASE_SECONDS": "6", "EBB_RECV_WINDOW_MS": "5000"}
"""What is staged in peace may take its time: the short times are the workers'."""
STRIKES = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


@dataclass(frozen=True)
class Trial:
    """What is done to the first worker: which strike, at which deed (of those whose name begins
    with `deed`). `cancel`: the person cancels before the second worker begins."""

    kind: str
    at: int
    when: str
    restore: bool
    deed: str = ""
    cancel: bool = False


@dataclass
class Result:
    """`struck`: the deed was reached. `orders`: placed at the exchange under our ids."""

    struck: bool
    orders: int


class Lane:
    """Not to be shared between threads."""

    def __init__(
        self, environment: dict[str, str], control: Control, make_account: Control, log: Path
    ) -> None:
        self._control, self._make = control, make_account
        with _environment({**environment, **STAGED}):
            settings = Settings()
        self._desk = Desk.from_settings(settings)
        self._engine = make_engine(environment["DATABASE_URL"])
        self._sessions: sessionmaker[Session] = make_sessions(self._engine)
        self._redis = redis.Redis.from_url(environment["REDIS_URL"])
        self._log = log.open("ab")
        self._report = log.with_suffix(f".{uuid.uuid4().hex[:8]}.json")
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.boundaries.zygote"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._zygote.stdout is not None
        assert self._zygote.stdout.readline() == "ready\n", f"see {log}"
        self._warm = False

    def close(self) -> None:
        self._zygote.kill()
        self._zygote.wait()
        for pipe in (self._zygote.stdin, self._zygote.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()
        self._report.unlink(missing_ok=True)
        self._redis.close()
        self._engine.dispose()

    def deeds(self, *, restore: bool) -> list[str]:
        """The names of all deeds of an undisturbed run, in order."""
        staged = self._stage(restore)
        assert self._wait(self._start(staged, report=True)) == 0
        self._judge(staged)
        found: list[str] = json.loads(self._report.read_text())
        return found

    def run(self, trial: Trial) -> Result:
        """Stage, strike the first worker, let a second one finish, wake the first if it was only
        frozen; then the oracle judges. Raises AssertionError naming what is broken."""
        staged = self._stage(trial.restore)
        first = self._start(staged, trial)
        status = self._tell({"wait": first})
        struck = status["stopped"] or status["status"] == signal.SIGKILL
        if struck:
            if trial.cancel:
                self._cancel(staged)
            assert self._wait(self._start(staged)) == 0, "the second worker did not finish"
        else:
            assert status["status"] == 0, f"the first worker failed: {status}"
        if status["stopped"]:
            self._tell({"signal": first, "number": signal.SIGCONT})
            assert self._wait(first) == 0, "the frozen worker did not come to its end"
        return Result(struck, self._judge(staged, cancelled=trial.cancel))

    def _stage(self, restore: bool) -> Staged:
        if not self._warm:
            self._warm = True
            for kind in (False, True):
                self._tell({"warm": [str(job) for job in self._stage(kind).jobs]})
        self._redis.flushdb()
        return stage(self._desk, self._sessions, self._control, self._make, restore=restore)

    def _start(self, staged: Staged, trial: Trial | None = None, *, report: bool = False) -> int:
        pid: int = self._tell(
            {
                "at": trial.at if trial else 0,
                "when": trial.when if trial else "",
                "deed": trial.deed if trial else "",
                "strike": STRIKES[trial.kind] if trial else signal.SIGKILL,
                "account": str(staged.account_id),
                "report": str(self._report) if report else "",
            }
        )["pid"]
        return pid

    def _wait(self, pid: int) -> int:
        status: int = self._tell({"wait": pid})["status"]
        return status

    def _tell(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        print(json.dumps(command), file=self._zygote.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._zygote.stdout.readline())
        return answer

    def _cancel(self, staged: Staged) -> None:
        for job in staged.jobs:
            with self._sessions() as session:
                user = session.get_one(Account, staged.account_id).user_id
                cancel_job(session, user, job)

    def _judge(self, staged: Staged, *, cancelled: bool = False) -> int:
        ledger = self._control("GET", "ledger", uid=staged.uid)["items"]
        with self._sessions() as session:
            oracle.check(session, staged.account_id, ledger)
            if not cancelled:
                _as_wished(session, staged)
            ours = set(session.scalars(select(Attempt.order_link_id)))
        return sum(e["type"] == "order" and e["order_link_id"] in ours for e in ledger)


def _as_wished(session: Session, staged: Staged) -> None:
    states = {session.get_one(Job, job).state for job in staged.jobs}
    assert states <= ENDS, f"the jobs ended as {states}"
    for leg in session.scalars(select(Leg).where(Leg.job_id.in_(staged.jobs))):
        wanted = LegState.REJECTED if leg.symbol == REFUSED else LegState.FILLED
        assert leg.state is wanted, f"{leg.symbol}: {leg.state} {leg.reason}"


class _environment:  # noqa: N801 - a context, used once
    """The process's environment, for as long as settings are read."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __enter__(self) -> None:
        import pytest  # noqa: PLC0415

        self._patch = pytest.MonkeyPatch()
        for name, value in self._values.items():
            self._patch.setenv(name, value)

    def __exit__(self, *_: object) -> None:
        self._patch.undo()
