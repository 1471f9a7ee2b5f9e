"""One storm over what a bot owes, from the first message to the verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from devstack.paths import ROOT
from devstack.procfile import with_our_python
from devstack.redis_server import Redis
from models.bot_sends import BotSend, Deed, SendState, owe, owe_edit, owe_pin
from models.sessions import make_engine, make_sessions
from tests.faults.sends.plan import Storm, Wish, strikes, wishes
from tests.faults.storm.programs import kill_family

KIND = "storm"
_FIRST_CHAT = 1_000
_OPEN = (SendState.OWED, SendState.SENDING)
_LOOK = 0.1
_GIVE_UP = 900.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens: the workers' environment, whose database is migrated and owes nothing
    else; a Redis to kill; Telegram's stand-in, which has the deployment's main bot."""

    environment: Mapping[str, str]
    redis: Redis
    telegram_url: str
    bot_id: int
    log: Path

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Telegram's control API."""
        answer = requests.request(
            method, f"{self.telegram_url}/_control/{path}", json=body, params=query, timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    def kill_redis(self, *, emptied: bool) -> None:
        """kill -9, and a start with what was saved last or with nothing."""
        kill_family(int((self.redis.folder / "redis.pid").read_text()))
        if emptied:
            (self.redis.folder / "dump.rdb").unlink(missing_ok=True)
        self.redis.start()


@dataclass(slots=True)
class Report:
    """What became of it. `unknown`: by what the row says of the reason, how many Telegram has and
    has not. `faults`: those that struck. `window`: seconds at the median from the commit before a
    call to its answer's. `silence`: the longest between two messages."""

    storm: Storm
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    window: float = 0.0
    silence: float = 0.0
    broken: list[str] = field(default_factory=list)

    def text(self) -> str:
        lines = [
            f"seed      {self.storm.seed}",
            f"seconds   {self.seconds:.1f}",
            f"kills     {_list(self.kills)}",
            f"faults    {_list(self.faults)}",
            f"ended     {_list(self.states)}",
            f"unknown   {_list(self.unknown)}",
            f"window    {self.window * 1000:.0f} ms at the median",
            f"silence   {self.silence:.1f} s at most",
            f"broken    {len(self.broken)}",
            *(f"  {said}" for said in self.broken[:20]),
        ]
        return "\n".join(lines)


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def run(storm: Storm, place: Place) -> Report:
    """Raises what keeps the storm itself from happening; broken promises are in the report."""
    report = Report(storm)
    wanted = wishes(storm)
    engine = make_engine(place.environment["DATABASE_URL"])
    sessions = make_sessions(engine)
    try:
        with _crew(storm, place) as workers:
            _owe(place, sessions, wanted)
            _order_fault(place, {"kind": "delay", "ms": storm.latency_ms, "count": -1})
            began = time.monotonic()
            workers.pids = [workers.fork() for _ in range(storm.workers)]
            ordered = _strike(storm, place, sessions, workers, report)
            struck = place.control("GET", "faults")
            report.faults.update(
                one["kind"] for one in struck if one["hits"] and one["id"] in ordered
            )
            place.control("DELETE", "faults", bot_id=place.bot_id)
            _wait_for_the_last(sessions)
            report.seconds = time.monotonic() - began
        _judge(place, sessions, wanted, report)
    finally:
        place.control("DELETE", "faults", bot_id=place.bot_id)
        engine.dispose()
    return report


# -- the workers ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Crew:
    process: subprocess.Popen[str]
    pids: list[int] = field(default_factory=list)

    def fork(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print("one more", file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def replace(self, number: int) -> None:
        """kill -9, as a power cut would; and another one."""
        os.kill(self.pids[number], signal.SIGKILL)
        self.pids[number] = self.fork()


@contextmanager
def _crew(storm: Storm, place: Place) -> Iterator[_Crew]:
    tuned = {
        "SENDS_LOST_SECONDS": storm.lost_seconds,
        "SENDS_TIMEOUT_SECONDS": storm.timeout_seconds,
    }
    more = {name: str(value) for name, value in tuned.items() if value is not None}
    with place.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sends.crew"],
            cwd=ROOT,
            env=with_our_python({**place.environment, **more}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", f"see {place.log}"
        yield _Crew(process)
    finally:
        kill_family(process.pid)
        # Its pipes are closed too.
        process.communicate(timeout=10)


# -- the storm ------------------------------------------------------------------------------------


def _owe(place: Place, sessions: sessionmaker[Session], wanted: list[Wish]) -> None:
    for chat in {wish.chat for wish in wanted}:
        person = {"bot_id": place.bot_id, "person": _FIRST_CHAT + chat}
        place.control("POST", "people", person)
        place.control("POST", "write", {**person, "text": "hello"})
    for wish in wanted:
        about = {"bot_id": place.bot_id, "chat_id": _FIRST_CHAT + wish.chat, "kind": KIND}
        with sessions.begin() as session:
            made = owe(session, text=wish.text, key=_key(wish, Deed.MESSAGE), **about)
            if wish.edited:
                key = _key(wish, Deed.EDIT)
                owe_edit(session, text=wish.new_text, key=key, of=made, **about)
            if wish.pinned:
                owe_pin(session, Deed.PIN, key=_key(wish, Deed.PIN), of=made, **about)


def _key(wish: Wish, deed: Deed) -> str:
    return f"{KIND}:{wish.number}:{deed}"


def _order_fault(place: Place, fault: Mapping[str, Any], **match: str) -> int:
    match["bot_id"] = str(place.bot_id)
    return int(place.control("POST", "faults", {**fault, "match": match})["id"])


def _strike(
    storm: Storm,
    place: Place,
    sessions: sessionmaker[Session],
    workers: _Crew,
    report: Report,
) -> set[int]:
    """As long as there is something to send, or so often; the faults that were ordered."""
    ordered = set()
    until = time.monotonic() + _GIVE_UP
    for strike in islice(strikes(storm), storm.strikes):
        time.sleep(storm.between)
        if not _count(sessions, SendState.OWED):
            break
        assert time.monotonic() < until, f"it does not come to an end; see {place.log}"
        # One at a time: where calls are slower than strikes, all would go wrong.
        waiting = any(one["count"] > 0 for one in place.control("GET", "faults"))
        if strike.fault is not None and not waiting:
            ordered.add(_order_fault(place, strike.fault, method="sendMessage"))
        workers.replace(strike.worker)
        report.kills["worker"] += 1
        if strike.redis:
            place.kill_redis(emptied=strike.emptied)
            report.kills["redis"] += 1
    return ordered


def _count(sessions: sessionmaker[Session], *states: SendState) -> int:
    query = select(func.count()).where(BotSend.kind == KIND, BotSend.state.in_(states))
    with sessions() as session:
        return session.scalar(query) or 0


def _wait_for_the_last(sessions: sessionmaker[Session]) -> None:
    until = time.monotonic() + _GIVE_UP
    while _count(sessions, *_OPEN):
        assert time.monotonic() < until, "some never end"
        time.sleep(_LOOK)


# -- the verdict ----------------------------------------------------------------------------------


def _judge(
    place: Place, sessions: sessionmaker[Session], wanted: list[Wish], report: Report
) -> None:
    """Our rows against Telegram's ledger."""
    ledger = place.control("GET", "ledger", bot_id=place.bot_id)
    sent = [entry for entry in ledger if entry["type"] == "sent"]
    times = Counter(entry["text"] for entry in sent)
    with sessions() as session:
        query = select(BotSend).where(BotSend.kind == KIND)
        rows = {row.key: row for row in session.scalars(query)}
    for wish in wanted:
        message = rows[_key(wish, Deed.MESSAGE)]
        report.states[f"messages {message.state}"] += 1
        _judge_message(wish, message, times[wish.text], report)
        for deed in [Deed.EDIT] * wish.edited + [Deed.PIN] * wish.pinned:
            row = rows[_key(wish, deed)]
            report.states[f"{deed}s {row.state}"] += 1
            _judge_deed(ledger, wish, row, message, report)
    _judge_order(sent, report)
    moments = [entry["time"] for entry in sent]
    report.silence = max((b - a for a, b in pairwise(moments)), default=0.0)
    calls = [
        (row.sent_at - row.began_at).total_seconds()
        for row in rows.values()
        if row.sent_at and row.began_at and row.deed is Deed.MESSAGE
    ]
    report.window = median(calls) if calls else 0.0


def _judge_message(wish: Wish, row: BotSend, times: int, report: Report) -> None:
    match row.state, times:
        case SendState.SENT, 1:
            pass
        case SendState.UNKNOWN, 0 | 1:
            there = "there" if times else "not there"
            report.unknown[f"{row.description} ({there})"] += 1
        case _:
            said = f"{wish.text} is {row.state} ({row.description}) and stands there {times} times"
            report.broken.append(said)


def _judge_deed(
    ledger: list[dict[str, Any]], wish: Wish, row: BotSend, message: BotSend, report: Report
) -> None:
    """What may be repeated is done, wherever its message is known."""
    expected = SendState.SENT if message.state is SendState.SENT else SendState.REFUSED
    kind = {Deed.EDIT: "edited", Deed.PIN: "pinned"}[row.deed]
    done = any(
        entry["type"] == kind
        and (entry["chat_id"], entry["message_id"]) == (message.chat_id, message.message_id)
        for entry in ledger
    )
    if row.state is not expected or done is not (expected is SendState.SENT):
        report.broken.append(f"{wish.text}: its {row.deed} is {row.state} ({row.description})")


def _judge_order(sent: list[dict[str, Any]], report: Report) -> None:
    latest: dict[int, int] = {}
    for entry in sent:
        number = int(entry["text"].split()[1])
        if latest.get(entry["chat_id"], -1) > number:
            report.broken.append(f"{entry['text']} came out of turn")
        latest[entry["chat_id"]] = number
