"""The cable: relays, resets, stays silent, heals."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from devstack.ports import any_free
from tests.faults.storm.cable import Cable, Cut


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := self.request.recv(1024):
                self.request.sendall(piece)


@pytest.fixture
def cable() -> Iterator[Cable]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as far:
        far.daemon_threads = True
        threading.Thread(target=far.serve_forever, daemon=True).start()
        with Cable(any_free(), far.server_address[1]) as running:
            yield running
        far.shutdown()


def call(cable: Cable) -> socket.socket:
    return socket.create_connection(("127.0.0.1", cable.port), timeout=5)


def says(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    return connection.recv(1024)


def test_it_relays_both_ways(cable: Cable) -> None:
    with call(cable) as connection:
        assert says(connection, b"one") == b"one"
        assert says(connection, b"two") == b"two"


def test_a_reset_ends_old_and_new_connections_until_it_is_healed(cable: Cable) -> None:
    with call(cable) as old:
        assert says(old, b"one") == b"one"
        cable.cut(Cut.RESET)
        with pytest.raises(ConnectionError):
            _until_told(old)
    with pytest.raises(ConnectionError):
        _call_and_say(cable)
    cable.heal()
    with call(cable) as healed:
        assert says(healed, b"two") == b"two"


def test_silence_swallows_everything_and_its_end_resets(cable: Cable) -> None:
    with call(cable) as old:
        assert says(old, b"one") == b"one"
        cable.cut(Cut.SILENT)
        old.settimeout(0.3)
        with pytest.raises(TimeoutError):
            _call_and_say(cable, patience=0.3)
        with pytest.raises(TimeoutError):
            says(old, b"lost")
        old.settimeout(5)
        cable.heal()
        with pytest.raises(ConnectionError):
            _until_told(old)
    with call(cable) as healed:
        assert says(healed, b"two") == b"two"


def _call_and_say(cable: Cable, patience: float = 5) -> None:
    with call(cable) as connection:
        connection.settimeout(patience)
        _until_told(connection)


def _until_told(connection: socket.socket) -> None:
    """Bytes on the way may still arrive; then the reset must."""
    while says(connection, b"more"):
        pass
    raise AssertionError("closed politely")
