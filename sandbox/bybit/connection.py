"""One open stream: a WebSocket, whose it is, what it hears, and a bounded line of what to send."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from sandbox.bybit.account import Account

_MOST_WAITING = 256
_MOST_BYTES = 65_536
_ALIVE = re.compile(r"^(\d{1,4})(s|m)$")
_ALIVE_LEAST, _ALIVE_MOST = 30.0, 600.0
Handle = Callable[["Connection", str], Awaitable[None]]


def alive_seconds(asked: str) -> float:
    """How long a stream may be silent: `max_active_time` like "45s" or "2m", 30 s to 10 minutes;
    10 minutes if it is absent or cannot be read."""
    found = _ALIVE.match(asked)
    if found is None:
        return _ALIVE_MOST
    seconds = float(found[1]) * (60 if found[2] == "m" else 1)
    return min(max(seconds, _ALIVE_LEAST), _ALIVE_MOST)


class Connection:
    """Nothing here waits for the reader: a connection whose line is full is cut."""

    def __init__(self, http: web.Request) -> None:
        self.id = f"{secrets.token_hex(10)}-{secrets.token_hex(2)}"
        self.address = http.remote or ""
        self.account: Account | None = None
        self.topics: set[str] = set()
        self._http = http
        self._alive = alive_seconds(http.query.get("max_active_time", ""))
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self._silence: asyncio.Timeout | None = None
        self._is_cut = False

    async def serve(self, handle: Handle) -> web.WebSocketResponse:
        """Open the socket and hand over each text that comes, until either side ends it."""
        socket = web.WebSocketResponse(max_msg_size=_MOST_BYTES, compress=False)
        await socket.prepare(self._http)
        writer = asyncio.create_task(self._write(socket))
        try:
            async with asyncio.timeout(self._alive) as self._silence:
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        self._was_heard()
                        await handle(self, message.data)
        except TimeoutError:
            self.cut()
        finally:
            writer.cancel()
        return socket

    def send(self, message: dict[str, Any]) -> None:
        """Put a message in line; a reader who is too slow is dropped, as there."""
        if self._is_cut:
            return
        try:
            self._waiting.put_nowait(orjson.dumps(message))
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        """End it at once, without a closing frame and without what is still in line."""
        self._is_cut = True
        if self._http.transport is not None:
            self._http.transport.abort()

    def _was_heard(self) -> None:
        if self._silence is not None and not self._silence.expired():
            self._silence.reschedule(asyncio.get_running_loop().time() + self._alive)

    async def _write(self, socket: web.WebSocketResponse) -> None:
        # A socket that goes away ends the reading loop too, which ends the connection.
        with contextlib.suppress(ConnectionError):
            while True:
                await socket.send_str((await self._waiting.get()).decode())
                self._was_heard()
