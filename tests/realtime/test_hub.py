"""One process's hub, without gunicorn around it: Redis away, clients that fall silent."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any, TypeAlias

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from core.ids import new_id
from core.problems import Problem
from core.redis_patience import ONCE, REDIS_TIMEOUT
from core.settings import Settings
from devstack.ports import any_free
from models import events
from models.users import User
from tests.stack import wait_for
from web.admin.picture import Picture
from web.realtime import client, hub
from web.realtime.closing import Code
from web.realtime.hub import Hub, Limits
from web.realtime.records import Records
from web.realtime.visitor import Visitor

TEXT, CLOSE, PING = 1, 8, 9
SIZE = 32_000
Call: TypeAlias = "Callable[[uuid.UUID], Line]"


@pytest.fixture
def alone(sessions: sessionmaker[Session], settings: Settings) -> Iterator[Hub]:
    """A hub that finds no Redis."""
    address = f"redis://127.0.0.1:{any_free()}/0"
    away = Redis.from_url(address, socket_connect_timeout=REDIS_TIMEOUT, retry=ONCE)
    records = Records(sessions, None, Picture(away, settings))
    made = Hub(records, away, address, Limits(100, 5, 50), 0.2)
    yield made
    made.stop(Code.GOING_AWAY, 4)


@pytest.fixture
def user_id(sessions: sessionmaker[Session]) -> uuid.UUID:
    with sessions.begin() as session:
        user = User(id=new_id(), telegram_id=uuid.uuid4().int % 2**50)
        session.add(user)
    return user.id


@pytest.fixture
def call(alone: Hub) -> Iterator[Callable[[uuid.UUID], Line]]:
    """Opens a line to the hub for this person."""
    with ExitStack() as opened:
        yield lambda user_id: opened.enter_context(closing(Line(alone, user_id)))


class Line:
    """The client's end of a connection, read frame by frame."""

    def __init__(self, kept_by: Hub, user_id: uuid.UUID) -> None:
        self._end, theirs = socket.socketpair()
        self.close = self._end.close
        self._end.settimeout(8)
        self._left = b""
        kept_by.admit(theirs, Visitor(user_id, None, None, "here", "en"))

    def frame(self) -> tuple[int, bytes]:
        """Opcode and payload."""
        first, size = self._exactly(2)
        if size == 126:
            size = int.from_bytes(self._exactly(2))
        return first & 0x0F, self._exactly(size)

    def next(self, kind: str) -> dict[str, Any]:
        while True:
            opcode, payload = self.frame()
            if opcode == TEXT and (told := json.loads(payload))["type"] == kind:
                return dict(told)

    def closed(self) -> int:
        """The code of the close frame."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2])

    def opcodes(self) -> Iterator[int]:
        """Of all frames until the connection ends."""
        with suppress(EOFError, ConnectionResetError):
            while True:
                yield self.frame()[0]

    def _exactly(self, count: int) -> bytes:
        while len(self._left) < count:
            piece = self._end.recv(4096)
            if not piece:
                raise EOFError
            self._left += piece
        taken, self._left = self._left[:count], self._left[count:]
        return taken


def test_while_redis_is_away_events_and_status_still_come(
    call: Call, user_id: uuid.UUID, sessions: sessionmaker[Session]
) -> None:
    line = call(user_id)
    line.next("hello")
    began = time.monotonic()
    with sessions.begin() as session:
        event_id = events.tell(session, user_id, "toast", {"title": "still here"})
    assert line.next("toast")["id"] == event_id
    assert time.monotonic() - began < 2
    status = line.next("status")["data"]
    assert status["activeUsers"] == 1
    assert status["workers"] is None


def test_a_process_that_is_told_to_stop_says_goodbye(
    alone: Hub, call: Call, user_id: uuid.UUID
) -> None:
    line, stopped = call(user_id), threading.Event()
    line.next("hello")
    alone.attend(lambda: not stopped.is_set(), lambda: Code.GOING_AWAY)
    stopped.set()
    assert line.closed() == Code.GOING_AWAY


@pytest.mark.parametrize(
    ("limits", "status", "code"),
    [
        (Limits(all=1, per_person=5, per_household=50), 503, "sockets_full"),
        (Limits(all=100, per_person=5, per_household=1), 429, "too_many_sockets"),
    ],
)
def test_there_is_room_for_so_many(
    alone: Hub,
    call: Call,
    user_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
    limits: Limits,
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr(alone, "_limits", limits)
    alone.check_room("here")
    call(user_id).next("hello")
    with pytest.raises(Problem) as refusal:
        alone.check_room("here")
    assert (refusal.value.status, refusal.value.code) == (status, code)
    assert "Retry-After" in refusal.value.headers


def test_a_silent_client_is_asked_and_then_dropped(
    alone: Hub, call: Call, user_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PING_SECONDS", 0.0)
    monkeypatch.setattr(client, "DEAD_SECONDS", 1.0)
    monkeypatch.setattr(hub, "_LOOK_SECONDS", 0.2)
    line = call(user_id)
    assert PING in set(line.opcodes())
    assert alone.room.size == 0


def test_whoever_reads_too_slowly_is_told_so_and_holds_little(
    alone: Hub, call: Call, user_id: uuid.UUID, sessions: sessionmaker[Session]
) -> None:
    line = call(user_id)
    line.next("hello")
    (kept,) = alone.room
    for _ in range(3 * client.MAX_UNSENT // SIZE):
        with sessions.begin() as session:
            events.tell(session, user_id, "toast", {"title": "x" * SIZE})
    wait_for(lambda: not kept.is_open)
    # And the word of farewell.
    assert 0 < kept.unsent <= client.MAX_UNSENT + 125
    assert line.closed() == Code.TRY_LATER


def test_whoever_is_gone_has_no_socket(
    call: Call, user_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_LIVING_SECONDS", 0.1)
    call(user_id).next("hello")
    stranger = call(uuid.uuid4())
    assert stranger.closed() == Code.SIGN_IN_ENDED
