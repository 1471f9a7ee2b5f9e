"""Requests over a few kept-alive connections, as fast as they are answered."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import BinaryIO
from urllib.parse import urlsplit


def raw_get(url: str, headers: Mapping[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    parts = urlsplit(url)
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def drive(url: str, request: bytes, count: int, *, status: int, connections: int = 4) -> None:
    """Send it so many times. Raises RuntimeError for an answer of another status."""
    failures: list[str] = []
    threads = [
        threading.Thread(target=_send, args=(url, request, count // connections, status, failures))
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])


def _send(url: str, request: bytes, count: int, status: int, failures: list[str]) -> None:
    address = urlsplit(url)
    begins = f"HTTP/1.1 {status} ".encode()
    try:
        with socket.create_connection((address.hostname, address.port), 30) as connection:
            stream = connection.makefile("rb")
            for _ in range(count):
                connection.sendall(request)
                line = stream.readline()
                if not line.startswith(begins):
                    raise RuntimeError(f"not {status}: {line!r}")
                _rest(stream, has_body=status != 304)
    except (OSError, RuntimeError) as error:
        failures.append(str(error))


def _rest(stream: BinaryIO, *, has_body: bool) -> None:
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if has_body:
        stream.read(length)
