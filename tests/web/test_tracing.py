"""A tap is one trace to its last fill, whoever works on it; it tells no secret and holds nobody up.

What the processes of a deployment send is in tests/live/test_procfile.py.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from core import clock, tracing
from core.settings import Settings
from devstack.paths import ROOT
from models.base import db
from models.jobs import Job
from models.outbox import OutboxRow
from tests.receiver import Receiver, Told, receiver
from tests.web.conftest import Person
from trading.lease import claim
from trading.outbox import look
from web.app import create_app

REDUCE = {"market_type": "futures", "percent": "25"}
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def traces_url(collector: Receiver) -> str:
    return collector.url


@pytest.fixture
def app(settings: Settings, traces_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAPI]:
    """An application that traces, as all of this process does meanwhile."""
    monkeypatch.setattr("web.app.configure_logs", lambda *_, **__: None)
    made = create_app(settings.model_copy(update={"traces_url": traces_url}))
    yield made
    tracing.end(10)
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def told(collector: Receiver) -> Callable[[str], list[Told]]:
    """Everything that was told of a trace, once all is sent."""

    def of(trace: str) -> list[Told]:
        tracing.end(10)
        assert collector.secrets() == []
        return [span for span in collector.spans() if span.trace == trace]

    return of


def tap(person: Person, **headers: str) -> str:
    given = {"Idempotency-Key": uuid.uuid4().hex, **headers}
    answer = person.post("/api/positions/reduce", REDUCE, headers=given)
    assert answer.status_code == 202
    return str(answer.get_json()["id"])


def trace_of(sessions: sessionmaker[Session], job: str) -> str:
    with sessions() as session:
        stored = session.scalar(select(Job.traceparent).where(Job.id == uuid.UUID(job)))
    assert stored is not None
    return stored.split("-")[1]


def test_a_reduce_is_one_trace_from_the_caller_s_tap_to_its_fills(
    trader: Person, work: Callable[[str], None], told: Callable[[str], list[Told]]
) -> None:
    job = tap(trader, traceparent=CALLER, tracestate="anything=goes")
    work(job)
    spans = told(CALLER.split("-")[1])

    by_name = {span.name: span for span in spans}
    by_id = {span.id: span for span in spans}

    def path(name: str) -> list[str]:
        """From the request down to this span."""
        span, names = by_name[name], [name]
        while span.parent in by_id:
            span = by_id[span.parent]
            names.insert(0, span.name)
        return names

    request = "POST /api/positions/reduce"
    turn = [request, "job.accept", "job.turn"]
    assert by_name[request].parent == CALLER.split("-")[2]
    assert path("job.ring") == [request, "job.ring"]
    for step in ("job.claim", "job.plan", "job.wave", "job.look_up", "job.record", "job.finish"):
        assert path(step) == [*turn, step]
    assert path("exchange place_order") == [*turn, "job.wave", "exchange place_order"]
    assert path("exchange get_positions") == [*turn, "job.plan", "exchange get_positions"]

    assert by_name["job.turn"].attributes["ebb.job_id"] == job
    assert by_name["exchange place_order"].attributes == {
        "ebb.method": "place_order",
        "ebb.category": "linear",
        "ebb.outcome": "ok",
    }
    assert by_name["job.wave"].attributes["ebb.acknowledged"] == 1
    assert by_name["job.record"].attributes["ebb.fills"] >= 1
    assert by_name["job.finish"].attributes["ebb.state"] == "completed"
    assert by_name[request].attributes["http.response.status_code"] == 202
    assert not any(span.has_failed for span in spans)


def test_whoever_takes_a_job_over_goes_on_with_its_trace(
    trader: Person,
    work: Callable[[str], None],
    sessions: sessionmaker[Session],
    told: Callable[[str], list[Told]],
) -> None:
    job = tap(trader)
    assert claim(sessions, uuid.UUID(job), "one that is killed", 30)
    with sessions.begin() as session:
        over = {"lease_until": func.now() - timedelta(seconds=1)}
        session.execute(update(Job).where(Job.id == uuid.UUID(job)).values(over))
        mine = OutboxRow.job_id == uuid.UUID(job)
        session.execute(update(OutboxRow).where(mine).values(ring_at=func.now()))
    rung: list[uuid.UUID] = []
    look(sessions, rung.append, again_seconds=60)
    assert uuid.UUID(job) in rung
    work(job)
    spans = told(trace_of(sessions, job))
    assert [s.attributes["ebb.by"] for s in spans if s.name == "job.ring"] == ["web", "relay"]
    (turn,) = (span for span in spans if span.name == "job.turn")
    assert turn.attributes["ebb.epoch"] == 2


@pytest.mark.parametrize("given", ["", "rubbish", "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
def test_a_traceparent_that_is_none_begins_a_trace_of_our_own(
    trader: Person, sessions: sessionmaker[Session], given: str
) -> None:
    assert trace_of(sessions, tap(trader, traceparent=given)) != "0" * 32


def test_what_a_call_failed_with_is_told_by_its_kind_alone(
    trader: Person, told: Callable[[str], list[Told]]
) -> None:
    body = {"scope": {"symbols": ["NOSUCHUSDT"]}, **REDUCE}
    headers = {"Idempotency-Key": uuid.uuid4().hex, "traceparent": CALLER}
    assert trader.post("/api/positions/reduce", body, headers=headers).status_code == 400
    (accept,) = (span for span in told(CALLER.split("-")[1]) if span.name == "job.accept")
    assert accept.has_failed
    assert accept.attributes["ebb.outcome"] == "Problem"
    assert accept.attributes["ebb.code"] == "unknown_symbol"


class TestACollectorThatHangs:
    @pytest.fixture
    def traces_url(self) -> Iterator[str]:
        """Takes connections and says nothing."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"

    def test_nobody_waits_for_it(self, trader: Person, work: Callable[[str], None]) -> None:
        job = tap(trader)
        work(job)
        assert trader.get(f"/api/jobs/{job}").get_json()["state"] == "completed"
        began = clock.monotonic()
        tracing.end(0.1)
        assert clock.monotonic() - began < 1


_LOADS = """
import sys
from core import telemetry, tracing
from core.settings import load_settings
telemetry.begin(load_settings(), "worker")
assert tracing.step("a") is tracing.entry("b", {}) and tracing.place() is None
print([name for name in sys.modules if name.startswith(("opentelemetry", "sentry_sdk"))])
"""


def test_where_nothing_is_configured_nothing_that_sends_is_imported(
    environment: dict[str, str],
) -> None:
    """That nobody else imports them is a contract of import-linter's."""
    ran = subprocess.run(
        [sys.executable, "-c", _LOADS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "[]", ran.stderr
