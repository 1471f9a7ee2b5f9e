"""Whether whoever asked still waits for the answer."""

from __future__ import annotations

import select
import socket

from flask import request


def has_hung_up() -> bool:
    """True once the connection of this request was closed at the other end. A proxy that keeps it
    open, or a network that died silently, is not noticed; nor is anything but under gunicorn."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is None:
        return False
    try:
        news = select.poll()
        news.register(connection, select.POLLIN)
        return bool(news.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True
