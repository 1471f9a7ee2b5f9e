"""The sockets of this process: takes them over from gunicorn's threads, and runs what is done for
all of them."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import redis.asyncio
from redis import Redis
from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from core.problems import Problem
from core.queue_names import EVENTS_CHANNEL, JOBS_CHANNEL
from core.redis_patience import REDIS_TIMEOUT
from web.realtime.client import Client
from web.realtime.closing import Code
from web.realtime.loop import Loop
from web.realtime.news import News
from web.realtime.presence import Roll
from web.realtime.progress import Progress
from web.realtime.records import Records
from web.realtime.room import Room
from web.realtime.status import Status
from web.realtime.talk import Talk
from web.realtime.visitor import Visitor
from web.realtime.watching import Watching

log = get_logger(__name__)
_LOOK_SECONDS = 1.0
_LIVING_SECONDS = 4.0
_ACKS_SECONDS = 2.0
_COMPARE_SECONDS = 30.0
_WATCH_SECONDS = 0.2
# What the process needs besides sockets: pools, pipes, requests under way.
_OTHER_FILES = 512
_SEND_BUFFER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sockets this process holds; of them, how many of one person and one address."""

    all: int
    per_person: int
    per_household: int


class Hub:
    """`admit` is for any thread; everything else happens in the loop's."""

    def __init__(
        self,
        records: Records,
        roll_redis: Redis,
        redis_address: str,
        limits: Limits,
        status_seconds: float,
    ) -> None:
        self._limits = limits
        self._status_seconds = status_seconds
        self._redis_address = redis_address
        self._loop = Loop()
        self.room = Room()
        self.roll = Roll(roll_redis)
        self._records = records
        self._news = News(self._loop, self.room, records)
        self._status = Status(self._loop, self.room, records, self.roll)
        self._progress = Progress(self._loop, self.room, records, self._status.changed)
        self._watching = Watching(self._loop, self.room, records)
        self._talk = Talk(self._loop, records, self._news, self._watching)
        self._stopping = False
        self._empty = threading.Event()
        self._files = 0

    # -- from outside -----------------------------------------------------------------------------

    def check_room(self, household: str) -> None:
        """Whether one more from this address fits. Raises Problem: (429) `too_many_sockets`, (503)
        `sockets_full`."""
        self._raise_file_limit()
        if self.room.households[household] >= self._limits.per_household:
            raise Problem("too_many_sockets", 429, headers={"Retry-After": "30"})
        if self._stopping or self.room.size >= min(self._limits.all, self._files):
            raise Problem("sockets_full", 503, headers={"Retry-After": "5"})

    def admit(self, taken: socket.socket, visitor: Visitor) -> None:
        """Serve this connection, whose handshake is done, from now on."""
        taken.setblocking(False)
        # The kernel must not hold megabytes for whoever does not read.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        with contextlib.suppress(OSError):
            taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = self._loop.start(self._begin)
        asyncio.run_coroutine_threadsafe(self._accept(loop, taken, visitor), loop)

    def attend(self, alive: Callable[[], bool], code: Callable[[], Code]) -> None:
        """Run from now on; when the process is no longer `alive`, say goodbye to all."""
        loop = self._loop.start(self._begin)
        loop.call_soon_threadsafe(self._loop.spawn, self._watch(alive, code))

    def stop(self, code: Code, seconds: float) -> None:
        """Say goodbye to all, wait so long at most until they are gone, and end."""
        if not self._loop.is_started:
            return
        self._loop.start(self._begin).call_soon_threadsafe(self._say_goodbye, code)
        self._empty.wait(seconds)
        with contextlib.suppress(RedisError, OSError):
            self.roll.leave()
        self._loop.stop(seconds)

    # -- the loop's side --------------------------------------------------------------------------

    def _begin(self) -> None:
        deeds = (
            (self._status_seconds, self._status.send),
            (self._status_seconds, self._watching.send),
            (_LOOK_SECONDS, self._status.ask_figures),
            (_LOOK_SECONDS, self._status.ask_days),
            (_LOOK_SECONDS, self._status.call_the_roll),
            (_LOOK_SECONDS, self._news.look),
            (_COMPARE_SECONDS, self._news.compare),
            (_ACKS_SECONDS, self._news.keep_acks),
            (_LOOK_SECONDS, self._progress.look),
            (_LOOK_SECONDS, self._ping),
            (_LIVING_SECONDS, self._drop_the_ended),
            (_LOOK_SECONDS, self._listen),
        )
        for seconds, deed in deeds:
            self._loop.every(seconds, deed)

    async def _accept(
        self, loop: asyncio.AbstractEventLoop, taken: socket.socket, visitor: Visitor
    ) -> None:
        try:
            await loop.connect_accepted_socket(lambda: Client(visitor, self), taken)
        except OSError:
            taken.close()

    def joined(self, client: Client) -> None:
        theirs = self.room.of(client.visitor.user_id)
        self.room.add(client)
        if self._stopping:
            client.close(Code.GOING_AWAY)
            return
        for oldest in theirs[: max(0, len(theirs) + 1 - self._limits.per_person)]:
            # Out of the count at once: it may take its time to go.
            self.room.remove(oldest)
            oldest.close(Code.TOO_MANY, "you opened another")
        self._loop.spawn(self._welcome(client))

    def left(self, client: Client) -> None:
        self.room.remove(client)
        if self._stopping and not self.room.size:
            self._empty.set()

    def heard(self, client: Client, raw: bytes) -> None:
        self._talk.answer(client, raw)

    async def _welcome(self, client: Client) -> None:
        await self._news.resume(client, client.visitor.after, client.visitor.epoch)
        await self._progress.welcome(client)

    async def _ping(self) -> None:
        now = clock.monotonic()
        for client in self.room:
            client.ping(now)

    async def _drop_the_ended(self) -> None:
        """Whose sign-in, initData or person has come to its end."""
        clients, now = list(self.room), clock.monotonic()
        sign_ins = {one.visitor.sign_in for one in clients if one.visitor.sign_in}
        people = {one.visitor.user_id for one in clients if not one.visitor.sign_in}
        gone: set[uuid.UUID] = set()
        if clients:
            gone = await self._loop.ask(self._records.gone, sign_ins, people)
        for client in clients:
            visitor = client.visitor
            too_old = visitor.until is not None and visitor.until <= now
            if too_old or (visitor.sign_in or visitor.user_id) in gone:
                client.close(Code.SIGN_IN_ENDED, "signed out")

    async def _listen(self) -> None:
        """Hear the announcements, until Redis goes away. Behind each stands a look of its own."""
        connection = redis.asyncio.Redis.from_url(
            self._redis_address,
            socket_connect_timeout=REDIS_TIMEOUT,
            socket_keepalive=True,
            health_check_interval=10,
        )
        async with connection, connection.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(EVENTS_CHANNEL, JOBS_CHANNEL)
            while True:
                message = await heard.get_message(timeout=5.0)
                if message is not None:
                    self._rung(message["channel"].decode(), message["data"].decode())

    def _rung(self, channel: str, message: str) -> None:
        if channel == EVENTS_CHANNEL:
            self._news.ring()
            return
        with contextlib.suppress(ValueError):
            user_id, job_id = (uuid.UUID(part) for part in message.split())
            self._progress.ring(user_id, job_id)

    # -- the end ----------------------------------------------------------------------------------

    async def _watch(self, alive: Callable[[], bool], code: Callable[[], Code]) -> None:
        while alive():
            await asyncio.sleep(_WATCH_SECONDS)
        self._say_goodbye(code())

    def _say_goodbye(self, code: Code) -> None:
        if not self._stopping:
            self._stopping = True
            log.info("realtime.goodbye", code=int(code), sockets=self.room.size)
            for client in self.room:
                client.close(code)
        if not self.room.size:
            self._empty.set()

    def _raise_file_limit(self) -> None:
        """As many open files as the system lets us have: each socket is one."""
        if self._files:
            return
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self._limits.all + _OTHER_FILES
        able = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft != resource.RLIM_INFINITY and soft < able:
            resource.setrlimit(resource.RLIMIT_NOFILE, (able, hard))
        self._files = max(1, able - _OTHER_FILES)
        if self._files < self._limits.all:
            log.warning("realtime.few_files", sockets=self._files)
