"""Free loopback ports."""

from __future__ import annotations

import itertools
import random
import socket

_TRIES = 50
_BELOW_EPHEMERAL = range(20_000, 32_000)


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


def lasting(count: int) -> list[int]:
    """Free ports for servers that are killed and come back on them: outside the range from which
    the system gives ports to clients, since one of those could take it in between."""
    shuffled = random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL))
    return list(itertools.islice(filter(is_free, shuffled), count))
