"""Many clients in a process of their own, which share neither loop nor lock with what is measured.

Orders come on stdin, one JSON object a line, each answered by one: `{"open": [path, …]}` opens a
socket at each; `{"report": true}` tells what came since the last report. The end of stdin ends it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from array import array
from collections import defaultdict
from typing import Any

import uvloop

_PONG = b"\x8a\x80\x00\x00\x00\x00"
_TEXT, _PING, _CLOSE = 1, 9, 8
_STATUS = b'{"type":"status"'
_EVENT = b'{"type":"live_out","id":'
_PATIENCE = 60.0
_AT_ONCE = 32


class Received:
    """What all clients were told: when each event came, by its id (`time.perf_counter`)."""

    def __init__(self) -> None:
        self.statuses = 0
        self.events: defaultdict[int, array[float]] = defaultdict(lambda: array("d"))

    def note(self, payload: bytes) -> None:
        if payload.startswith(_STATUS):
            self.statuses += 1
        elif payload.startswith(_EVENT):
            number = int(payload[len(_EVENT) : payload.index(b",", len(_EVENT))])
            self.events[number].append(time.perf_counter())


class Listener(asyncio.Protocol):
    """One socket, as lean as can be; `opened` once the handshake is answered."""

    def __init__(self, host: str, path: str, received: Received) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()
        self._received = received
        self._left = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # uvloop's is none of asyncio's
        transport.write(self._request)  # type: ignore[attr-defined] # a stream's transport

    def data_received(self, data: bytes) -> None:
        left = self._left + data if self._left else data
        if not self.opened.done():
            head, found, left = left.partition(b"\r\n\r\n")
            if not found:
                self._left = head
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self.opened.set_exception(RuntimeError(head.decode() + left.decode()))
                return
            self.opened.set_result(None)
        self._left = self._frames(left)

    def _frames(self, data: bytes) -> bytes:
        """Take the whole frames; what is left."""
        while len(data) >= 4:
            size, begin = data[1], 2
            if size == 126:
                size, begin = int.from_bytes(data[2:4]), 4
            if len(data) < begin + size:
                break
            opcode = data[0] & 0x0F
            if opcode == _TEXT:
                self._received.note(data[begin : begin + size])
            elif opcode == _PING and self._transport is not None:
                self._transport.write(_PONG)
            elif opcode == _CLOSE:
                sys.exit(f"a socket was closed: {data!r}")
            data = data[begin + size :]
        return data


async def _open(host: str, port: int, paths: list[str], received: Received) -> None:
    loop, turn = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)

    async def one(path: str) -> None:
        async with turn:
            _, made = await loop.create_connection(
                lambda: Listener(f"{host}:{port}", path, received), host, port
            )
            await asyncio.wait_for(made.opened, _PATIENCE)

    await asyncio.gather(*map(one, paths))


def _report(received: Received) -> dict[str, Any]:
    found = {
        "statuses": received.statuses,
        "events": {number: list(moments) for number, moments in received.events.items()},
    }
    received.statuses, received.events = 0, defaultdict(lambda: array("d"))
    return found


async def serve(host: str, port: int) -> None:
    """Do what is said on stdin."""
    orders = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    received = Received()
    async for line in orders:
        order = json.loads(line)
        if "open" in order:
            await _open(host, port, order["open"], received)
        answer = _report(received) if "report" in order else {}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
