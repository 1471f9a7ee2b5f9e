"""One open socket: frames in and out, within limits, never waiting for its other end."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from core import clock
from web.realtime.allowance import Allowance
from web.realtime.closing import Code
from web.realtime.messages import text_frame
from web.realtime.visitor import Visitor

MAX_BYTES = 16 * 1024
"""Of one message of a client."""
MAX_UNSENT = 256 * 1024
"""What may wait for a client that does not read, in bytes."""
PING_SECONDS = 20.0
DEAD_SECONDS = 45.0
_MESSAGES = (20, 10.0)
# Pieces, pings and pongs say nothing, and cost too.
_FRAMES = (200, 10.0)
_GOODBYE_SECONDS = 3.0
# The library tells of every connection that ends.
_QUIET = logging.getLogger("web.realtime.frames")
_QUIET.setLevel(logging.WARNING)


class Host(Protocol):
    """Whom a client tells of itself. All of it happens in the loop's thread."""

    def joined(self, client: Client) -> None: ...

    def left(self, client: Client) -> None: ...

    def heard(self, client: Client, raw: bytes) -> None: ...


class Client(asyncio.Protocol):
    """`position` is the last durable event that was sent, of those after `began_after`; while it is
    catching up nothing newer is. `versions` are the jobs as this client knows them. `busy`: a wish
    of its is being carried out. `watches`: it is told how the workers are."""

    def __init__(self, visitor: Visitor, host: Host) -> None:
        now = clock.monotonic()
        self.visitor = visitor
        self.position = self.began_after = 0
        self.greeted = False
        self.catching_up = True
        self.turn = asyncio.Lock()
        self.busy = False
        self.watches = False
        self.versions: dict[str, int] = {}
        self.heard_at = self.pinged_at = now
        self._host = host
        self._protocol = ServerProtocol(state=State.OPEN, max_size=MAX_BYTES, logger=_QUIET)
        self._messages = Allowance(*_MESSAGES)
        self._frames = Allowance(*_FRAMES)
        self._pieces: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    # -- asyncio's side ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream has no other
        self._transport = transport
        self._host.joined(self)

    def data_received(self, data: bytes) -> None:
        self.heard_at = clock.monotonic()
        self._protocol.receive_data(data)
        for frame in self._protocol.events_received():
            if not self.is_open:
                break
            if isinstance(frame, Frame):
                self._take(frame)
        self._flush()

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._flush()
        return False

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        self._host.left(self)

    # -- the hub's side ---------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self._transport is not None and self._protocol.state is State.OPEN

    @property
    def unsent(self) -> int:
        """Bytes that wait for the client to read."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def send(self, payload: bytes) -> None:
        self.send_frame(text_frame(payload))

    def send_frame(self, frame: bytes) -> None:
        """A frame that is ready; a client that let too much lie is closed instead."""
        if self._transport is None or not self.is_open:
            return
        if self.unsent + len(frame) > MAX_UNSENT and self.unsent:
            self.close(Code.TRY_LATER, "you read too slowly")
            return
        self._transport.write(frame)

    def ping(self, now: float) -> None:
        """Ask whether it is still there; it is dropped if it said nothing for long."""
        if self._transport is not None and now - self.heard_at > DEAD_SECONDS:
            self._transport.abort()
        elif self.is_open and now - self.pinged_at >= PING_SECONDS:
            self.pinged_at = now
            self._protocol.send_ping(b"")
            self._flush()

    def close(self, code: Code, reason: str = "") -> None:
        """Say why, and listen no more."""
        if self.is_open:
            self._protocol.fail(code, reason)
            self._flush()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- frames -----------------------------------------------------------------------------------

    def _take(self, frame: Frame) -> None:
        now = clock.monotonic()
        if not self._frames.take(now):
            self.close(Code.POLICY, "too many frames")
            return
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._pieces.append(bytes(frame.data))
        if not frame.fin:
            return
        raw, self._pieces = b"".join(self._pieces), []
        if self._messages.take(now):
            self._host.heard(self, raw)
        else:
            self.close(Code.POLICY, "too many messages")

    def _flush(self) -> None:
        transport = self._transport
        for data in self._protocol.data_to_send():
            if transport is None:
                return
            if data:
                transport.write(data)
                continue
            if transport.can_write_eof():
                transport.write_eof()
            # Whoever does not close their side, or does not even read, is not waited for.
            asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, transport.abort)
