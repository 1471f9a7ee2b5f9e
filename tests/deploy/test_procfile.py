"""The Procfile under honcho with variables as Heroku gives them, restarted in mid-job."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from sqlalchemy import select

from devstack.paths import ROOT
from devstack.ports import any_free
from devstack.procfile import commands, with_our_python
from devstack.test_servers import LOGS
from models.jobs import Job
from models.sessions import make_engine, make_sessions
from models.users import Account, User
from tests import oracle
from tests.databases import Databases
from tests.deploy.tls_front import tls_front
from tests.receiver import Receiver, receiver
from tests.stack import sign_in, wait_for

PERSON = 6001
# Heroku kills what is left this long after SIGTERM; honcho by itself would after five seconds.
GRACE = 30
HONCHO = f"import honcho.command, honcho.manager as m; m.KILL_WAIT = {GRACE}; honcho.command.main()"


@contextmanager
def dynos(variables: dict[str, str]) -> Iterator[psutil.Process]:
    """Web and worker of one release; SIGTERM at the end, and everything is gone in time."""
    with (LOGS / "honcho.log").open("ab") as log:
        honcho = subprocess.Popen(
            [sys.executable, "-c", HONCHO, "start", "--port", variables["PORT"], "web", "worker"],
            cwd=ROOT,
            env=variables,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    process = psutil.Process(honcho.pid)
    try:
        url = f"http://127.0.0.1:{variables['PORT']}"
        wait_for(lambda: requests.get(f"{url}/readyz", timeout=5).json()["status"] == "ok", 90)
        yield process
    except BaseException:
        for one in [*process.children(recursive=True), process]:
            one.kill()
        raise
    family = process.children(recursive=True)
    honcho.terminate()
    assert honcho.wait(GRACE) in (0, 143)
    # Whoever is dead and has nobody to wait for them is gone too.
    assert not [one for one in family if is_alive(one)]


def is_measured(web: str, worker: str) -> None:
    """Whichever of the web processes answers tells of both, and of what was before the restart."""
    for _ in range(8):
        told = requests.get(f"{web}/metrics", timeout=5).text
        assert 'ebb_jobs_ended_total{kind="reduce",state="completed"} 1.0' in told
        assert "ebb_http_requests_seconds_count" in told
    told = requests.get(f"{worker}/metrics", timeout=5).text
    assert re.search(r'_request_seconds_count{[^}]*method="place_[^}]*outcome="ok"} [1-9]', told)
    assert "ebb_workers 1.0" in told


def is_traced(outside: Receiver) -> None:
    """All was sent at the end, within the grace; before and after the restart is one trace."""
    assert outside.secrets() == []
    spans = outside.spans()
    (accepted,) = (span for span in spans if span.name == "job.accept")
    told = [(span.service, span.name) for span in spans if span.trace == accepted.trace]
    assert set(told) >= {
        ("ebb-web", "POST /api/positions/reduce"),
        ("ebb-web", "job.ring"),
        ("ebb-worker", "job.wave"),
        ("ebb-worker", "job.record"),
        ("ebb-worker", "job.finish"),
    }
    assert told.count(("ebb-worker", "job.turn")) >= 2


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def rediss(redis_url: str, tmp_path: Path) -> Iterator[str]:
    """Redis as Heroku gives it: by TLS, with a certificate that nobody vouches for."""
    plain = urlsplit(redis_url)
    number = int(plain.path.lstrip("/")) + 48
    with tls_front(plain.hostname or "", plain.port or 6379, tmp_path) as port:
        secret = plain.netloc.rpartition("@")[0]
        yield f"rediss://{secret}@127.0.0.1:{port}/{number}"


@pytest.fixture
def outside() -> Iterator[Receiver]:
    """Who is told spans and errors."""
    with receiver() as made:
        yield made


def test_a_restart_in_the_middle_of_a_job_loses_and_doubles_nothing(
    environment: dict[str, str],
    databases: Databases,
    rediss: str,
    known_secrets: Callable[..., None],
    control: Callable[..., Any],
    outside: Receiver,
    tmp_path: Path,
) -> None:
    metrics_port = any_free()
    address = databases.empty("ebb_deploy_procfile")
    variables = with_our_python(
        {
            **environment,
            "DYNO": "web.1",
            "DATABASE_URL": address.replace("postgresql://", "postgres://"),
            # As where a pooler stands before it: nothing may need what that refuses.
            "EBB_DATABASE_DIRECT_URL": address,
            "REDIS_URL": rediss,
            "EBB_REDIS_TLS_VERIFY": "false",
            "PORT": str(any_free()),
            "EBB_METRICS_PORT": str(metrics_port),
            "EBB_TRACES_URL": outside.url,
            # Only what is sent at the end comes at all.
            "OTEL_BSP_SCHEDULE_DELAY": "3600000",
            "EBB_SENTRY_DSN": outside.dsn,
            "WEB_CONCURRENCY": "2",
            "EBB_WORKER_BEAT_FILE": str(tmp_path / "worker.beat"),
        }
    )
    released = subprocess.run(
        commands()["release"], shell=True, cwd=ROOT, env=variables, capture_output=True, check=False
    )
    assert released.returncode == 0, released.stderr.decode()

    def ledger() -> list[dict[str, Any]]:
        keys = control("POST", "demo-book", {"telegram_id": PERSON})
        known_secrets(keys["api_key"], keys["api_secret"])
        items: list[dict[str, Any]] = control("GET", "ledger", uid=keys["uid"])["items"]
        return items

    url = f"http://127.0.0.1:{variables['PORT']}"
    with dynos(variables) as first:
        asked = ["gunicorn" in " ".join(one.cmdline()) for one in first.children(recursive=True)]
        assert sum(asked) >= 3, "a master and the two of WEB_CONCURRENCY"
        person = sign_in(url, PERSON, known_secrets)
        job = person.reduce("deployed", market_type="futures", percent="25").json()["id"]
        # The exchange's limits make it last for seconds.
        wait_for(lambda: any(entry["type"] == "execution" for entry in ledger()))
    assert (tmp_path / "worker.beat").exists(), "what a platform's probe looks at"

    engine = make_engine(address)
    sessions = make_sessions(engine)
    with sessions() as session:
        stopped = session.get_one(Job, uuid.UUID(job))
        # In the middle, and given back: not left to its lease.
        assert (stopped.state, stopped.lease_until) == ("executing", None)
    with dynos(variables):
        assert person.ended(job)["state"] == "completed"
        is_measured(url, f"http://127.0.0.1:{metrics_port}")
    with sessions() as session:
        account = session.scalars(
            select(Account.id).join(User).where(User.telegram_id == PERSON)
        ).one()
        oracle.check(session, account, ledger())
    engine.dispose()
    is_traced(outside)
