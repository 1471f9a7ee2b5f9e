"""A worker's own `/metrics`: one process tells for all of its siblings."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dramatiq
import pytest
import requests
from dramatiq.common import dq_name, xq_name
from sqlalchemy.orm import Session, sessionmaker

from core import siblings
from core.queue_names import DEAD_QUEUE, DELAYED_QUEUE, JOBS_QUEUE
from core.redis_patience import quick_redis
from core.settings import Settings
from devstack.paths import ROOT
from trading.gauges import Gauges
from worker.broker import make_broker
from worker.metrics import MetricsPort

Opens = Callable[..., str]


@pytest.fixture
def gauges(sessions: sessionmaker[Session], settings: Settings) -> Gauges:
    return Gauges(sessions, quick_redis(settings.redis_address), settings, "worker")


@pytest.fixture
def opens(gauges: Gauges, settings: Settings) -> Iterator[Opens]:
    """Opens a port as a worker process would; its address."""
    opened: list[MetricsPort] = []
    broker: Any = None

    def at(port: int = 0, token: str | None = None) -> str:
        opened.append(MetricsPort(gauges, port, token))
        opened[-1].after_worker_boot(broker, broker)
        assert opened[-1].listening.wait(5)
        return f"http://127.0.0.1:{opened[-1].port}/metrics"

    yield at
    for one in opened:
        one.before_worker_shutdown(broker, broker)


def test_it_tells_what_postgres_and_redis_know(opens: Opens, settings: Settings) -> None:
    broker = make_broker(settings)
    broker.declare_queue(JOBS_QUEUE)
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=JOBS_QUEUE, actor_name="nobody", args=(), kwargs={}, options={}
    )
    broker.flush(JOBS_QUEUE)
    broker.enqueue(message)
    try:
        told = requests.get(opens(), timeout=5).text
    finally:
        broker.flush(JOBS_QUEUE)
    assert 'ebb_queue_depth{queue="jobs"} 1.0' in told
    assert 'ebb_build_info{process="worker"' in told
    assert "ebb_workers 0.0" in told
    assert 'ebb_jobs_ended_total{kind="restore",state="failed"}' in told


def test_the_queues_are_named_as_dramatiq_does() -> None:
    assert (dq_name(JOBS_QUEUE), xq_name(JOBS_QUEUE)) == (DELAYED_QUEUE, DEAD_QUEUE)


def test_only_who_has_the_token_may_read(opens: Opens) -> None:
    token = secrets.token_urlsafe(48)
    address = opens(token=token)
    good = {"Authorization": f"Bearer {token}"}
    assert requests.get(address, timeout=5).status_code == 404
    assert requests.get(f"{address}/else", headers=good, timeout=5).status_code == 404
    assert requests.get(address, headers=good, timeout=5).status_code == 200


def test_a_taken_port_is_waited_for(gauges: Gauges, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.metrics._AGAIN_SECONDS", 0.01)
    nobody: Any = None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        waiting = MetricsPort(gauges, taken.getsockname()[1], None)
        waiting.after_worker_boot(nobody, nobody)
        assert not waiting.listening.wait(0.05)
    assert waiting.listening.wait(5)
    waiting.before_worker_shutdown(nobody, nobody)


_COUNTS = """
from core.metrics import sign_in_ended
from core.siblings import join_siblings
join_siblings()
sign_in_ended("dev", "entered")
"""
_STAYS = """
print("counted", flush=True)
input()
"""
_TELLS = """
import os
from core.scrape import answer
print(os.environ["PROMETHEUS_MULTIPROC_DIR"])
print(answer([], "")[0].decode())
"""


def sibling(*lines: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "".join(lines)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_siblings_count_is_added_up(tmp_path: Path) -> None:
    outlived = tmp_path / f"ebb-metrics-{os.getuid()}-{siblings._namespace()}-1-1"
    outlived.mkdir()
    with sibling(_COUNTS, _STAYS, folder=tmp_path) as staying:
        assert staying.stdout is not None
        assert staying.stdout.readline() == "counted\n"
        with sibling(_COUNTS, folder=tmp_path) as gone:
            gone.communicate()
        with sibling(_COUNTS, _TELLS, folder=tmp_path) as replacing:
            told, _ = replacing.communicate()
        staying.communicate("\n")
    assert 'ebb_sign_ins_total{outcome="entered",way="dev"} 3.0' in told
    folder = Path(told.partition("\n")[0])
    assert folder.name.endswith(f"-{os.getpid()}-{siblings._began(os.getpid())}")
    assert folder.stat().st_mode & 0o077 == 0, "nobody else's to read or write"
    assert len(list(folder.glob("counter_*.db"))) == 2, "as many as ran at once"
    assert not outlived.exists(), "of a server that is gone"
