"""Two web processes on one database and one Redis, and people with sockets on either."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from core import clock
from core.announcer import Announcer
from core.roles import Role
from core.settings import Settings
from devstack.paths import TEST
from devstack.ports import lasting
from devstack.redis_server import Redis as RedisServer
from models import announcing, events
from models.sessions import make_engine, make_sessions
from models.users import User
from telegram.init_data import TelegramUser, sign
from tests.stack import Stack

PATIENCE = 8.0


@pytest.fixture(scope="session")
def redis_server(process_number: int) -> Iterator[RedisServer]:
    """A Redis that nobody else uses, so that it can be killed."""
    server = RedisServer(TEST / f"redis-realtime-{process_number}", fixed_port=lasting(1)[0])
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def realtime_environment(environment: dict[str, str], redis_server: RedisServer) -> dict[str, str]:
    return {
        **environment,
        "REDIS_URL": redis_server.url(),
        "WEB_CONCURRENCY": "1",
        "EBB_SOCKETS_PER_ADDRESS": "500",
        "EBB_PUBLIC_URL": "https://ebb.example",
    }


@pytest.fixture(scope="session")
def realtime_redis(realtime_environment: dict[str, str]) -> Iterator[Redis]:
    client = Redis.from_url(realtime_environment["REDIS_URL"])
    yield client
    client.close()


@pytest.fixture(scope="session")
def two_webs(realtime_environment: dict[str, str]) -> Iterator[tuple[Stack, Stack]]:
    """Two web processes, each on a port of its own."""
    first, second = Stack(dict(realtime_environment)), Stack(dict(realtime_environment))
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda one: one.start("web"), (first, second)))
        yield first, second
        list(both.map(lambda one: one.stop_all(), (first, second)))


@pytest.fixture
def webs(two_webs: tuple[Stack, Stack]) -> tuple[Stack, Stack]:
    """Both of them running: one that a test killed is started anew for the next that needs it."""
    for one in two_webs:
        if "web" not in one.running:
            one.start("web")
    return two_webs


@pytest.fixture
def urls(webs: tuple[Stack, Stack]) -> tuple[str, str]:
    return webs[0].url, webs[1].url


@pytest.fixture
def url(urls: tuple[str, str]) -> str:
    return urls[0]


@pytest.fixture(scope="session")
def telling(database_url: str, realtime_redis: Redis) -> Iterator[sessionmaker[Session]]:
    """Sessions of yet another process, whose announcements are carried to Redis."""
    engine: Engine = make_engine(database_url)
    sessions = make_sessions(engine)
    announcing.watch(sessions, Announcer(realtime_redis).carry)
    yield sessions
    engine.dispose()


class Socket:
    """A client that keeps what it was told, but for the status, which comes each second."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.hello: dict[str, Any] = {}

    def say(self, message: Any) -> None:
        self.connection.send(message if isinstance(message, str) else json.dumps(message))

    def next(self, *kinds: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next message of one of these kinds."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            assert left > 0, f"no {kinds} came"
            told: dict[str, Any] = json.loads(self.connection.recv(timeout=left))
            if told["type"] in kinds:
                return told

    def closed(self, seconds: float = PATIENCE) -> int:
        """The code that the socket is closed with."""
        until = time.monotonic() + seconds
        with suppress(ConnectionClosed):
            while True:
                self.connection.recv(timeout=max(0.01, until - time.monotonic()))
        assert self.connection.close_code is not None
        return self.connection.close_code


@dataclass
class Told:
    """Events for everybody, told all the time: each id with its moment."""

    telling: sessionmaker[Session]
    at: dict[int, float]

    def tell(self, filler: str = "") -> int:
        with self.telling.begin() as session:
            event_id = events.tell(session, None, "toast", {"title": "news", "filler": filler})
            # Others may hear of it before `begin` returns.
            self.at[event_id] = time.monotonic()
        return event_id

    @contextmanager
    def steadily(self, seconds: float) -> Iterator[None]:
        """One after the other, so long apart, until the end of the block."""
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(seconds):
                self.tell()

        with ThreadPoolExecutor(1) as pool:
            teller = pool.submit(go_on)
            try:
                yield
            finally:
                over.set()
                teller.result()


def received(one: Socket, until: Callable[[], int | None]) -> list[tuple[int, float]]:
    """Each event with the moment when it came, up to the one that `until` names in time."""
    found: list[tuple[int, float]] = []
    while not found or found[-1][0] != until():
        found.append((one.next("toast")["id"], time.monotonic()))
    return found


@dataclass
class Person:
    """Signed in; `open` opens a socket of theirs."""

    telegram_id: int
    id: uuid.UUID
    token: str
    init_data: str
    opened: ExitStack

    def call(self, method: str, address: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(method, address, headers=headers, timeout=10, **more)

    def ticket(self, url: str) -> str:
        answer = self.call("POST", f"{url}/api/ws-ticket")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["ticket"])

    def open(self, url: str, query: str = "", **more: Any) -> Socket:
        address = f"{url.replace('http', 'ws', 1)}/ws?ticket={self.ticket(url)}{query}"
        return self.open_at(address, **more)

    def open_at(self, address: str, **more: Any) -> Socket:
        opening = connect(address, close_timeout=1, compression=None, **more)
        socket = Socket(self.opened.enter_context(opening))
        socket.hello = socket.next("hello")
        return socket


@pytest.fixture
def make_person(
    url: str,
    settings: Settings,
    telling: sessionmaker[Session],
    known_secrets: Callable[..., None],
) -> Iterator[Callable[..., Person]]:
    opened = ExitStack()

    def make(role: Role = Role.USER, language: str = "en") -> Person:
        telegram_id = uuid.uuid4().int % 2**45
        user = TelegramUser(id=telegram_id, first_name="Anna", language_code=language)
        also = {"query_id": uuid.uuid4().hex}
        data = sign(user, settings.bot_tokens[0], now=clock.utcnow(), also=also)
        tokens = requests.post(
            f"{url}/api/auth/telegram", json={"init_data": data}, timeout=10
        ).json()
        known_secrets(tokens["access_token"], tokens["refresh_token"])
        with telling.begin() as session:
            row = session.query(User).filter_by(telegram_id=telegram_id).one()
            row.role = role
        return Person(telegram_id, row.id, tokens["access_token"], data, opened)

    with opened:
        yield make


@pytest.fixture
def person(make_person: Callable[..., Person]) -> Person:
    return make_person()


@pytest.fixture
def told(telling: sessionmaker[Session]) -> Told:
    return Told(telling, {})
