"""One running stack (web, worker) for these tests, on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models.sessions import make_engine, make_sessions
from tests.databases import Databases
from tests.stack import Stack


@pytest.fixture(scope="package")
def live_database(databases: Databases, process_number: int) -> str:
    return databases.migrated(f"ebb_live_{process_number}")


@pytest.fixture(scope="package")
def live_environment(
    environment: dict[str, str], live_database: str, redis_url: str
) -> dict[str, str]:
    number = int(redis_url.rpartition("/")[2]) + 36
    return {
        **environment,
        "DATABASE_URL": live_database,
        "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{number}",
        # A community of its own at Telegram, whose bot others have too.
        "EBB_TELEGRAM_CHAT_ID": "-1001000000036",
        "WEB_CONCURRENCY": "2",
        "WORKER_PROCESSES": "1",
    }


@pytest.fixture(scope="package")
def stack(live_environment: dict[str, str]) -> Iterator[Stack]:
    running = Stack(live_environment)
    running.start("web")
    running.start("worker")
    yield running
    running.stop_all()


@pytest.fixture(scope="package")
def live_sessions(live_database: str) -> Iterator[sessionmaker[Session]]:
    engine = make_engine(live_database)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def ledger_of(
    control: Callable[..., Any], known_secrets: Callable[..., None]
) -> Callable[[int], Any]:
    """The exchange's ledger of a test person's account."""

    def read(telegram_id: int) -> tuple[int, list[dict[str, Any]]]:
        keys = control("POST", "demo-book", {"telegram_id": telegram_id})
        known_secrets(keys["api_key"], keys["api_secret"])
        items: list[dict[str, Any]] = control("GET", "ledger", uid=keys["uid"])["items"]
        return keys["uid"], items

    return read
