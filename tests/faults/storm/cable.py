"""The network between the system and the exchange: a TCP relay that can be cut and healed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from enum import StrEnum
from typing import Self

_PIECE = 65_536
_RESET = struct.pack("ii", 1, 0)


class Cut(StrEnum):
    """How a network is away: it answers every packet with a reset, or it answers nothing."""

    RESET = "reset"
    SILENT = "silent"


class Cable:
    """Relays 127.0.0.1:`port` to 127.0.0.1:`target`, in a thread of its own."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._cut: Cut | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cable", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self, how: Cut) -> None:
        """From now on nothing gets through, in either direction."""
        self._loop.call_soon_threadsafe(self._switch, how)

    def heal(self) -> None:
        """New connections work; those that lived through the cut are reset, since bytes of theirs
        may be lost."""
        self._loop.call_soon_threadsafe(self._switch, None)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)

    async def _close(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            _reset(writer)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _switch(self, cut: Cut | None) -> None:
        was, self._cut = self._cut, cut
        if cut is Cut.RESET or (cut is None and was is not None):
            for writer in list(self._writers):
                _reset(writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut is Cut.RESET:
            _reset(writer)
            return
        self._writers.add(writer)
        try:
            # While the line is silent the far end is not asked; whoever waits is reset by the end
            # of the cut, or gives up before.
            if self._cut is Cut.SILENT:
                await self._pump(reader, None)
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(far_writer)
            try:
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
            finally:
                self._writers.discard(far_writer)
                far_writer.close()
        except OSError:
            _reset(writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                if writer is not None and self._cut is None:
                    writer.write(piece)
                    await writer.drain()
        if writer is not None:
            writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a RST: the other side learns at once that this connection is gone."""
    end = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
