"""Free loopback ports."""

from __future__ import annotations

import socket

_TRIES = 50


def is_free(port: int) -> bool:
    """Whether this loopback port can be listened on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def free_from(wanted: int) -> int:
    """The wanted port, or the next free one above it, or any."""
    for port in range(wanted, min(wanted + _TRIES, 65_536)):
        if is_free(port):
            return port
    return any_free()
