"""What row-level security costs: the same request in one process, on a database with the policies
and transactions that tell their scope, and on one with neither."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from flask.testing import FlaskClient

from bench.people import open_account
from bench.rows import Row, median
from bench.stack import fresh_database, stack_of
from bench.whole_book import linear_book
from core.settings import Settings
from devstack.test_servers import Servers
from models.base import db
from models.migrate import downgrade
from models.sessions import make_engine, make_sessions
from trading.desk import Desk
from trading.execute import execute
from web.app import create_app

_ROUNDS = 600
_LEGS = 20
_BEFORE = "0012"
"""The newest revision without policies."""


@dataclass(slots=True)
class Side:
    """One application in process, a person signed in to it, and a job of theirs that has ended."""

    client: FlaskClient
    headers: dict[str, str]
    job: str
    tag: str

    def accept(self) -> int:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        body = {"market_type": "futures", "percent": "1"}
        return self.client.post(
            "/api/positions/reduce", json=body, headers={**self.headers, **key}
        ).status_code

    def poll(self) -> int:
        known = {"If-None-Match": self.tag}
        path = f"/api/jobs/{self.job}"
        return self.client.get(path, headers={**self.headers, **known}).status_code

    def whole(self) -> int:
        return self.client.get(f"/api/jobs/{self.job}", headers=self.headers).status_code

    def listing(self) -> int:
        return self.client.get("/api/jobs", headers=self.headers).status_code


def measure(servers: Servers) -> list[Row]:
    """Milliseconds of a request within the process; the median, one side after the other."""
    with stack_of(servers) as stack:
        other = fresh_database(servers, "ebb_bench_open")
        downgrade(other, _BEFORE)
        with mock.patch.dict(os.environ, stack.environment):
            settings = Settings()
            with mock.patch.dict(os.environ, {"DATABASE_URL": other}):
                bare_settings = Settings()
        with _side(settings, servers.sandbox_url) as walled:
            with mock.patch("models.row_security.tell_scopes"):
                opened = _side(bare_settings, servers.sandbox_url)
                bare = opened.__enter__()
            try:
                return [
                    _row("accept a reduce", bare.accept, walled.accept, 202),
                    _row("poll, nothing new", bare.poll, walled.poll, 304),
                    _row(f"a job of {_LEGS} legs", bare.whole, walled.whole, 200),
                    _row("the latest jobs", bare.listing, walled.listing, 200),
                ]
            finally:
                opened.__exit__(None, None, None)


def _row(name: str, bare: Callable[[], int], walled: Callable[[], int], status: int) -> Row:
    taken: dict[Callable[[], int], list[float]] = {bare: [], walled: []}
    for number in range(_ROUNDS):
        for call in (bare, walled) if number % 2 else (walled, bare):
            began = time.perf_counter()
            answered = call()
            taken[call].append((time.perf_counter() - began) * 1000)
            assert answered == status, answered
    return Row(name, "without row-level security", median(taken[bare]), median(taken[walled]), "ms")


@contextmanager
def _side(settings: Settings, sandbox: str) -> Iterator[Side]:
    app = create_app(settings)
    client = app.test_client()
    signed = client.post("/api/auth/dev", json={"telegram_id": 1}).get_json()
    headers = {"Authorization": f"Bearer {signed['access_token']}"}
    keys = open_account(sandbox, linear_book(sandbox, _LEGS))
    body = {
        "label": "bench",
        "environment": "sandbox",
        "api_key": keys.api_key,
        "api_secret": keys.api_secret,
    }
    account = client.post("/api/users/api-keys", json=body, headers=headers).get_json()["id"]
    job = client.post(
        "/api/positions/reduce",
        json={"market_type": "futures", "percent": "5", "account_id": account},
        headers={**headers, "Idempotency-Key": uuid.uuid4().hex},
    ).get_json()["id"]
    engine = make_engine(settings.database_url.get_secret_value())
    sessions = make_sessions(engine)
    desk = Desk.from_settings(settings)
    while execute(desk, sessions, uuid.UUID(job), owner="bench").again_in is not None:
        pass
    tag = client.get(f"/api/jobs/{job}", headers=headers).headers["ETag"]
    try:
        yield Side(client, headers, job, tag)
    finally:
        engine.dispose()
        with app.app_context():
            db.engine.dispose()
