"""The floor of the sockets: one asyncio loop and the frames of `websockets`, nothing else.

Sends its clients a status as long as ours each second, and what is published on `CHANNEL` at once.
"""

from __future__ import annotations

import asyncio
import json
import os

import redis.asyncio
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

CHANNEL = "bench:sockets"
_STATUS = {
    "type": "status",
    "data": {
        "running": True,
        "uptime": 103245,
        "activeUsers": 200,
        "messagesProcessed": 0,
        "alertsSent": 0,
        "queueDepth": 0,
        "workers": 0,
        "sessionPnL": 0.0,
        "sessionTrades": 0,
        "lastTrade": None,
    },
}


class Guest(asyncio.Protocol):
    """One connection; among the `guests` once its handshake is done."""

    def __init__(self, guests: set[Guest]) -> None:
        self._guests = guests
        self._protocol = ServerProtocol()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
                self._guests.add(self)
        for piece in self._protocol.data_to_send():
            if self.transport is not None:
                self.transport.write(piece)

    def connection_lost(self, _: Exception | None) -> None:
        self._guests.discard(self)


def _tell(guests: set[Guest], payload: bytes) -> None:
    frame = Frame(Opcode.TEXT, payload).serialize(mask=False)
    for guest in guests:
        if guest.transport is not None:
            guest.transport.write(frame)


async def _each_second(guests: set[Guest]) -> None:
    while True:
        _tell(guests, json.dumps(_STATUS, separators=(",", ":")).encode())
        await asyncio.sleep(1)


async def serve() -> None:
    """Until it is killed."""
    guests: set[Guest] = set()
    loop = asyncio.get_running_loop()
    await loop.create_server(
        lambda: Guest(guests), "127.0.0.1", int(os.environ["PORT"]), backlog=2048
    )
    ticking = loop.create_task(_each_second(guests))
    async with (
        redis.asyncio.Redis.from_url(os.environ["REDIS_URL"]) as client,
        client.pubsub() as heard,
    ):
        await heard.subscribe(CHANNEL)
        async for message in heard.listen():
            if message["type"] == "message":
                _tell(guests, message["data"])
    ticking.cancel()


if __name__ == "__main__":
    asyncio.run(serve())
