"""Like a session pooler (Supabase's, PgBouncer with `ignore_startup_parameters = options`): what a
connection is to be set to at its start does not arrive, and nobody is told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_ENCRYPTED = (80877103, 80877104)
"""Requests for TLS and GSSAPI, to which `N` is the answer where there is none."""


@contextmanager
def deaf_pooler(address: str) -> Iterator[str]:
    """The address of the same database through it."""
    parts = urlsplit(address)
    server = (parts.hostname or "", parts.port or 5432)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, server), daemon=True).start()
        secret = parts.netloc.rpartition("@")[0]
        netloc = f"{secret}@127.0.0.1:{listening.getsockname()[1]}"
        yield parts._replace(netloc=netloc).geturl()
        # Closing alone would not wake who waits in `accept`.
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, server: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_serve, args=(client, server), daemon=True).start()


def _serve(client: socket.socket, server: tuple[str, int]) -> None:
    with suppress(OSError), client, socket.create_connection(server) as behind:
        behind.sendall(_without_options(client))
        back = threading.Thread(target=_pass_on, args=(behind, client), daemon=True)
        back.start()
        _pass_on(client, behind)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65_536):
            target.sendall(some)
        target.shutdown(socket.SHUT_WR)


def _without_options(client: socket.socket) -> bytes:
    """The startup message: its length, the protocol's version, names and values, each ended by a
    zero, and a last zero (PostgreSQL's documentation, "Message Formats")."""
    while True:
        length, version = struct.unpack("!II", _read(client, 8))
        words = _read(client, length - 8)
        if version not in _ENCRYPTED:
            break
        client.sendall(b"N")
    told = words.rstrip(b"\0").split(b"\0")
    pairs = zip(told[::2], told[1::2], strict=True)
    kept = b"".join(b"%s\0%s\0" % pair for pair in pairs if pair[0] != b"options") + b"\0"
    return struct.pack("!II", len(kept) + 8, version) + kept


def _read(client: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        more = client.recv(length - len(got))
        if not more:
            raise ConnectionResetError
        got += more
    return got
