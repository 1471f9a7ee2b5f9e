"""Fixtures on real servers: a migrated database for each test process, a Redis, the sandbox."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

import models  # noqa: F401 - fills the metadata
from core.logs import configure_logs
from core.settings import Settings
from devstack import test_servers
from devstack.environment import child_environment
from devstack.paths import TEST
from devstack.test_servers import LOGS, SECRETS, Servers
from models.base import Base
from models.sessions import make_engine, make_sessions
from telegram.bot_api import BotApi
from tests.bots import BotUnderTest
from tests.databases import Databases
from tests.groups import ByGroup, count_lines_where_it_matters, long_ones_first
from tests.mailbox import mail_worker, mailbox  # noqa: F401 - fixtures
from trading.desk import Desk

RECORDED = Path(__file__).resolve().parent.parent.parent / "shared" / "bybit" / "recorded"
MakeAccount = Callable[..., dict[str, Any]]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ["EBB_TEST_RUN"] = uuid.uuid4().hex


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    long_ones_first(items)
    if config.pluginmanager.hasplugin("pytest_cov"):
        count_lines_where_it_matters(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup | None:
    return ByGroup(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        test_servers.stop(os.environ.get("EBB_TEST_RUN", ""))


@pytest.fixture(scope="session")
def servers() -> Servers:
    return test_servers.started(os.environ["EBB_TEST_RUN"])


@pytest.fixture(scope="session")
def sandbox_url(servers: Servers) -> str:
    return servers.sandbox_url


@pytest.fixture(scope="session")
def telegram_url(servers: Servers) -> str:
    return servers.telegram_url


@pytest.fixture(scope="session")
def process_number() -> int:
    """0 for a lone test process, else the number of this one."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session")
def redis_url(servers: Servers, process_number: int) -> str:
    return f"{servers.redis_url}/{process_number}"


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Databases:
    return Databases(servers.postgres_url)


@pytest.fixture(scope="session")
def database_url(databases: Databases, process_number: int) -> str:
    """This process's database, with all migrations."""
    return databases.migrated(f"ebb_test_{process_number}")


@pytest.fixture(scope="session")
def known_secrets() -> Callable[..., None]:
    """Notes secrets that the run uses; at its end no log may hold one of them."""

    def note(*secrets: str) -> None:
        TEST.mkdir(parents=True, exist_ok=True)
        with SECRETS.open("a") as stream:
            stream.write("".join(f"{secret}\n" for secret in secrets if secret))

    return note


@pytest.fixture(scope="session")
def environment(
    database_url: str,
    redis_url: str,
    sandbox_url: str,
    telegram_url: str,
    known_secrets: Callable[..., None],
) -> dict[str, str]:
    """The environment of child processes: a sandbox deployment on this process's servers."""
    made = child_environment(
        TEST,
        database_url=database_url,
        redis_url=redis_url,
        sandbox_url=sandbox_url,
        telegram_url=telegram_url,
    )
    known_secrets(
        *(made[f"EBB_{name}"] for name in ("MASTER_SECRETS", "JWT_SECRET", "TELEGRAM_BOT_TOKEN"))
    )
    made["EBB_RATE_LIMIT_AUTH"] = made["EBB_RATE_LIMIT_ORDERS"] = "100000 per minute"
    made["EBB_RATE_LIMIT_DEFAULT"] = "100000 per minute"
    # Nobody polls beside a test.
    made["EBB_TELEGRAM_UPDATES"] = "webhook"
    made["EBB_PUBLIC_URL"] = "https://ebb.example"
    made["EBB_SETTLE_SECONDS"] = "0.3"
    made["EBB_LEASE_SECONDS"] = "3"
    # A round of the sampler, or of the key check, would come between what a test counts.
    made["EBB_EXPOSURE_SECONDS"] = made["EBB_KEY_CHECK_SECONDS"] = "0"
    return made


@pytest.fixture(scope="session")
def settings(environment: dict[str, str]) -> Settings:
    patch = pytest.MonkeyPatch()
    for name, value in environment.items():
        patch.setenv(name, value)
    try:
        return Settings()
    finally:
        patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _logs_of_this_process(process_number: int) -> Iterator[None]:
    """What code under test logs in this process goes to a file that is searched afterwards."""
    import logging  # noqa: PLC0415

    LOGS.mkdir(parents=True, exist_ok=True)
    configure_logs("DEBUG")
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    with (LOGS / f"pytest-{process_number}.log").open("a") as stream:
        old = handler.setStream(stream)
        yield
        handler.setStream(old)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def sessions(engine: Engine) -> sessionmaker[Session]:
    return make_sessions(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as opened:
        yield opened


@pytest.fixture
def clean_database(engine: Engine) -> None:
    """Every table empty but the audit log, which the database lets nobody empty."""
    tables = ", ".join(
        table.name for table in Base.metadata.sorted_tables if not table.name.startswith("audit_")
    )
    with engine.begin() as connection:
        connection.execute(text(f"truncate {tables} restart identity cascade"))


@pytest.fixture(scope="session")
def desk(settings: Settings) -> Desk:
    return Desk.from_settings(settings)


@pytest.fixture(scope="session")
def make_account(sandbox_url: str, known_secrets: Callable[..., None]) -> MakeAccount:
    """Makes a sandbox account by the control API: uid, api_key, api_secret. No rate limits unless
    asked for."""

    def make(**body: Any) -> dict[str, Any]:
        answer = requests.post(
            f"{sandbox_url}/_control/accounts", json={"limits": "off", **body}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        known_secrets(made["api_key"], made["api_secret"])
        return made

    return make


@pytest.fixture(scope="session")
def control(sandbox_url: str) -> Callable[..., Any]:
    """Calls the sandbox's control API: `control("POST", "prices", {...})`."""

    def call(method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = requests.request(
            method, f"{sandbox_url}/_control/{path}", json=body, params=query, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


@pytest.fixture(scope="session")
def telegram(telegram_url: str) -> Callable[..., Any]:
    """Calls the sandbox Telegram's control API: `telegram("POST", "write", {...})`."""

    def call(method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = requests.request(
            method, f"{telegram_url}/_control/{path}", json=body, params=query, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


@pytest.fixture
def make_bot(
    telegram: Callable[..., Any], telegram_url: str, known_secrets: Callable[..., None]
) -> Callable[..., BotUnderTest]:
    """Makes a bot of its own at the sandbox Telegram, so tests don't meet."""

    def make(**options: Any) -> BotUnderTest:
        token = f"{uuid.uuid4().int % 2**40}:{uuid.uuid4().hex}"
        known_secrets(token, token.partition(":")[2])
        telegram("POST", "bots", {"token": token, **options})
        return BotUnderTest(token, BotApi(token, telegram_url, timeout_seconds=2), telegram)

    return make


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Answers recorded from the real exchange; the test is skipped where they are not."""
    if not RECORDED.is_dir():
        pytest.skip("no recorded answers beside the checkout")
    return RECORDED
