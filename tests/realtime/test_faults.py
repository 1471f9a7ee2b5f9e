"""What breaks, and who must not notice: Redis, and clients that are deaf or bad."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress

import psutil

from devstack.redis_server import Redis
from tests.faults.storm.programs import kill_family
from tests.realtime.conftest import Person, Socket, Told, received
from tests.stack import Stack
from web.realtime.client import MAX_BYTES, MAX_UNSENT

LOOK = 1.0
"""Seconds after which an event is seen though nobody rang for it."""
SLACK = 1.5
"""Of a machine that does other things too."""


def delays(told: Told, came: Sequence[tuple[int, float]]) -> list[float]:
    """Seconds of each. Fails unless all came once and in order."""
    assert [event_id for event_id, _ in came] == sorted(told.at)
    return [moment - told.at[event_id] for event_id, moment in came]


# -- Redis ----------------------------------------------------------------------------------------


def test_a_redis_that_is_killed_costs_a_second_and_no_event_and_presence_comes_back(
    urls: tuple[str, str],
    make_person: Callable[..., Person],
    told: Told,
    redis_server: Redis,
) -> None:
    sockets = [make_person().open(url) for url in urls]
    last: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        hearing = [pool.submit(received, one, lambda: last[0] if last else None) for one in sockets]
        with told.steadily(0.02):
            time.sleep(0.2)
            kill_family(int((redis_server.folder / "redis.pid").read_text()))
            (redis_server.folder / "dump.rdb").unlink(missing_ok=True)
            time.sleep(0.5)
            redis_server.start()
            time.sleep(0.3)
        last.append(told.tell())
        for heard in hearing:
            assert max(delays(told, heard.result())) < LOOK + SLACK
    # It came back empty: whom another process has is known by that process's word alone.
    while True:
        status = sockets[0].next("status")["data"]
        if status["workers"] is not None and status["activeUsers"] >= 2:
            break


# -- deaf clients ---------------------------------------------------------------------------------


def deaf(person: Person, url: str) -> socket.socket:
    """A client that opens a socket and never reads again."""
    host, _, port = url.removeprefix("http://").partition(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((host, int(port)))
    raw.sendall(
        f"GET /ws?ticket={person.ticket(url)} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert raw.recv(12) == b"HTTP/1.1 101"
    return raw


def resident(web: Stack) -> int:
    """Bytes of memory of the web process."""
    parent = psutil.Process(web.running["web"].pid)
    return sum(one.memory_info().rss for one in parent.children(recursive=True))


def test_clients_that_never_read_are_dropped_and_cost_nobody_time_or_much_memory(
    webs: tuple[Stack, Stack], make_person: Callable[..., Person], told: Told
) -> None:
    web, awake = webs[0], make_person().open(webs[0].url)
    size, rounds = 64_000, 120
    with ExitStack() as opened:
        crowd = [make_person() for _ in range(2)]
        ten = [opened.enter_context(deaf(crowd[n % 2], web.url)) for n in range(10)]
        before = resident(web)
        with ThreadPoolExecutor(1) as pool:
            hearing = pool.submit(lambda: [_came(awake) for _ in range(rounds)])
            for _ in range(rounds):
                told.tell(filler="x" * size)
            took = delays(told, hearing.result())
        assert max(took) < SLACK
        # What was told is 75 MB for ten.
        assert resident(web) - before < 10 * MAX_UNSENT + 30_000_000
        for one in ten:
            one.settimeout(8)
            got = 0
            with suppress(ConnectionResetError):
                while piece := one.recv(65536):
                    got += len(piece)
            assert got < 2 * MAX_UNSENT, "what it gets now waited for it"


def _came(one: Socket) -> tuple[int, float]:
    return one.next("toast")["id"], time.monotonic()


# -- bad clients ----------------------------------------------------------------------------------


def frame(first: int, payload: bytes, size: bytes | None = None) -> bytes:
    """As a client sends it, under a mask of zeros; `size` if it is not to be the true one."""
    if size is None:
        count = len(payload)
        size = bytes((0x80 | count,)) if count < 126 else b"\xfe" + struct.pack(">H", count)
    return bytes((first,)) + size + b"\0\0\0\0" + payload


JUNK = (
    (frame(0x81, b"junk"), 1008),
    (frame(0x81, b'{"type":'), 1008),
    (frame(0x81, b'{"action":"broadcast","text":7}'), 1008),
    (frame(0x82, b"\x00\xff" * 40), 1008),
    (frame(0x81, b"\xff\xfe not UTF-8"), 1008),
    (frame(0x01, b"begun, ") + frame(0x00, b"and never ended"), 1002),
    (frame(0x89, b"ping"), 1008),
    (frame(0x83, b"an opcode that there is not"), 1002),
    (frame(0xF1, b"bits that nobody agreed on"), 1002),
    (b"\x81\x04bare", 1002),
    (frame(0x80, b"the end of nothing"), 1002),
    (frame(0x89, b"p" * 126), 1002),
    (frame(0x81, b"", b"\xff" + b"\x7f" + b"\xff" * 7), 1009),
    (frame(0x81, b"x" * (MAX_BYTES + 1)), 1009),
    (frame(0x88, b"\x00"), 1002),
    (b"\xff\x00\x93", 1002),
)
"""Frames, and what a client that sends 625 of them is closed with."""
EACH = 10_000 // len(JUNK)


def test_ten_thousand_frames_of_junk_end_with_their_senders(
    webs: tuple[Stack, Stack], make_person: Callable[..., Person], told: Told
) -> None:
    web = webs[0]
    awake = make_person().open(web.url)
    processes = psutil.Process(web.running["web"].pid).children()
    crowd = [make_person() for _ in range(4)]
    vandals = [crowd[n % 4].open(web.url) for n in range(len(JUNK))]

    def throw(vandal: Socket, junk: bytes) -> int:
        with suppress(OSError):
            vandal.connection.socket.sendall(junk * EACH)
        return vandal.closed()

    with ThreadPoolExecutor(len(JUNK) + 1) as pool:
        thrown: list[Future[int]] = [
            pool.submit(throw, vandal, junk)
            for vandal, (junk, _) in zip(vandals, JUNK, strict=True)
        ]
        hearing = pool.submit(lambda: [_came(awake) for _ in range(20)])
        for _ in range(20):
            told.tell()
        assert max(delays(told, hearing.result())) < SLACK
        codes = [one.result() for one in thrown]
    assert codes == [code for _, code in JUNK]
    awake.say({"type": "ping"})
    awake.next("pong")
    assert psutil.Process(web.running["web"].pid).children() == processes
